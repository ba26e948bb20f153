"""The map without script: a note with each town's name, or each county's, beside the dot that it tells of.

The script lays out by the same rules (static/spaces/layout.js), again at every zoom.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import combinations
from math import dist, floor
from typing import NamedTuple

from norway.counties import COUNTY_NAMES
from norway.places import DATA

from .feed import Cell, county_cells
from .points import NORWAY, TEXTS, project

EDGES = json.loads((DATA / "edges.json").read_text(encoding="utf-8"))
MAX_NOTES = 25  # of towns; of more, the counties
LETTER, PADDING = 8.5, 18  # pixels; no bold font of 14 px exceeds the first by much
OFF_COAST, MAX_LEADER, BESIDE, MARGIN = 12, 70, 14, 4
MAX_MOVE = 0.16  # of the map's height
LEEWAY = 3  # notes more or fewer on a side than land would have it
LEFT, RIGHT = 0, 1


class Sheet(NamedTuple):
    """A map in pixels: what it shows of the world of project(), and how far apart notes are."""

    width: int
    height: int
    pitch: int
    scale: float
    x: float
    y: float
    top: int = 30

    def place(self, latitude, longitude) -> tuple[float, float]:
        x, y = project(latitude, longitude)
        return round((x - self.x) * self.scale, 1), round((y - self.y) * self.scale, 1)

    @property
    def letters(self) -> int:
        return 15 if self.width < 640 else 24  # so that two notes are no wider than the map

    @property
    def bottom(self) -> int:
        return self.height - 36  # above the credit

    @property
    def capacity(self) -> int:
        return (self.bottom - self.top) // self.pitch + 1


class Part(NamedTuple):
    """A slip of paper of a note: what is written on it, in pixels from the note's left."""

    kind: str
    text: str
    left: int
    width: int

    @property
    def middle(self) -> float:
        return self.left + self.width / 2


@dataclass(frozen=True)
class Note:
    """What stands beside the dot at (x, y), with at most so many letters; `left` and `middle` are its own place."""

    cell: Cell
    x: float
    y: float
    letters: int = 0
    left: float = 0
    middle: float = 0

    @cached_property
    def name(self) -> str:
        return self.cell.town or COUNTY_NAMES[self.cell.county]

    @property
    def title(self) -> str:
        if self.cell.count == 1:
            return f"{self.name} ({TEXTS['member' if self.cell.members else 'coming']})"
        return TEXTS["note"].format(name=self.name, members=self.cell.members, coming=self.cell.coming)

    @cached_property
    def parts(self) -> list[Part]:
        """Return a slip with the name, and one more for those joining soon where there are members too."""
        cell = self.cell
        count = f" {cell.members or cell.coming}" if cell.count > 1 else ""
        room = self.letters - len(count)
        text = (self.name if len(self.name) <= room else f"{self.name[: room - 1]}…") + count
        first = Part("member" if cell.members else "coming", text, 0, round(LETTER * len(text)) + PADDING)
        if not (cell.members and cell.coming):
            return [first]
        return [first, Part("coming", str(cell.coming), first.width - 2, PADDING + 9 * len(str(cell.coming)))]

    @cached_property
    def width(self) -> float:
        return self.parts[-1].left + self.parts[-1].width

    @cached_property
    def foot(self) -> float:
        """Return where the line from the dot meets the note."""
        return min(max(self.x, self.left), self.left + self.width)


def fitted(width: int, height: int, pitch: int, box=None) -> Sheet:
    """Return a sheet that shows the box, or else the mainland, and beside it has room for the notes."""
    west, south, east, north = box or (4.4, 57.9, 31.2, 71.25)
    (x0, y0), (x1, y1) = project(north, west), project(south, east)
    room = (0.36 * width if width < 640 else 150), 24  # for the notes west of the coast
    scale = min((width - room[0]) / (x1 - x0), (height - 2 * room[1] - 16) / (y1 - y0))
    left = (width + room[0] - scale * (x1 - x0)) / 2
    return Sheet(width, height, pitch, scale, x0 - left / scale, y0 - room[1] / scale)


@lru_cache(maxsize=64)
def notes(towns: tuple[Cell], sheet: Sheet) -> list[Note]:
    """Return a note for each town, or for the counties where that is too tight, none upon another."""
    towns = [town for town in towns if is_on(sheet, town)]
    cells = towns if len(towns) <= MAX_NOTES else county_cells(towns)
    while True:
        placed = place(cells, sheet)
        tight = tight_county(placed, sheet) if placed is not None else {cell.county for cell in cells}
        if not tight:
            return placed
        joined = county_cells([cell for cell in cells if cell.county in tight])
        cells = [cell for cell in cells if cell.county not in tight] + joined


def is_on(sheet, cell) -> bool:
    x, y = sheet.place(cell.latitude, cell.longitude)
    return 0 <= x <= sheet.width and 0 <= y <= sheet.height


def tight_county(placed: list[Note], sheet: Sheet) -> set[str]:
    """Return the county of the two nearest towns that share one, if a note was moved too far from its dot."""
    if all(abs(note.middle - note.y) <= MAX_MOVE * sheet.height for note in placed):
        return set()
    pairs = [(a, b) for a, b in combinations(placed, 2) if a.cell.county == b.cell.county]
    nearest = min(pairs, key=lambda pair: dist(*((note.x, note.y) for note in pair)), default=None)
    return {nearest[0].cell.county} if nearest else set()


