import hmac
import time
from base64 import b32decode

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.test import Client

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def enrol(user):
    """Give the user an authenticator app with our SECRET, unless there is one."""
    if not Authenticator.objects.filter(user=user).exists():
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": encrypt(SECRET)})


def code(secret=SECRET, steps=0) -> str:
    """Return what the app shows now, or so many half minutes later, by RFC 6238."""
    counter = int(time.time()) // 30 + steps
    digest = hmac.digest(b32decode(secret), counter.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**6:06}"


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

    def prove_second_step(self):
        """Leave the session as the page does that asks for the second step anew."""
        session = self.session
        record = {"method": "mfa", "at": time.time(), "reauthenticated": True}
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [*session[AUTHENTICATION_METHODS_SESSION_KEY], record]
        session.save()
