"""Each is refused or cleaned at the cost of a few photos and 150 MiB, and nothing of it but the picture is kept."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from PIL import Image

from tests.pictures import encoded, picture

from .hostile_images import CLEANED, HOSTILE, SECRET

MAX_PHOTOS = 4  # whose processor time one may take; a photo is measured beside them, for machines differ
PHOTO = "a photo"
MAX_MIB = 150


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """By name, what happened to it and what it took; and the folder in which the cleaned ones are."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, (_outcome, make) in HOSTILE.items():
        (folder / f"{name}.upload").write_bytes(make())
    (folder / f"{PHOTO}.upload").write_bytes(encoded(picture(2400, 1800)))
    told = subprocess.run(
        [sys.executable, "-m", "tests.core.image_meter", folder],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    return {row["name"]: row | {"folder": folder} for row in map(json.loads, told.stdout.splitlines())}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_picture_costs_little(measured, name):
    took = measured[name]
    assert took["outcome"] == HOSTILE[name][0]
    assert took["seconds"] < MAX_PHOTOS * measured[PHOTO]["seconds"]
    assert took["mib"] < MAX_MIB


@pytest.mark.parametrize("name", [name for name, (outcome, _make) in HOSTILE.items() if outcome == CLEANED])
def test_hostile_picture_cleaned_is_only_a_picture(measured, name):
    renditions = list(measured[name]["folder"].glob(f"{name}.*.*"))
    assert renditions
    for path in renditions:
        content = path.read_bytes()
        assert not [trace for trace in (SECRET, b"script", b"Exif", b"PK\3\4", b"xmpmeta") if trace in content]
        with Image.open(path) as image:
            assert not getattr(image, "is_animated", False)
            assert not image.getexif()


def test_every_hostile_picture_was_measured(measured):
    assert measured.keys() == HOSTILE.keys() | {PHOTO}
    assert len(HOSTILE) >= 15
