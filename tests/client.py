import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def enrol(user):
    """Give the user an authenticator app with our SECRET, unless there is one."""
    if not Authenticator.objects.filter(user=user).exists():
        TOTP.activate(user, SECRET)


def code(secret=SECRET, steps=0) -> str:
    """What the app shows now, or so many half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


class StaffClient(Client):
    """Whose `force_login` leaves staff as a login does: with password and second step given."""

    def force_login(self, user, backend=None):
        super().force_login(user, backend)
        if user.is_staff:
            enrol(user)
            session = self.session
            session["account_authentication_methods_user"] = str(user.pk)
            session[AUTHENTICATION_METHODS_SESSION_KEY] = [
                {"method": method, "at": time.time()} for method in ("password", "mfa")
            ]
            session.save()
