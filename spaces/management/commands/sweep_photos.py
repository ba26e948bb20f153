from datetime import timedelta
from pathlib import PurePosixPath

from django.core.management.base import BaseCommand
from django.utils import timezone

from members.files import sweep
from members.models import Organisation
from spaces.models import Photo

AGE = timedelta(days=1)  # longer than any upload takes to be saved


class Command(BaseCommand):
    help = "Deletes photos and logos that a killed process stored for no space or organisation. Run it every day."

    def handle(self, **options):
        before = timezone.now() - AGE
        photos = sweep("photos", set(Photo.objects.values_list("key", flat=True)), before)
        stored = Organisation.objects.exclude(logo="").values_list("logo", flat=True)
        logos = sweep("logos", {PurePosixPath(name).name for name in stored}, before)
        self.stdout.write(f"{photos} photos and {logos} logos of nothing")
