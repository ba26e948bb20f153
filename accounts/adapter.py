"""allauth's adapters: who can log in, how often one can try, and what is encrypted how."""

import secrets
from base64 import b32encode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib import messages
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from qrcode import QRCode

from core.client_ip import anonymised_client_ip
from core.encryption import fernet

from . import emails, limits, log, people, second_step
from .credentials import Change, record

CHANGES = {
    "account/email/password_changed": Change.PASSWORD,
    "account/email/password_reset": Change.FORGOTTEN_PASSWORD,
    "mfa/email/totp_activated": Change.APP_ADDED,
    "mfa/email/totp_deactivated": Change.APP_REMOVED,
    "mfa/email/webauthn_added": Change.PASSKEY_ADDED,
    "mfa/email/webauthn_removed": Change.PASSKEY_REMOVED,
    "mfa/email/recovery_codes_generated": Change.CODES_RENEWED,
}
# What the next page shows, by allauth's names for it; that of recovery codes shows the codes instead.
MESSAGES = {
    f"{key}.txt".replace("/email/", "/messages/"): change.text
    for key, change in CHANGES.items()
    if change is not Change.CODES_RENEWED
}


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        return False

    def pre_authenticate(self, request, **credentials):
        if not limits.password_allowed(request, credentials.get("username", "")):
            log.write_by_name(request, log.Kind.TOO_MANY, credentials.get("username", ""))
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request, **credentials):
        user = super().authenticate(request, **credentials)
        if user and not people.can_enter(user):
            log.write(request, log.Kind.MAY_NOT, user)
            return None  # the same answer as to a wrong password
        return user

    def authentication_failed(self, request, **credentials):
        log.write_by_name(request, log.Kind.WRONG_PASSWORD, credentials.get("username", ""))

    def set_password(self, user, password):
        user.set_password(password)
        user.save(update_fields=["password"])  # allauth's own would write back what is taken from the account meanwhile

    def is_reauthentication_required(self, *, app, **options):
        return not second_step.is_reauthenticated(context.request)

    def get_reauthentication_methods(self, user):
        methods = super().get_reauthentication_methods(user)
        if user.is_authenticated and second_step.is_set_up(user):
            return [method for method in methods if method["id"] != "reauthenticate"]  # not the password alone
        return methods

    def get_client_ip(self, request):
        return anonymised_client_ip(request)  # it is stored with the session

    def get_password_change_redirect_url(self, request):
        return reverse("mfa_index")

    def add_message(self, request, level, message_template=None, message_context=None, extra_tags="", message=None):
        # allauth's other messages say what one sees; that after logging out would leave a cookie behind
        if text := message or MESSAGES.get(message_template):
            messages.add_message(request, level, text, extra_tags)

    def send_notification_mail(self, template_prefix, user, **options):
        record(user, CHANGES[template_prefix], context.request)

    def send_mail(self, template_prefix, email, context):
        if template_prefix != emails.RESET_CODE:  # the only one that allauth sends with our settings
            raise NotImplementedError(f"{template_prefix} is no mail of ours")
        minutes = settings.ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT // 60
        emails.password_code(people.get_by_email(email), context["code"], minutes)


class MFAAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("The code is not right. Wait for the next one, and try again.")
    }

    def get_public_key_credential_rp_entity(self):
        return super().get_public_key_credential_rp_entity() | {"name": settings.MFA_TOTP_ISSUER}

    def encrypt(self, text):
        return fernet("accounts", "second steps").encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        """Return the secret; a random one, which no code matches, if another SECRET_KEY encrypted it."""
        try:
            return fernet("accounts", "second steps").decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return b32encode(secrets.token_bytes(20)).decode()

    def build_totp_svg(self, url):
        # an element of the page: the content security policy allows no data: address and no inline style
        code = QRCode(border=3)
        code.add_data(url)
        modules = code.get_matrix()
        path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(modules) for x, dark in enumerate(row) if dark)
        return format_html(
            '<svg class="login-qr" viewBox="0 0 {0} {0}" role="img" aria-label="{1}"><path d="{2}"/></svg>',
            len(modules),
            _("QR code for the authenticator app"),
            path,
        )
