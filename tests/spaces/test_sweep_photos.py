"""What a killed process has stored for no row."""

import os
import time

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command

from spaces.photos import CleanPhoto, store
from tests.factories import OrganisationFactory, PhotoFactory

pytestmark = pytest.mark.django_db

SMALL = CleanPhoto(480, 360, {"480.avif": b"avif", "480.webp": b"webp", "480.jpg": b"jpg"})


@pytest.fixture
def sweep(capsys):
    def swept():
        call_command("sweep_photos")
        return capsys.readouterr().out

    return swept


@pytest.fixture
def kept():
    """A photo and a logo that belong to something."""
    OrganisationFactory(logo=default_storage.save("logos/kept.png", ContentFile(b"png")))
    return PhotoFactory(key=store(SMALL)).key


def store_for_nothing():
    default_storage.save("photos/half.part/480.avif", ContentFile(b"avif"))
    default_storage.save("logos/stray.png", ContentFile(b"png"))
    return store(SMALL)


def age(media, days):
    then = time.time() - days * 24 * 3600
    for path in media.rglob("*.*"):
        if path.is_file():
            os.utime(path, (then, then))


def entries(media):
    return {path.name for path in media.glob("*/*")}


def test_removes_what_belongs_to_nothing(sweep, kept, media):
    store_for_nothing()
    age(media, days=1.1)
    assert sweep() == "2 photos and 1 logos of nothing\n"
    assert entries(media) == {kept, "kept.png"}
    assert len(list((media / "photos" / kept).iterdir())) == 3
    assert sweep() == "0 photos and 0 logos of nothing\n"


def test_leaves_what_may_yet_be_saved(sweep, kept, media):
    stray = store_for_nothing()
    age(media, days=0.9)
    assert sweep() == "0 photos and 0 logos of nothing\n"
    assert entries(media) == {kept, stray, "half.part", "kept.png", "stray.png"}


def test_leaves_everything_where_the_database_knows_no_picture(sweep, media):
    store_for_nothing()
    before = entries(media)
    age(media, days=9)
    assert sweep() == "0 photos and 0 logos of nothing\n"
    assert entries(media) == before


def test_runs_where_nothing_was_ever_stored(sweep):
    PhotoFactory()
    assert sweep() == "0 photos and 0 logos of nothing\n"
