"""Each is refused or cleaned in less than a second and 150 MiB, and nothing of it but the picture is kept."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from PIL import Image

from .hostile_pictures import CLEANED, HOSTILE, SECRET

MOST_SECONDS = 1  # of processor time
MOST_MIB = 150


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """By name, what happened to it and what it took; and the folder in which the cleaned ones are."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, (_outcome, make) in HOSTILE.items():
        (folder / f"{name}.upload").write_bytes(make())
    told = subprocess.run(
        [sys.executable, "-m", "tests.members.picture_meter", folder],
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
    assert took["seconds"] < MOST_SECONDS
    assert took["mib"] < MOST_MIB


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
    assert measured.keys() == HOSTILE.keys()
    assert len(HOSTILE) >= 15
