"""Writes down who logs in, who is refused, and who changes how they log in."""

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from django.contrib.auth import get_user_model, user_logged_out

from ..models import LoginEvent
from ..parties import whereabouts
from . import second_step

Kind = LoginEvent.Kind


def write(request, kind, user):
    LoginEvent.add(kind, user, whereabouts(request))


def write_name(request, kind, name: str):
    """The name only as the user who has it."""
    write(request, kind, get_user_model().objects.filter(username__iexact=name.strip()).first())


def watch():
    """Listen to allauth, once."""
    for signal, react in REACTIONS.items():
        signal.connect(react, dispatch_uid=__name__)


def logged_in(request, user, **_):
    write(request, Kind.LOGGED_IN, user)


def logged_out(request, user, **_):
    if user:
        write(request, Kind.LOGGED_OUT, user)


def password_changed(request, user, **_):
    write(request, Kind.PASSWORD_CHANGED, user)


def wrong_code(request, user, **_):
    write(request, Kind.WRONG_CODE, user)


def step_added(request, authenticator, **_):
    second_step.added(request, authenticator)
    if authenticator.type in second_step.STEPS:
        write(request, Kind.STEP_ADDED, authenticator.user)


def step_removed(request, authenticator, **_):
    second_step.removed(request, authenticator)
    if authenticator.type in second_step.STEPS:
        write(request, Kind.STEP_REMOVED, authenticator.user)


def codes_renewed(request, user, **_):
    write(request, Kind.CODES_RENEWED, user)


REACTIONS = {
    account.user_logged_in: logged_in,
    user_logged_out: logged_out,
    account.password_changed: password_changed,
    account.password_set: password_changed,
    account.password_reset: password_changed,
    mfa.authentication_failed: wrong_code,
    mfa.authenticator_added: step_added,
    mfa.authenticator_removed: step_removed,
    mfa.authenticator_reset: codes_renewed,
}
