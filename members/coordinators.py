"""The group of those who run the network: each app names in its AppConfig what they may do in it."""

from django.apps import apps

GROUP = "Koordinator"


def grant(sender, using, apps=apps, **_):
    """Give the coordinators' group the permissions that the app names in `coordinators_may`; run by migrate."""
    permissions = apps.get_model("auth", "Permission").objects.using(using)
    group, _created = apps.get_model("auth", "Group").objects.using(using).get_or_create(name=GROUP)
    wanted = permissions.filter(content_type__app_label=sender.label, codename__in=sender.coordinators_may)
    group.permissions.add(*wanted)
