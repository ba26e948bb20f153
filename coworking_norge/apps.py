from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _
from post_office.apps import PostOfficeConfig

from members.coordinators import grant

from . import checks  # noqa: F401 (registers them)


class CoworkingAdminConfig(AdminConfig):
    default_site = "coworking_norge.admin.CoworkingAdminSite"


class OutboxConfig(PostOfficeConfig):
    verbose_name = _("Outbox")
    coordinators_may = ["view_email", "change_email"]  # to change is to send again: the admin offers nothing else

    def ready(self):
        super().ready()
        post_migrate.connect(grant, sender=self)
