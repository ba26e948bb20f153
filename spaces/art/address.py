"""Where a space's pictures are: at addresses that change with what is on them, so that they can be kept for long."""

from functools import cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from django.conf import settings
from django.urls import reverse

from core.structured_data import absolute

from ..photos import fallback_size
from ..titles import initials
from .share import FONT

SHARE_SIZE = 1200, 630
RANKS = 6  # the best two of each width
SOURCES = [
    "spaces/art/*.py",
    "spaces/titles.py",
    "templates/spaces/*.svg",
    "static/core/tokens.css",
    "norway/land.py",
    "norway/data/land.json",
]


class Pictured:
    """A space's pictures of the coast around it; none of them asks the database."""

    @property
    def art_family(self) -> str:
        return "green" if self.is_member else "yellow"

    @property
    def art_rank(self) -> int:
        """Return which part of the coast is shown: neighbours differ, and stay as they are when another comes."""
        return (self.pk or 0) % RANKS

    @property
    def art_version(self) -> str:
        return self._version(initials(self.name))

    @property
    def art_url(self) -> str:
        return reverse("art", args=[self.slug, self.art_version])

    @property
    def share_version(self) -> str:
        return self._version(self.name, self.town)

    @property
    def share_url(self) -> str:
        return reverse("share", args=[self.slug, self.share_version])

    def _version(self, *words) -> str:
        shown = float(self.latitude), float(self.longitude), self.art_rank, self.art_family, *words
        return f"{crc32(repr(shown).encode(), _drawing()):08x}"


class ShareImage(NamedTuple):
    url: str
    width: int
    height: int


def share_image(space, photos) -> ShareImage:
    """Return the first photo, or else the coast with the space's name."""
    if photos:
        photo = photos[0]
        return ShareImage(absolute(photo.sources.fallback), *fallback_size(photo.width, photo.height))
    return ShareImage(absolute(space.share_url), *SHARE_SIZE)


@cache
def _drawing() -> int:
    """Return a number that differs where the code, the colours, the map or the font do."""
    checksum = 0
    for path in [*chain.from_iterable(sorted(settings.BASE_DIR.glob(pattern)) for pattern in SOURCES), Path(FONT)]:
        checksum = crc32(path.read_bytes(), checksum)
    return checksum
