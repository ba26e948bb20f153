"""Sessions in the database that end when idle, and that are few for each account."""

import re
from datetime import datetime, timedelta

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

MAX_SESSIONS = 3  # of one account: a laptop, a phone and one more
PRECISION = timedelta(minutes=1)  # of the idle time, so that few requests write
KEY = re.compile("[a-z0-9]{32}")


class SessionStore(db.SessionStore):
    """Ends a session SESSION_IDLE_TIMEOUT after its last use, and SESSION_COOKIE_AGE after its login however used."""

    def __init__(self, session_key=None):
        # A cookie may hold NUL, for which PostgreSQL raises: no key that none can have is looked up.
        super().__init__(session_key if KEY.fullmatch(session_key or "") else None)

    def load(self):
        session = self.model.objects.filter(session_key=self.session_key, expire_date__gt=timezone.now()).first()
        if session:
            data = self.decode(session.session_data)
            expire_date = get_expire_date(data)
            if abs(expire_date - session.expire_date) > PRECISION:
                # that column alone: a request at the same time may have changed the data
                self.model.objects.filter(session_key=self.session_key).update(expire_date=expire_date)
            if expire_date > timezone.now():
                return data
        return super().load()

    def create_model_instance(self, data):
        session = super().create_model_instance(data)
        session.expire_date = get_expire_date(data)
        return session


def get_expire_date(data: dict) -> datetime:
    now = timezone.now()
    steps = data.get(AUTHENTICATION_METHODS_SESSION_KEY)
    login = datetime.fromtimestamp(steps[0]["at"], timezone.get_default_timezone()) if steps else now
    return min(now + settings.SESSION_IDLE_TIMEOUT, login + timedelta(seconds=settings.SESSION_COOKIE_AGE))


def end_sessions(user, except_key: str = ""):
    for session in UserSession.objects.filter(user=user).exclude(session_key=except_key):
        session.end()


def end_oldest_sessions(user):
    for session in UserSession.objects.filter(user=user).order_by("-created_at", "-pk")[MAX_SESSIONS:]:
        session.end()


def purge_ended_sessions() -> int:
    live = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    return UserSession.objects.exclude(session_key__in=live).delete()[0]
