from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand
from django.utils import timezone

from core.bin.models import Deletion
from members.models import Organisation
from pages.pictures import FOLDER, used_pictures
from spaces.art.kept import share_folder, share_name
from spaces.models import Photo, Space

AGE = timedelta(days=1)  # longer than any upload takes to be saved


class Command(BaseCommand):
    help = (
        "Deletes photos and logos that belong to no space or organisation, nor to one in the bin: what was stored for "
        "a change that failed; and pictures that no text names, nor any that can be brought back. Run it every day."
    )

    def handle(self, **options):
        before = timezone.now() - AGE
        photos, logos = Photo.objects.values_list("key", flat=True), Organisation.objects.values_list("logo", flat=True)
        # Each twice: what was in the bin when the first was asked for may be back when the bin is.
        keys = {*photos} | Deletion.objects.values_of(Photo, "key") | {*photos.all()}
        photos = delete_orphans("photos", keys, before)
        stored = {*logos} | Deletion.objects.values_of(Organisation, "logo") | {*logos.all()}
        logos = delete_orphans("logos", {PurePosixPath(name).name for name in stored - {""}}, before)
        pictures = delete_orphans(FOLDER, used_pictures(), before)
        delete_old_shares(before)
        self.stdout.write(f"{photos} photos, {logos} logos and {pictures} pictures of nothing")


def delete_old_shares(before: datetime):
    """Delete pictures to share that are at no address any more. One too many is drawn again when asked for."""
    current = set(map(share_name, Space.objects.public()))
    for path in share_folder().glob("*"):
        with suppress(FileNotFoundError):
            if path.name not in current and path.stat().st_mtime < before.timestamp():
                path.unlink()


def delete_orphans(folder: str, used: set[str], before: datetime) -> int:
    """Delete the older files and folders in it whose names are not used; return how many."""
    if not used:  # the database may be another one than the files belong to
        return 0
    folders, files = list_folder(folder)
    orphans = {name: [f"{folder}/{name}"] for name in set(files) - used}
    for name in set(folders) - used:
        orphans[name] = [f"{folder}/{name}/{part}" for part in list_folder(f"{folder}/{name}")[1]]
    old = [name for name, paths in orphans.items() if paths and all(is_older(path, before) for path in paths)]
    for name in old:
        for path in dict.fromkeys([*orphans[name], f"{folder}/{name}"]):
            default_storage.delete(path)
    return len(old)


def list_folder(folder):
    try:
        return default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []


def is_older(path, before):
    try:
        return default_storage.get_modified_time(path) < before
    except FileNotFoundError:  # renamed or discarded just now
        return False
