"""Users: those who run the network, invited by one another, or created by a super-user or `first_coordinator`."""

from django.contrib.auth import get_user_model

from mail.addresses import having_address


def can_enter(user) -> bool:
    return user.is_active and user.is_staff


def get_by_name(name: str):
    return get_user_model().objects.filter(username__iexact=name.strip()).first()


def get_by_email(email: str):
    """Return the first user with this address who can enter the admin, or None."""
    # Django's users may share an address.
    users = having_address(get_user_model().objects.order_by("pk"), "email", email)
    return next(filter(can_enter, users), None)


def lock_addresses():
    """Until the transaction ends nobody else gives an account an address, lest two take one at once."""
    list(get_user_model().objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))
