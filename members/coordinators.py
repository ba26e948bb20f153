"""The group of those who run the network: what they may do, and who of them is told by mail."""

from django.apps import apps
from django.contrib.auth import get_user_model

from .validators import is_mailbox

GROUP = "Koordinator"


def grant(sender, using, apps=apps, **_):
    """Give the coordinators' group the permissions that the app names in `coordinators_may`; run by migrate."""
    permissions = apps.get_model("auth", "Permission").objects.using(using)
    group, _created = apps.get_model("auth", "Group").objects.using(using).get_or_create(name=GROUP)
    wanted = permissions.filter(content_type__app_label=sender.label, codename__in=sender.coordinators_may)
    group.permissions.add(*wanted)


def reachable() -> list:
    """The coordinators whose address mail can be sent to, with what they prefer."""
    users = get_user_model().objects.filter(is_active=True, is_staff=True, groups__name=GROUP)
    return [user for user in users.select_related("mail_preference").order_by("pk") if is_mailbox(user.email)]


def told_at_once() -> list:
    return [user for user in reachable() if not is_told_daily(user)]


def told_daily() -> list:
    return [user for user in reachable() if is_told_daily(user)]


def is_told_daily(user) -> bool:
    preference = getattr(user, "mail_preference", None)
    return preference is not None and preference.timing == preference.Timing.DIGEST
