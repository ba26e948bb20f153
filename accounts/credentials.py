"""Whatever an account is reached or proved by: address, password, app, passkeys, recovery codes.

Each change of it passes `record`, allauth's too (`AccountAdapter.send_notification_mail`), and before that
`second_step.require_reauthentication`, which allauth's views ask through the adapter.
"""

from enum import Enum

from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.client_ip import anonymised_client_ip
from mail.addresses import having_address

from . import emails, people, second_step, sessions
from .models import LoginEvent

Kind = LoginEvent.Kind


class Change(Enum):
    """What was changed, as the log and the mail to the owner say it."""

    EMAIL = Kind.EMAIL_CHANGED, _("The e-mail address was changed.")
    PASSWORD = Kind.PASSWORD_CHANGED, _("The password was changed.")
    FORGOTTEN_PASSWORD = Kind.PASSWORD_CHANGED, _("A new password was chosen with a code from this mailbox.")
    APP_ADDED = Kind.STEP_ADDED, _("An authenticator app was added.")
    APP_REMOVED = Kind.STEP_REMOVED, _("The authenticator app was removed.")
    PASSKEY_ADDED = Kind.STEP_ADDED, _("A passkey was added.")
    PASSKEY_REMOVED = Kind.STEP_REMOVED, _("A passkey was removed.")
    STEPS_REMOVED = Kind.STEP_REMOVED, _("The second step was taken away. The next login sets up a new one.")
    CODES_RENEWED = Kind.CODES_RENEWED, _("New recovery codes were made. The old ones no longer work.")

    def __init__(self, kind, text):
        self.kind, self.text = kind, text


@transaction.atomic
def record(user, change: Change, request=None, *, to: str = ""):
    """Log the change, write to the account's owner, and end all sessions but the one that made it.

    Without a request the server's operator made it. The mail goes `to` the address that the account had, if not to the
    one that it has.
    """
    LoginEvent.add(change.kind, user, anonymised_client_ip(request) if request else "server")
    emails.login_changed(user, change.text, to=to or user.email)
    is_own = request is not None and request.user == user
    sessions.end_sessions(user, except_key=request.session.session_key if is_own else "")


@transaction.atomic
def change_email(request, user, email: str):
    """Change the address to which codes are sent. Raise ValidationError if another account has it."""
    validate_email_is_free(user, email)
    old = get_user_model().objects.values_list("email", flat=True).get(pk=user.pk)
    if email != old:
        second_step.require_reauthentication(request)
        user.email = email
        user.save(update_fields=["email"])
        record(user, Change.EMAIL, request, to=old)


def validate_email_is_free(user, email: str):
    people.lock_addresses()
    others = get_user_model().objects.exclude(pk=user.pk)
    if email and having_address(others, "email", email).exists():
        raise ValidationError(_("Another account has this address."), code="unique")


@transaction.atomic
def remove_second_step(user, request=None):
    Authenticator.objects.filter(user=user).delete()
    record(user, Change.STEPS_REMOVED, request)
