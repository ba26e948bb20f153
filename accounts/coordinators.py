"""The group of those who run the network: their permissions, and who of them gets mail."""

from django.apps import apps
from django.contrib.auth import get_user_model

from mail.addresses import is_mailbox

GROUP = "Koordinator"


def grant_permissions(sender, using, apps=apps, **_):
    """Give the coordinators' group the permissions that the app's config names in `coordinator_permissions`."""
    # After each migration, as a new model brings new permissions; what a super-user added stays.
    permissions = apps.get_model("auth", "Permission").objects.using(using)
    group, _created = apps.get_model("auth", "Group").objects.using(using).get_or_create(name=GROUP)
    codenames = getattr(sender, "coordinator_permissions", [])
    wanted = permissions.filter(content_type__app_label=sender.label, codename__in=codenames)
    group.permissions.add(*wanted)


def reachable() -> list:
    users = get_user_model().objects.filter(is_active=True, is_staff=True, groups__name=GROUP)
    return [user for user in users.order_by("pk") if is_mailbox(user.email)]
