from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("Members")
    coordinator_permissions = [
        *(f"{verb}_organisation" for verb in ("add", "change", "delete", "view")),
        *(f"{verb}_contactperson" for verb in ("add", "change", "delete", "view")),
        *(f"{verb}_joinrequest" for verb in ("change", "view")),
    ]
