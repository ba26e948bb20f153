from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from mail import outbox_sources


class MailingsConfig(AppConfig):
    name = "members.mailings"
    verbose_name = _("Writing to members")
    coordinator_permissions = [f"{verb}_mailing" for verb in ("add", "change", "delete", "view")]

    def ready(self):
        from .batches import queue_batch  # the models are there only now

        outbox_sources.register(queue_batch)
