"""The coast around a position as a picture: one path, which strokes of several widths turn into terraces and depths."""

from typing import NamedTuple

from norway import land

from .geometry import Line, area, clip, path_data, pieces, rounded, simplify
from .window import Frame, Window, windows

INLAND_KM = 12  # farther from the sea a wide picture may show no coast
AROUND_KM = 56  # what the widest window and its strokes need
INLAND_WIDTHS = 2.1, 3, 1.5  # times the distance to the sea
TERRACES = 6  # between the sea and a place inland
SEA = "sea-1", "sea-2", "sea-3"
FINE_KM = 40  # from the sea; farther away fewer points do
MAX_BYTES, MAX_BYTES_INLAND = 4000, 8000  # of the path
TOLERANCES = 0.7, 1, 1.4, 2, 2.8, 4  # the finest that gives so few
UNSEEN = 7  # so much coarser may be what only pushes the terraces
MIN_AREA, MIN_AREA_UNSEEN = 14, 900  # of an island
SEEN_MARGIN, BORDER_MARGIN = 12, 40

CARD = Frame(800, 450, (0.5, 0.4, 0.6), (0.46, 0.6))
HERO = Frame(1440, 436, (0.6, 0.66), (0.46, 0.6), is_titled=True)
SHARE = Frame(1200, 630, (0.66, 0.74), (0.4, 0.55), is_titled=True)


class Band(NamedTuple):
    """A stroke along the coast: its colour and its width."""

    tone: str
    width: int


class Terraces(NamedTuple):
    """How far from the sea the pin stands inland, and how far a terrace is from the next."""

    from_sea_km: float
    step_km: float


class Coast(NamedTuple):
    """A picture in the units of its frame; `land` and `sea` are the widest stroke first."""

    frame: Frame
    pin: tuple[int, int]
    rings: list[list[tuple[int, int]]]
    borders: list[list[tuple[int, int]]]
    land: list[Band]
    sea: list[Band]
    terraces: Terraces | None = None

    @property
    def path(self) -> str:
        return path_data(self.rings, closed=True)

    @property
    def border_path(self) -> str:
        return path_data(self.borders, closed=False)


def coast(latitude: float, longitude: float, frame: Frame, rank: int = 0) -> Coast:
    """Draw the coast around the position. Another rank shows another part of it, so that neighbours differ."""
    plane = land.Plane(latitude, longitude)
    distance = land.km_to_coast(plane)
    if distance <= INLAND_KM:
        return _by_the_coast(plane, frame, rank)
    return _far_from_the_coast(plane, distance, frame, rank)


def _by_the_coast(plane, frame, rank) -> Coast:
    rings = land.rings("fine", plane, AROUND_KM)
    choices = windows(rings, frame)
    window = choices[rank % len(choices)]
    land_bands = _bands("123", [frame.width * part for part in (0.1, 0.056, 0.024)])
    sea_bands = _bands(SEA, [frame.width * part for part in (0.1, 0.06, 0.026)])
    return _draw(plane, rings, frame, window, land_bands, sea_bands, MAX_BYTES)


def _far_from_the_coast(plane, distance, frame, rank) -> Coast:
    """Draw steps of equal width from the coast to the pin, which stands on the edge of one."""
    times = INLAND_WIDTHS[rank % len(INLAND_WIDTHS)]
    window = Window(times * distance, frame.across[rank % len(frame.across)], frame.down[0])
    rings = land.rings("fine" if distance < FINE_KM else "coarse", plane, (times + 1.2) * distance)
    away = 2 * frame.width / times
    step = away / TERRACES
    terraces = Terraces(distance, distance / TERRACES) if land.is_land(plane) else None
    if terraces:
        land_bands = _bands("abc123", [away + step * (1 - place) for place in range(TERRACES)])
        sea_bands = _bands(SEA[1:], [step * 0.9, step * 0.5])
    else:
        land_bands = _bands("123", [step * 0.5, step * 0.3, step * 0.1])
        sea_bands = _bands(SEA, [away, away * 2 / 3, away / 3])
    drawn = _draw(plane, rings, frame, window, land_bands, sea_bands, MAX_BYTES_INLAND)
    return drawn._replace(terraces=terraces)


def _bands(tones, widths) -> list[Band]:
    return [Band(tone, round(width)) for tone, width in zip(tones, widths, strict=True)]


class View(NamedTuple):
    """Where kilometres around the pin are in a picture."""

    frame: Frame
    scale: float
    x: float
    y: float

    def place(self, line: Line) -> Line:
        return [(x * self.scale + self.x, y * self.scale + self.y) for x, y in line]

    def box(self, margin: float) -> tuple[float, float, float, float]:
        return -margin, -margin, self.frame.width + margin, self.frame.height + margin

    def sees(self, point) -> bool:
        west, north, east, south = self.box(SEEN_MARGIN)
        return west <= point[0] <= east and north <= point[1] <= south


def _draw(plane, rings, frame, window, land_bands, sea_bands, max_bytes) -> Coast:
    view = View(frame, frame.width / window.width, window.across * frame.width, window.down * frame.height)
    # So far out that no stroke of the box's own sides is seen.
    margin = max(band.width for band in [*land_bands, *sea_bands]) / 2 + SEEN_MARGIN
    islands = [clip(view.place(ring), *view.box(margin)) for ring in rings]
    islands = [island for island in islands if _is_large(island, view)]
    for tolerance in TOLERANCES:
        outlines = [outline for island in islands if (outline := _outline(island, view, tolerance))]
        if len(path_data(outlines, closed=True)) <= max_bytes:
            break
    pin = round(view.x), round(view.y)
    return Coast(frame, pin, outlines, list(_borders(plane, view)), land_bands, sea_bands)


def _is_large(ring: Line, view: View) -> bool:
    size = abs(area(ring))
    return size > MIN_AREA_UNSEEN or (size > MIN_AREA and any(map(view.sees, ring)))


def _outline(ring: Line, view: View, tolerance: float) -> list[tuple[int, int]]:
    """Return the ring simplified in whole units, empty if too little is left of it."""

    def tolerance_at(point):
        return tolerance if view.sees(point) else tolerance * UNSEEN

    points = rounded(simplify([*ring, ring[0]], tolerance_at))[:-1]
    return points if len(points) > 2 else []


def _borders(plane, view):
    reach = max(view.frame.width, view.frame.height) / view.scale
    for line in land.lines("borders", plane, reach):
        for piece in pieces(view.place(line), *view.box(BORDER_MARGIN)):
            points = rounded(simplify(piece, lambda point: TOLERANCES[0]))
            if len(points) > 1:
                yield points
