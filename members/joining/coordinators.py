"""Coordinators by how they are notified of join requests."""

from django.db.models import prefetch_related_objects

from accounts.coordinators import reachable


def notified_at_once() -> list:
    return [user for user in _with_preference() if not _wants_digest(user)]


def notified_daily() -> list:
    return [user for user in _with_preference() if _wants_digest(user)]


def _with_preference() -> list:
    users = reachable()
    # Not select_related(): reachable() returns a list, as no query can tell which addresses are valid.
    prefetch_related_objects(users, "mail_preference")
    return users


def _wants_digest(user) -> bool:
    preference = getattr(user, "mail_preference", None)
    return preference is not None and preference.timing == preference.Timing.DIGEST
