from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SpacesConfig(AppConfig):
    name = "spaces"
    verbose_name = _("Spaces")
    coordinator_permissions = [
        f"{verb}_{model}" for model in ("space", "photo", "amenity") for verb in ("add", "change", "delete", "view")
    ]
