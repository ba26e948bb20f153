"""The mails about logging in."""

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .. import emails
from ..validators import is_mailbox

CODE = "account/email/password_reset_code"
CHANGES = {
    "account/email/password_changed": _("The password was changed."),
    "account/email/password_reset": _("A new password was chosen with a code from this mailbox."),
    "mfa/email/totp_activated": _("An authenticator app was added."),
    "mfa/email/totp_deactivated": _("The authenticator app was removed."),
    "mfa/email/webauthn_added": _("A passkey was added."),
    "mfa/email/webauthn_removed": _("A passkey was removed."),
    "mfa/email/recovery_codes_generated": _("New recovery codes were made. The old ones no longer work."),
}
# The same, as allauth names what it shows on the next page; that of the codes tells itself.
SHOWN = {f"{name.replace('/email/', '/messages/')}.txt": told for name, told in CHANGES.items() if "codes" not in name}


def password_code(user, code: str, minutes: int):
    context = {"name": user.get_username(), "code": code, "minutes": minutes}
    emails.queue("password_code", to=user.email, language=get_language(), context=context, is_secret=True)


def login_changed(user, change: str):
    """Nothing where no mail reaches the user."""
    if is_mailbox(user.email):
        context = {"name": user.get_username(), "change": CHANGES[change]}
        emails.queue("login_changed", to=user.email, language=get_language(), context=context)
