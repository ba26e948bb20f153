"""Norway and its neighbours as one shape, for pictures: data/land.json in kilometres around a point."""

import json
from array import array
from collections.abc import Iterator
from functools import cache
from itertools import accumulate, pairwise
from math import cos, hypot, radians
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parent / "data/land.json"
CHUNK = 64  # points
KM_PER_DEGREE = 111.2

Point = tuple[float, float]


class Chunk(NamedTuple):
    """Consecutive points of a line, longitude and latitude by turns, and the box around them in WGS 84 degrees."""

    west: float
    south: float
    east: float
    north: float
    degrees: array

    @property
    def ends(self) -> array:
        return self.degrees[:2] + self.degrees[-2:]


class Plane(NamedTuple):
    """Kilometres east and south of a point: flat, and so true only near it."""

    latitude: float
    longitude: float

    @property
    def km_per_degree_east(self) -> float:
        return KM_PER_DEGREE * cos(radians(self.latitude))

    def points(self, degrees: array) -> list[Point]:
        east, latitude, longitude = self.km_per_degree_east, self.latitude, self.longitude
        pairs = zip(degrees[::2], degrees[1::2], strict=True)
        return [((x - longitude) * east, (latitude - y) * KM_PER_DEGREE) for x, y in pairs]

    def square(self, reach: float) -> tuple[float, float, float, float]:
        """Return west, south, east and north, in degrees, of the square of ±`reach` km."""
        east, north = reach / self.km_per_degree_east, reach / KM_PER_DEGREE
        return self.longitude - east, self.latitude - north, self.longitude + east, self.latitude + north


def rings(layer: str, plane: Plane, reach: float) -> list[list[Point]]:
    """Return the outlines that reach into the square of ±`reach` km, exact inside it.

    Outside of it points are left out where that changes nothing inside.
    """
    square, found = plane.square(reach), []
    for chunks in _layers()[layer]:
        sides = [_side(chunk, square) for chunk in chunks]
        if sides[0] and all(side == sides[0] for side in sides):
            continue
        parts = zip(chunks, sides, strict=True)
        found.append([point for chunk, side in parts for point in plane.points(chunk.ends if side else chunk.degrees)])
    return found


def lines(layer: str, plane: Plane, reach: float) -> list[list[Point]]:
    """Return the pieces of the lines that are near the square of ±`reach` km."""
    square = plane.square(reach)
    return [plane.points(chunk.degrees) for line in _layers()[layer] for chunk in line if not _side(chunk, square)]


def km_to_coast(plane: Plane) -> float:
    distances = [(_distance_to_box(plane, chunk), chunk) for ring in _layers()["coarse"] for chunk in ring]
    nearest = float("inf")
    for distance, chunk in sorted(distances, key=lambda pair: pair[0]):
        if distance >= nearest:
            break
        nearest = min(nearest, *(_distance_to_segment(*ends) for ends in pairwise(plane.points(chunk.degrees))))
    return nearest


def is_land(plane: Plane) -> bool:
    # East of a place on land there is an odd number of coasts.
    crossed = 0
    for ring in _layers()["coarse"]:
        for chunk in ring:
            if chunk.east >= plane.longitude and chunk.south <= plane.latitude <= chunk.north:
                crossed += sum(_is_east(*ends) for ends in pairwise(plane.points(chunk.degrees)))
    return crossed % 2 == 1


def _is_east(a: Point, b: Point) -> bool:
    """Return whether the segment crosses the line that runs east from the point."""
    return (a[1] > 0) != (b[1] > 0) and a[0] - a[1] * (b[0] - a[0]) / (b[1] - a[1]) > 0


def _side(chunk: Chunk, square) -> str:
    """Return on which side of the square the chunk is with all its points, "" if on none."""
    west, south, east, north = square
    if chunk.east < west:
        return "west"
    if chunk.west > east:
        return "east"
    if chunk.north < south:
        return "south"
    return "north" if chunk.south > north else ""


def _distance_to_box(plane: Plane, chunk: Chunk) -> float:
    east = max(chunk.west - plane.longitude, 0, plane.longitude - chunk.east)
    north = max(chunk.south - plane.latitude, 0, plane.latitude - chunk.north)
    return hypot(east * plane.km_per_degree_east, north * KM_PER_DEGREE)


def _distance_to_segment(a: Point, b: Point) -> float:
    along = b[0] - a[0], b[1] - a[1]
    length = along[0] ** 2 + along[1] ** 2
    part = -(a[0] * along[0] + a[1] * along[1]) / length if length else 0
    part = max(0, min(1, part))
    return hypot(a[0] + part * along[0], a[1] + part * along[1])


@cache
def _layers() -> dict[str, list[list[Chunk]]]:
    """Return the coasts, closed, as "fine" and "coarse", and the counties' "borders"."""
    data = json.loads(DATA.read_text())
    step = data.pop("step")
    return {name: [list(_chunks(line, step)) for line in layer] for name, layer in data.items()}


def _chunks(line: list[int], step: float) -> Iterator[Chunk]:
    """Decode a line: a point, then the step to each of the others. Chunks in a row share a point."""
    xs = [x * step for x in accumulate(line[::2])]
    ys = [y * step for y in accumulate(line[1::2])]
    for start in range(0, len(xs) - 1, CHUNK):
        x, y = xs[start : start + CHUNK + 1], ys[start : start + CHUNK + 1]
        degrees = array("d", (value for pair in zip(x, y, strict=True) for value in pair))
        yield Chunk(min(x), min(y), max(x), max(y), degrees)
