from datetime import timedelta

from django.core.management.base import BaseCommand
from django.utils import timezone

from members.models import Organisation

DAYS_KEPT = 365  # the privacy page says a year


class Command(BaseCommand):
    help = (
        "Erases e-mail addresses and telephone numbers from the history once they are a year old. Run it every month."
    )

    def handle(self, **options):
        before = timezone.now() - timedelta(days=DAYS_KEPT)
        for model in (Organisation, Organisation._meta.get_field("spaces").related_model):
            latest = model.history.latest_of_each().values("pk")
            old = model.history.filter(history_date__lt=before).exclude(email="", phone="").exclude(pk__in=latest)
            self.stdout.write(f"{model._meta.verbose_name_plural}: {old.update(email='', phone='')} entries")
