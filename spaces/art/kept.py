"""Pictures drawn once and kept: drawings by each process, and in DATA_DIR those to share, which take half a second."""

from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from core.files import replace_file

from ..titles import initials
from .coast import CARD, HERO, Terraces, coast
from .drawing import drawing, drawing_as_file
from .share import share_png

MAX_KEPT = 500  # of 4 to 10 kB: 5 MB for each kind and process


class Hero(NamedTuple):
    svg: SafeString
    terraces: Terraces | None


def card_svg(space) -> str:
    return _card(space.latitude, space.longitude, space.art_rank, space.art_family, initials(space.name))


def hero(space) -> Hero:
    return _hero(space.latitude, space.longitude, space.art_family, initials(space.name))


@lru_cache(MAX_KEPT)
def _card(latitude, longitude, rank, family, letters) -> str:
    shape = coast(latitude, longitude, CARD, rank)
    return render_to_string("spaces/art.svg", drawing_as_file(shape, family, letters))


@lru_cache(MAX_KEPT)
def _hero(latitude, longitude, family, letters) -> Hero:
    shape = coast(latitude, longitude, HERO)
    return Hero(render_to_string("spaces/_hero_art.svg", drawing(shape, family, letters)), shape.terraces)


def share_picture(space) -> bytes:
    file = share_folder() / share_name(space)
    with suppress(FileNotFoundError):
        return file.read_bytes()
    image = share_png(space.latitude, space.longitude, space.art_rank, space.art_family, space.name, space.town)
    replace_file(file, image)
    for old in share_folder().glob(f"{space.pk}-*"):
        if old != file:
            old.unlink(missing_ok=True)
    return image


def share_name(space) -> str:
    return f"{space.pk}-{space.share_version}.png"


def share_folder() -> Path:
    return settings.DATA_DIR / "share"
