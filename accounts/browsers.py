"""Browsers that have proved both steps of an account, named by a cookie.

It buys counters of its own (`limits.py`), so that nobody else's tries lock its owner out, and never a login.
"""

from datetime import timedelta

from django.conf import settings
from django.utils.crypto import get_random_string

from . import second_step

COOKIE_AGE = timedelta(days=365)


def cookie_name(user) -> str:
    return f"{'__Host-' if settings.PRODUCTION else ''}browser-{user.pk}"


def identify(request, user) -> str:
    """Return the name of a browser that has proved both steps of the user's account, else a blank."""
    if user is None:
        return ""
    return request.get_signed_cookie(cookie_name(user), default="", salt=_salt(user), max_age=COOKIE_AGE)


def remember(request, response):
    """Name the browser if it has just proved both steps and has no name yet."""
    user = request.user
    if user.is_authenticated and second_step.is_done(request) and not identify(request, user):
        response.set_signed_cookie(
            cookie_name(user),
            get_random_string(32),
            salt=_salt(user),
            max_age=COOKIE_AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def _salt(user) -> str:
    return f"browser {user.pk} {user.password}"  # another password revokes the cookie
