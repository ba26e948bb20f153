"""Street tiles of the configured service: fetched one at a time, kept for a day, and not at all while it fails."""

import logging
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep, time

from django.conf import settings
from django.core.cache import caches
from django.core.files import locks

from members import norway
from members.outside import Unavailable, fetch_picture

from .map import project

ZOOMS = range(9, 18)
(LEFT, TOP), (RIGHT, BOTTOM) = project(norway.NORTH, norway.WEST), project(norway.SOUTH, norway.EAST)

# In seconds
FRESH = 24 * 3600  # a browser keeps a tile
SOON = 2  # and believes that there is none: map.js asks once more after three
ABSENT = 3600  # we believe so where the service says so
FETCH = 1.25  # one fetch may take
WAIT = 0.75  # and the wait for one's turn before it
PATIENCE = 0.25  # a fetch may have lasted while others wait for it to end
PAUSE = 60  # nothing is asked after so many failures in a row
FAILURES = 3

logger = logging.getLogger(__name__)


def is_offered(z: int, x: int, y: int) -> bool:
    """Whether the web mercator tile is of a street's zoom and touches Norway's bounds."""
    if z not in ZOOMS or not (0 <= x < 2**z and 0 <= y < 2**z):
        return False
    size = 1000 / 2**z  # of its side, as project counts
    return x * size < RIGHT and y * size < BOTTOM and (x + 1) * size > LEFT and (y + 1) * size > TOP


def picture(z: int, x: int, y: int) -> bytes:
    """The tile as PNG or JPEG, blank where there is none now. Takes WAIT and FETCH at most, and raises nothing."""
    place = {"z": z, "x": x, "y": y}
    key = settings.TILES_URL.format(**place)
    try:
        kept = _kept(key)
        return _in_turn(key, place) if kept is None else kept
    except OSError as error:
        logger.warning("Street tiles cannot be kept: %r", error)
    except Unavailable:
        pass
    return b""


def _in_turn(key, place):
    with _turn():
        found = _kept(key)  # by whoever had the turn before
        if found is None:
            found = _fetch(place)
            caches["tiles"].set(key, found, FRESH if found else ABSENT)
        return found


def _kept(key):
    try:
        return caches["tiles"].get(key)
    except Exception:  # a torn file makes unpickling raise nearly anything
        caches["tiles"].delete(key)
        return None


@contextmanager
def _turn():
    """One at a time among all processes, so that a slow service takes up one of them and never all."""
    start, folder = monotonic(), Path(settings.CACHES["tiles"]["LOCATION"])
    folder.mkdir(parents=True, exist_ok=True)  # somebody may have cleared it away since the server began
    with (folder / "turn").open("a") as turn:
        while not locks.lock(turn, locks.LOCK_EX | locks.LOCK_NB):
            sleep(0.01)
            begun = Path(turn.name).stat().st_mtime
            if time() - begun > PATIENCE or monotonic() - start > WAIT:
                raise Unavailable
        Path(turn.name).touch()
        yield


def _fetch(place):
    if _kept("pause"):
        raise Unavailable
    try:
        found = fetch_picture(settings.TILES_URL, FETCH, **place)
    except Unavailable:
        failures = (_kept("failures") or 0) + 1
        caches["tiles"].set("failures", failures)
        if failures >= FAILURES:
            caches["tiles"].set("pause", True, PAUSE)
        raise
    caches["tiles"].delete("failures")
    return found or b""
