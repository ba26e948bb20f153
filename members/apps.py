from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from .coordinators import grant


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("Members")
    coordinators_may = [
        *(f"{verb}_organisation" for verb in ("add", "change", "delete", "view")),
        *(f"{verb}_joinrequest" for verb in ("change", "view")),
    ]

    def ready(self):
        from .login import log  # allauth's models are there only now

        post_migrate.connect(grant, sender=self)
        log.watch()
