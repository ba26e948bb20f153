from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from post_office.apps import PostOfficeConfig


class MailConfig(AppConfig):
    name = "mail"
    default = True


class OutboxConfig(PostOfficeConfig):
    default = False
    verbose_name = _("Outbox")
    coordinator_permissions = ["view_email", "change_email"]  # to change is to send again, nothing else
