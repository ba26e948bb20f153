"""What was stored for no row: its change failed, or its process was killed."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from spaces.models import Space
from spaces.photos import CleanPhoto, store
from tests.factories import OrganisationFactory, PhotoFactory, SpaceFactory

pytestmark = pytest.mark.django_db

SMALL = CleanPhoto(480, 360, {"480.avif": b"avif", "480.webp": b"webp", "480.jpg": b"jpg"})


def delete_orphans(days=1.1):
    """Run the command some days from now; return what it says."""
    output = StringIO()
    with time_machine.travel(timezone.now() + timedelta(days=days)):
        call_command("delete_orphaned_files", stdout=output)
    return output.getvalue()


@pytest.fixture
def kept():
    """A photo and a logo that belong to something."""
    OrganisationFactory(logo=default_storage.save("logos/kept.png", ContentFile(b"png")))
    return PhotoFactory(key=store(SMALL)).key


def store_for_nothing():
    default_storage.save("photos/half.part/480.avif", ContentFile(b"avif"))
    default_storage.save("logos/stray.png", ContentFile(b"png"))
    return store(SMALL)


def entries(media):
    return {path.name for path in media.glob("*/*")}


def test_removes_what_belongs_to_nothing(kept, media):
    store_for_nothing()
    assert delete_orphans() == "2 photos, 1 logos and 0 pictures of nothing\n"
    assert entries(media) == {kept, "kept.png"}
    assert len(list((media / "photos" / kept).iterdir())) == 3
    assert delete_orphans() == "0 photos, 0 logos and 0 pictures of nothing\n"


def test_leaves_what_may_yet_be_saved(kept, media):
    stray = store_for_nothing()
    assert delete_orphans(days=0.9) == "0 photos, 0 logos and 0 pictures of nothing\n"
    assert entries(media) == {kept, stray, "half.part", "kept.png", "stray.png"}


def test_leaves_everything_where_the_database_knows_no_picture(media):
    store_for_nothing()
    before = entries(media)
    assert delete_orphans(days=9) == "0 photos, 0 logos and 0 pictures of nothing\n"
    assert entries(media) == before


def test_keeps_a_picture_to_share_while_its_space_has_it(client, settings):
    shown, hidden = SpaceFactory(), SpaceFactory()
    for space in (shown, hidden):
        client.get(space.share_url)
    Space.objects.filter(pk=hidden.pk).hide(by=None)
    delete_orphans(days=0.9)
    assert len(list((settings.DATA_DIR / "share").iterdir())) == 2
    delete_orphans()
    assert [file.name for file in (settings.DATA_DIR / "share").iterdir()] == [f"{shown.pk}-{shown.share_version}.png"]


def test_runs_where_nothing_was_ever_stored():
    PhotoFactory()
    assert delete_orphans() == "0 photos, 0 logos and 0 pictures of nothing\n"
