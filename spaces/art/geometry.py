"""Lines cut, simplified and written as the path of an SVG."""

from collections.abc import Callable, Iterator
from itertools import groupby, pairwise
from math import hypot

Point = tuple[float, float]
Line = list[Point]


def clip(ring: Line, west: float, north: float, east: float, south: float) -> Line:
    """Return the closed ring within the box, by Sutherland and Hodgman; where it left, it follows the box's sides."""
    for axis, limit, sign in ((0, west, 1), (0, east, -1), (1, north, 1), (1, south, -1)):
        if any((point[axis] - limit) * sign < 0 for point in ring):
            ring = _clip_side(ring, axis, limit, sign)
    return ring


def _clip_side(ring: Line, axis: int, limit: float, sign: int) -> Line:
    kept = []
    for a, b in pairwise([*ring[-1:], *ring]):
        before, after = (a[axis] - limit) * sign, (b[axis] - limit) * sign
        if (before < 0) != (after < 0):
            part = before / (before - after)
            kept.append((a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1])))
        if after >= 0:
            kept.append(b)
    return kept


def pieces(line: Line, west: float, north: float, east: float, south: float) -> Iterator[Line]:
    """Yield the parts of the line whose points are in the box."""
    for is_inside, points in groupby(line, lambda point: west <= point[0] <= east and north <= point[1] <= south):
        part = list(points)
        if is_inside and len(part) > 1:
            yield part


def area(ring: Line) -> float:
    """Return the area, negative where the ring runs the other way round."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise([*ring[-1:], *ring])) / 2


def simplify(line: Line, tolerance: Callable[[Point], float]) -> Line:
    """Leave out points nearer to the line than their tolerance, by Douglas and Peucker."""
    weights = [1 / tolerance(point) for point in line]
    kept, waiting = {0, len(line) - 1}, [(0, len(line) - 1)]
    while waiting:
        first, last = waiting.pop()
        farthest, distance = _farthest(line, weights, first, last)
        if distance > 1:
            kept.add(farthest)
            waiting += [(first, farthest), (farthest, last)]
    return [line[place] for place in sorted(kept)]


def _farthest(line: Line, weights: list[float], first: int, last: int) -> tuple[int, float]:
    (ax, ay), (bx, by) = line[first], line[last]
    along_x, along_y = bx - ax, by - ay
    length = hypot(along_x, along_y)
    best, distance = first, 0.0
    for place in range(first + 1, last):
        x, y = line[place]
        if length:
            off = abs(along_x * (ay - y) - along_y * (ax - x)) / length * weights[place]
        else:  # the ends of a ring
            off = hypot(x - ax, y - ay) * weights[place]
        if off > distance:
            best, distance = place, off
    return best, distance


def rounded(line: Line) -> list[tuple[int, int]]:
    """Return the points in whole numbers, none twice in a row."""
    points = [(round(x), round(y)) for x, y in line]
    return points[:1] + [b for a, b in pairwise(points) if a != b]


def path_data(lines: list[list[tuple[int, int]]], *, closed: bool) -> str:
    return "".join(_subpath(line) + ("z" if closed else "") for line in lines)


def _subpath(line: list[tuple[int, int]]) -> str:
    steps = " ".join(f"{bx - ax} {by - ay}" for (ax, ay), (bx, by) in pairwise(line))
    return f"M{line[0][0]} {line[0][1]}l{steps}".replace(" -", "-")
