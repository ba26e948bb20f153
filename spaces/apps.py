from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from members.coordinators import grant


class SpacesConfig(AppConfig):
    name = "spaces"
    verbose_name = _("Spaces")
    coordinators_may = [
        f"{verb}_{model}" for model in ("space", "photo", "amenity") for verb in ("add", "change", "delete", "view")
    ]

    def ready(self):
        post_migrate.connect(grant, sender=self)
