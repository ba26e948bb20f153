from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    name = "pages"
    verbose_name = _("Texts")
    coordinator_permissions = [
        *(f"{verb}_{model}" for model in ("page", "news", "agreement") for verb in ("add", "change", "delete", "view")),
        *(f"{verb}_sitesettings" for verb in ("change", "view")),
    ]

    def ready(self):
        from .starting_texts import load  # its models are there only now

        post_migrate.connect(load, sender=self, dispatch_uid="pages.starting_texts.load")
