"""Which part of the coast a picture shows: much coast, as much land as sea, and little coast behind the name."""

from collections import defaultdict
from itertools import pairwise, product
from math import hypot
from typing import NamedTuple

from .geometry import Line

WIDTHS = 40, 52, 68  # kilometres across
GRID_KM = 2
LAND_SHARE = 0.55
ENOUGH_COAST = 7  # times the width; more is no better
NAME = (0, 0.36, 0.34, 1)  # left, top, right and bottom of where the name stands, as parts of the picture


class Frame(NamedTuple):
    """The size of a picture, where its pin may stand (parts of width and height), and whether a name stands on it."""

    width: int
    height: int
    across: tuple[float, ...]
    down: tuple[float, ...]
    is_titled: bool = False


class Window(NamedTuple):
    """What a picture shows: so many kilometres across, the pin at these parts of its width and height."""

    width: float
    across: float
    down: float

    def part(self, frame: Frame, left=0.0, top=0.0, right=1.0, bottom=1.0) -> tuple[float, float, float, float]:
        """Return west, north, east and south of a part of the picture, in kilometres from the pin."""
        height = self.width * frame.height / frame.width
        west, north = -self.across * self.width, -self.down * height
        return west + left * self.width, north + top * height, west + right * self.width, north + bottom * height


def windows(rings: list[Line], frame: Frame) -> list[Window]:
    """Return all windows, the best of each width first, so that the first ones look different."""
    survey = Survey(rings)
    scores = {
        Window(*choice): survey.score(Window(*choice), frame) for choice in product(WIDTHS, frame.across, frame.down)
    }
    by_width = defaultdict(list)
    for window in sorted(scores, key=scores.get, reverse=True):
        by_width[window.width].append(window)
    places = {window: place for group in by_width.values() for place, window in enumerate(group)}
    return sorted(scores, key=lambda window: (places[window], -scores[window]))


class Survey:
    """Length of the coast by cell of a grid, and where its rows cross the coast, in kilometres around the pin."""

    def __init__(self, rings: list[Line]):
        self.coast, self.crossings = defaultdict(float), defaultdict(list)
        for ring in rings:
            for a, b in pairwise([*ring[-1:], *ring]):
                middle = (a[0] + b[0]) / 2 // GRID_KM, (a[1] + b[1]) / 2 // GRID_KM
                self.coast[middle] += hypot(b[0] - a[0], b[1] - a[1])
                self._cross(a, b)
        for crossed in self.crossings.values():
            crossed.sort()

    def _cross(self, a, b):
        (ax, ay), (bx, by) = sorted((a, b), key=lambda point: point[1])
        for row in range(int(ay // GRID_KM) + 1, int(by // GRID_KM) + 1):
            self.crossings[row].append(ax + (bx - ax) * (row * GRID_KM - ay) / (by - ay))

    def score(self, window: Window, frame: Frame) -> float:
        coast = min(self.length(window.part(frame)) / window.width, ENOUGH_COAST)
        behind_name = self.length(window.part(frame, *NAME)) / window.width if frame.is_titled else 0
        off_balance = abs(self.land_share(window.part(frame)) - LAND_SHARE)
        return coast * 0.12 - off_balance * 1.6 - behind_name * 0.35

    def length(self, box) -> float:
        west, north, east, south = (side // GRID_KM for side in box)
        cells = self.coast.items()
        return sum(length for (x, y), length in cells if west <= x <= east and north <= y <= south)

    def land_share(self, box) -> float:
        west, north, east, south = box
        rows = range(int(north // GRID_KM) + 1, int(south // GRID_KM) + 1)
        land = sum(_between(self.crossings.get(row, []), west, east) for row in rows)
        return land / (len(rows) * (east - west))


def _between(crossings: list[float], west: float, east: float) -> float:
    """Return how much land is between west and east, by where a row crosses the coast."""
    stretches = zip(crossings[::2], crossings[1::2], strict=True)
    return sum(max(0, min(end, east) - max(start, west)) for start, end in stretches)
