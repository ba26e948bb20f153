from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BinConfig(AppConfig):
    name = "core.bin"
    verbose_name = _("Bin")
    coordinator_permissions = ["view_deletion"]  # to restore is to add such a row, to erase to delete one
