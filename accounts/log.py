"""The log of logins and refusals, and what else follows from allauth's signals."""

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from django.contrib.auth import user_logged_out
from django.db import transaction

from core.client_ip import anonymised_client_ip

from . import emails, limits, people, second_step, sessions
from .models import LoginEvent

Kind = LoginEvent.Kind


def write(request, kind, user):
    LoginEvent.add(kind, user, anonymised_client_ip(request))


def write_by_name(request, kind, name: str):
    # a name that nobody has is not stored: it may be a password
    write(request, kind, people.get_by_name(name))


def connect_signals():
    for signal, handler in HANDLERS.items():
        signal.connect(handler, dispatch_uid=__name__)


def logged_in(request, user, **_):
    sessions.end_oldest_sessions(user)
    write(request, Kind.LOGGED_IN, user)


def logged_out(request, user, **_):
    if user:
        write(request, Kind.LOGGED_OUT, user)


@transaction.atomic
def wrong_code(request, user, **_):
    """Log the code, or passkey; if there were many, tell the account's owner that the password is known."""
    write(request, Kind.WRONG_CODE, user)
    if limits.should_report_wrong_codes(user):
        emails.wrong_codes(user, limits.WRONG_CODES_TO_REPORT)


def step_added(request, authenticator, **_):
    second_step.authenticator_added(request, authenticator)


def step_removed(request, authenticator, **_):
    second_step.authenticator_removed(request, authenticator)


HANDLERS = {
    account.user_logged_in: logged_in,
    user_logged_out: logged_out,
    mfa.authentication_failed: wrong_code,
    mfa.authenticator_added: step_added,
    mfa.authenticator_removed: step_removed,
}