def place(cells, sheet) -> list[Note] | None:
    """Return the notes with their places, from north to south, first left then right; None if they have no room."""
    found = [Note(cell, *sheet.place(cell.latitude, cell.longitude), sheet.letters) for cell in cells]
    if len(found) > 2 * sheet.capacity:
        return None
    sides = divided(found, sheet)
    placed = [on_side(side, notes, sheet) for side, notes in enumerate(sides)]
    if any(overlap(a, b, sheet.pitch) for a in placed[LEFT] for b in placed[RIGHT]):
        placed = [at_margin(side, notes, sheet) for side, notes in enumerate(placed)]
    return placed[LEFT] + placed[RIGHT]


def divided(notes, sheet) -> tuple[list[Note], list[Note]]:
    """Divide the notes by the side on which land ends first.

    Those to which it matters least go where notes are moved less for it.
    """
    preferences = {note: preference(note, sheet) for note in notes}
    ordered = sorted(notes, key=preferences.get)
    wanted = sum(value < 0 for value in preferences.values())
    least, most = max(0, len(notes) - sheet.capacity), min(len(notes), sheet.capacity)
    choices = {min(max(wanted + more, least), most) for more in range(-LEEWAY, LEEWAY + 1)}

    def cost(lefts):
        unwanted = ordered[min(lefts, wanted) : max(lefts, wanted)]
        moves = moved(ordered[:lefts], sheet) + moved(ordered[lefts:], sheet)
        return moves + sum(abs(preferences[note]) for note in unwanted)

    lefts = min(sorted(choices), key=cost)
    return tuple(sorted(side, key=lambda note: note.y) for side in (ordered[:lefts], ordered[lefts:]))


def moved(notes, sheet) -> float:
    heights = sorted(note.y for note in notes)
    placed = spread(heights, sheet.pitch, sheet.top, sheet.bottom)
    return sum(abs(height - dot) for height, dot in zip(placed, heights, strict=True))


def preference(note, sheet) -> float:
    west, east = land(note, sheet)
    return (note.x - west) - (east - note.x)


def land(note, sheet) -> tuple[float, float]:
    """Return where on the dot's own row Norway begins and ends, in pixels."""
    row = floor((note.cell.latitude - EDGES["south"]) / EDGES["band"])
    west, east = EDGES["rows"][min(max(row, 0), len(EDGES["rows"]) - 1)]
    return tuple(sheet.place(note.cell.latitude, longitude)[0] for longitude in (west, east))


def on_side(side, notes, sheet) -> list[Note]:
    heights = spread([note.y for note in notes], sheet.pitch, sheet.top, sheet.bottom)
    edges = shared([edge(side, note, sheet) for note in notes], heights, sheet.pitch, max if side else min)
    placed = []
    for note, height, x in zip(notes, heights, edges, strict=True):
        left = min(max(x if side else x - note.width, MARGIN), sheet.width - MARGIN - note.width)
        placed.append(replace(note, left=round(left, 1), middle=round(height, 1)))
    return placed


def edge(side, note, sheet) -> float:
    """Return where the note begins: off the coast, or beside its dot where that is far."""
    sign = 1 if side else -1
    coast = land(note, sheet)[side] + sign * OFF_COAST
    return coast if 0 < sign * (coast - note.x) <= MAX_LEADER else note.x + sign * BESIDE


def shared(edges, heights, pitch, outermost) -> list[float]:
    """Return the edges, where notes that touch have the outermost of theirs."""
    runs = []
    for index, height in enumerate(heights):
        if index and height - heights[index - 1] < pitch + 1:
            runs[-1].append(edges[index])
        else:
            runs.append([edges[index]])
    return [outermost(run) for run in runs for _edge in run]


def spread(heights, pitch, top, bottom) -> list[float]:
    """Return the heights at least `pitch` apart, in the same order, moved least (pool adjacent violators)."""
    pools = []
    for index, height in enumerate(heights):
        pools.append((height - index * pitch, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (mean, size), (other, others) = pools.pop(), pools.pop()
            pools.append(((mean * size + other * others) / (size + others), size + others))
    lowest = bottom - (len(heights) - 1) * pitch
    offsets = [min(max(mean, top), lowest) for mean, size in pools for _ in range(size)]
    return [offset + index * pitch for index, offset in enumerate(offsets)]


def overlap(note, other, pitch) -> bool:
    beside = note.left + note.width <= other.left or other.left + other.width <= note.left
    return not beside and abs(note.middle - other.middle) < pitch


def at_margin(side, notes, sheet) -> list[Note]:
    return [replace(note, left=sheet.width - MARGIN - note.width if side else MARGIN) for note in notes]


def pictures(cells: Sequence[Cell], link, box=None) -> list[dict]:
    """Return a wide map and a narrow one, of which the style sheet shows one; `link` gives the address of a cell."""
    sheets = {"wide": fitted(920, 700, 40, box), "narrow": fitted(390, 384, 37, box)}
    return [picture(name, cells, sheet, link) for name, sheet in sheets.items()]


def picture(name, cells, sheet, link) -> dict:
    drawn = [(note, link(note.cell)) for note in notes(tuple(cells), sheet)]
    x, y = (NORWAY.x - sheet.x) * sheet.scale, (NORWAY.y - sheet.y) * sheet.scale
    norway = {"x": x, "y": y, "width": NORWAY.width * sheet.scale, "height": NORWAY.height * sheet.scale}
    norway = {side: round(pixels, 1) for side, pixels in norway.items()}
    return {"name": name, "sheet": sheet, "norway": norway, "notes": drawn}
