"""The second step of a login: an authenticator app, a passkey or a recovery code after the password.

What a session has proved stands in the session, written by allauth at each step.
"""

import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.urls import reverse

STEPS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]  # recovery codes only stand in for one of them


def is_done(request) -> bool:
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))


def is_reauthenticated(request) -> bool:
    """Return whether the second step was just proved once more, after the login; the password, if there is none."""
    records = get_authentication_records(request, request.user)
    if is_set_up(request.user):
        records = [record for record in records if record["method"] == "mfa" and record.get("reauthenticated")]
    return any(time.time() - record["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT for record in records)


def require_reauthentication(request):
    """Unless the second step was just proved again, raise what makes allauth ask for it and then repeat the request."""
    if not is_reauthenticated(request):
        # allauth keeps in the session what was typed; no password may lie there
        request.POST = request.POST.copy()
        for name in [name for name in request.POST if "password" in name]:
            del request.POST[name]
        raise ReauthenticationRequired


def is_set_up(user) -> bool:
    return Authenticator.objects.filter(user=user, type__in=STEPS).exists()


def url_for(user) -> str:
    """Return the page where a user who is logged in without a second step proves or sets up one."""
    kinds = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    if not kinds & set(STEPS):
        return reverse("mfa_index")
    by_code = kinds & {Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES}
    return reverse("mfa_reauthenticate" if by_code else "mfa_reauthenticate_webauthn")


def authenticator_added(request, authenticator):
    if authenticator.type in STEPS:
        record = {"method": "mfa", "at": time.time(), "id": authenticator.pk, "type": authenticator.type}
        records = get_authentication_records(request, authenticator.user)
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [*records, record | {"reauthenticated": True}]


def authenticator_removed(request, authenticator):
    """End what the second step had opened in this session if none is left."""
    if not is_set_up(authenticator.user):
        records = get_authentication_records(request, authenticator.user)
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [row for row in records if row["method"] != "mfa"]
