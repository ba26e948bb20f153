"""The group of those who run the network: what they may do, and who of them is told by mail."""

from django.apps import apps
from django.contrib.auth import get_user_model

GROUP = "Koordinator"


def grant(sender, using, apps=apps, **_):
    """Give the coordinators' group the permissions that the app names in `coordinators_may`; run by migrate."""
    permissions = apps.get_model("auth", "Permission").objects.using(using)
    group, _created = apps.get_model("auth", "Group").objects.using(using).get_or_create(name=GROUP)
    wanted = permissions.filter(content_type__app_label=sender.label, codename__in=sender.coordinators_may)
    group.permissions.add(*wanted)


def reachable():
    """The coordinators who gave an address."""
    users = get_user_model().objects.filter(is_active=True, is_staff=True, groups__name=GROUP)
    return users.exclude(email="").order_by("pk")


def told_at_once():
    return reachable().exclude(mail_preference__timing="digest")


def told_daily():
    return reachable().filter(mail_preference__timing="digest").select_related("mail_preference")
