"""What allauth asks us: who may log in, how often one may try, what is kept secret and how."""

import secrets
from base64 import b32encode, urlsafe_b64encode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib import messages
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.html import format_html
from django.utils.translation import gettext as _
from qrcode import QRCode

from ..parties import whereabouts
from . import emails, limits, log, people, second_step


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        return False

    def pre_authenticate(self, request, **credentials):
        if not limits.password_allowed(request, credentials.get("username", "")):
            log.write_name(request, log.Kind.TOO_MANY, credentials.get("username", ""))
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request, **credentials):
        """None for one who may do nothing here, so that the answer is the same as for a wrong password."""
        user = super().authenticate(request, **credentials)
        if user and not people.may_enter(user):
            log.write(request, log.Kind.MAY_NOT, user)
            return None
        return user

    def authentication_failed(self, request, **credentials):
        log.write_name(request, log.Kind.WRONG_PASSWORD, credentials.get("username", ""))

    def is_reauthentication_required(self, *, app, **options):
        return not second_step.proved_lately(context.request)

    def get_client_ip(self, request):
        """For the list of sessions; the limits know more, as a hash."""
        return whereabouts(request)

    def get_password_change_redirect_url(self, request):
        return reverse("mfa_index")

    def add_message(self, request, level, message_template=None, message_context=None, extra_tags="", message=None):
        """In our words, and only what one would not see: after logging out it would leave a cookie behind."""
        if told := message or emails.SHOWN.get(message_template):
            messages.add_message(request, level, told, extra_tags)

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        emails.login_changed(user, template_prefix)

    def send_mail(self, template_prefix, email, context):
        """The one mail that allauth itself sends where only a code can reset a password."""
        if template_prefix != emails.CODE:
            raise NotImplementedError(f"{template_prefix} is no mail of ours")
        minutes = settings.ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT // 60
        emails.password_code(people.with_address(email), context["code"], minutes)


class MFAAdapter(DefaultMFAAdapter):
    def get_public_key_credential_rp_entity(self):
        return super().get_public_key_credential_rp_entity() | {"name": settings.MFA_TOTP_ISSUER}

    def encrypt(self, text):
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        """What another SECRET_KEY encrypted becomes a secret that nobody knows, and whose codes are thus wrong."""
        try:
            return _fernet().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return b32encode(secrets.token_bytes(20)).decode()

    def build_totp_svg(self, url):
        """The QR code as an element of the page: no inline style, no data: address."""
        code = QRCode(border=3)
        code.add_data(url)
        modules = code.get_matrix()
        path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(modules) for x, dark in enumerate(row) if dark)
        return format_html(
            '<svg class="qr" viewBox="0 0 {0} {0}" role="img" aria-label="{1}"><path d="{2}"/></svg>',
            len(modules),
            _("QR code for the authenticator app"),
            path,
        )


def _fernet():
    key = salted_hmac("members.login", "second steps", algorithm="sha256").digest()
    return Fernet(urlsafe_b64encode(key))
