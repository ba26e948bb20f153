"""Who has an account: those who run the network, each made by a super-user or by `first_coordinator`."""

from django.contrib.auth import get_user_model


def may_enter(user) -> bool:
    return user.is_active and user.is_staff


def with_address(email: str):
    """The one who may enter and is reached there, or None."""
    users = get_user_model().objects.filter(email__iexact=email).order_by("pk")
    return next(filter(may_enter, users), None)
