from datetime import timedelta

from django.core.management.base import BaseCommand
from django.utils import timezone

from members.models import Organisation, Visibility
from spaces.models import Space

RETENTION_DAYS = 365  # the privacy page says a year


class Command(BaseCommand):
    help = (
        "Erases e-mail addresses and telephone numbers from the history once they are a year old, and who welcomes at "
        "spaces that nobody sees or has changed for a year. Run it every month."
    )

    def handle(self, **options):
        before = timezone.now() - timedelta(days=RETENTION_DAYS)
        for model in (Organisation, Space):
            # The newest entry says what the site shows now, however old it is; of what is deleted it shows nothing.
            latest = model.history.latest_of_each().exclude(history_type="-").values("pk")
            old = model.history.filter(history_date__lt=before).exclude(email="", phone="").exclude(pk__in=latest)
            self.stdout.write(f"{model._meta.verbose_name_plural}: {old.update(email='', phone='')} entries")
        changed = Space.history.filter(history_date__gte=before).values("id")
        unseen = Space.objects.filter(visibility=Visibility.HIDDEN).exclude(welcomed_by="").exclude(pk__in=changed)
        if unseen.exists():  # an update makes every kept page out of date
            self.stdout.write(f"names: {unseen.update(welcomed_by='', welcome_consent=False)}")
