"""The second step of a login: an authenticator app, a passkey or a recovery code after the password.

What a session has proved stands in the session, written by allauth at each step.
"""

import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

STEPS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]  # recovery codes only stand in for one of them


def is_done(request) -> bool:
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))


def proved_lately(request) -> bool:
    """Whether who is logged in has shown that it is them, by any step, so lately that nothing is asked again."""
    records = get_authentication_records(request, request.user)
    return any(time.time() - record["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT for record in records)


def is_set_up(user) -> bool:
    return Authenticator.objects.filter(user=user, type__in=STEPS).exists()


def address(user) -> str:
    """Where one who is logged in without a second step makes up for it."""
    kinds = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    if not kinds & set(STEPS):
        return reverse("mfa_index")
    by_code = kinds & {Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES}
    return reverse("mfa_reauthenticate" if by_code else "mfa_reauthenticate_webauthn")


def added(request, authenticator):
    """Whoever sets one up has used it; sessions from before the first have not."""
    if authenticator.type in STEPS:
        user = authenticator.user
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type, reauthenticated=True)
        if Authenticator.objects.filter(user=user, type__in=STEPS).count() == 1:
            end_sessions(user, other_than=request.session.session_key)


def removed(request, authenticator):
    """Without any left, the next thing to do is to set up another."""
    if not is_set_up(authenticator.user):
        records = get_authentication_records(request, authenticator.user)
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [row for row in records if row["method"] != "mfa"]
        end_sessions(authenticator.user, other_than=request.session.session_key)


def reset(user):
    """For one who has lost phone and recovery codes: the next login sets up a new second step."""
    Authenticator.objects.filter(user=user).delete()
    end_sessions(user)


def forget_sessions() -> int:
    """Drop from the list those that have come to their end by themselves; how many they were."""
    live = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    return UserSession.objects.exclude(session_key__in=live).delete()[0]


def end_sessions(user, other_than: str | None = None):
    for session in UserSession.objects.filter(user=user).exclude(session_key=other_than or ""):
        session.end()
