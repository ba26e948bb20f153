from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from .coordinators import grant_permissions


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")
    coordinator_permissions = ["view_coordinator", "add_coordinator", "delete_coordinator"]

    def ready(self):
        from . import log  # allauth's models are there only now

        post_migrate.connect(grant_permissions, dispatch_uid="accounts.coordinators.grant")
        log.connect_signals()
