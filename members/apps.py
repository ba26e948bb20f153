from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from .coordinators import grant


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("Members")
    coordinators_may = ["add_organisation", "change_organisation", "delete_organisation", "view_organisation"]

    def ready(self):
        post_migrate.connect(grant, sender=self)
