"""Street tiles for a laptop. In production nginx fetches them itself: deploy/nginx/tiles.conf, docs/adr/0008."""

import time
from pathlib import Path

from django.conf import settings

from core.files import replace_file
from core.http import ServiceUnavailable, fetch_image
from norway import bounds

from .points import project

ZOOMS = range(9, 18)
(LEFT, TOP), (RIGHT, BOTTOM) = project(bounds.NORTH, bounds.WEST), project(bounds.SOUTH, bounds.EAST)

# In seconds
FRESH = 24 * 3600  # a tile is cached
RETRY = 2  # browsers may cache that there is none: map.js asks once more after three
ABSENT = 3600  # we do if the service says so
TIMEOUT = 2  # of one fetch


def is_offered(z: int, x: int, y: int) -> bool:
    """Return whether the web mercator tile is of a street's zoom and touches Norway's bounds."""
    if z not in ZOOMS or not (0 <= x < 2**z and 0 <= y < 2**z):
        return False
    size = 1000 / 2**z  # of its side, as project() counts
    return x * size < RIGHT and y * size < BOTTOM and (x + 1) * size > LEFT and (y + 1) * size > TOP


def get_tile(z: int, x: int, y: int) -> bytes:
    """Return the tile as PNG or JPEG; blank if there is none now."""
    file = settings.DATA_DIR / "tiles" / f"{z}-{x}-{y}"
    tile = read_fresh(file)
    if tile is None:
        try:
            tile = fetch_image(settings.TILES_URL, TIMEOUT, z=z, x=x, y=y) or b""
        except ServiceUnavailable:
            return b""
        replace_file(file, tile)
    return tile


def read_fresh(file: Path) -> bytes | None:
    try:
        tile, age = file.read_bytes(), time.time() - file.stat().st_mtime
    except FileNotFoundError:
        return None
    return tile if 0 <= age < (FRESH if tile else ABSENT) else None
