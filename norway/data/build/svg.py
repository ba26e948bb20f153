"""Draw norge.svg, the map for visitors without script, from norge.topo.json.

Usage: python norway/data/build/svg.py [FOLDER]   (default: static/norway)

Web Mercator on a sphere with the world as 1000 x 1000 units: x = (lon + 180) / 360 * 1000 and
y = (1 - ln(tan(lat) + sec(lat)) / pi) / 2 * 1000. The viewBox is in these units, paths in hundredths of them.
"""

import json
import math
import sys
from itertools import accumulate, pairwise
from pathlib import Path

# Wide, so that a page can cut the sides off to fill its space; Norway is in the middle.
WEST, EAST, SOUTH, NORTH = -18.0, 53.4, 55.4, 81.2
STEPS = 100

# Russia is simplified so far that gaps open by Pasvik: land under them, as (longitude, latitude).
GAPS = [
    (29.25, 69.17), (29.23, 69.32), (29.58, 69.38), (29.92, 69.48),
    (30.06, 69.65), (30.15, 69.68), (30.41, 69.61), (30.59, 69.52),
]  # fmt: skip

# The neighbours come from a coarser source; an outline in their own colour closes the gaps along the border.
STYLE = """
.sea{fill:#d5e6ec}.land{fill:#efece3;stroke:#efece3;stroke-width:40}
.norge{fill:#fffdf8;stroke:#c9c3b4;stroke-width:4;stroke-linejoin:round}
@media(prefers-color-scheme:dark){
.sea{fill:#0c222a}.land{fill:#151d1f;stroke:#151d1f}.norge{fill:#3b4f47;stroke:#5f736a}}
"""


def main(folder: Path):
    topology = json.loads((folder / "norge.topo.json").read_text(encoding="utf-8"))
    (folder / "norge.svg").write_text(svg(topology), encoding="utf-8")


def svg(topology: dict) -> str:
    x, y = project(WEST, NORTH)
    right, bottom = project(EAST, SOUTH)
    arcs = [decode(arc, topology["transform"]) for arc in topology["arcs"]]
    land = [path(shape, arcs) for shape in topology["objects"]["land"]["geometries"]]
    land.append(subpath([steps(*point) for point in [*GAPS, GAPS[0]]]))
    counties = [path(shape, arcs) for shape in topology["objects"]["fylker"]["geometries"]]
    view = f"{x:.3f} {y:.3f} {right - x:.3f} {bottom - y:.3f}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}"><style>{STYLE}</style>\n'
        f'<rect class="sea" x="{x:.3f}" y="{y:.3f}" width="{right - x:.3f}" height="{bottom - y:.3f}"/>\n'
        f'<g transform="scale({1 / STEPS})">\n<path class="land" d="{"".join(land)}"/>\n'
        + "".join(f'<path class="norge" d="{county}"/>\n' for county in counties)
        + "</g></svg>\n"
    )


def project(lon: float, lat: float) -> tuple[float, float]:
    lat = math.radians(lat)
    return (lon + 180) / 360 * 1000, (1 - math.log(math.tan(lat) + 1 / math.cos(lat)) / math.pi) / 2 * 1000


def steps(lon: float, lat: float) -> tuple[int, int]:
    x, y = project(lon, lat)
    return round(x * STEPS), round(y * STEPS)


def decode(arc: list, transform: dict) -> list[tuple[int, int]]:
    """Points of a TopoJSON arc (differences of quantised degrees) in steps."""
    (kx, ky), (x0, y0) = transform["scale"], transform["translate"]
    xs, ys = (accumulate(values) for values in zip(*arc, strict=True))
    return [steps(x * kx + x0, y * ky + y0) for x, y in zip(xs, ys, strict=True)]


def path(shape: dict, arcs: list) -> str:
    polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
    rings = (ring(indices, arcs) for polygon in polygons for indices in polygon)
    return "".join(subpath(points) for points in rings if in_view(points))


def ring(indices: list[int], arcs: list) -> list[tuple[int, int]]:
    """The arcs end to end; a complement (~i) means arc i backwards."""
    points = []
    for index in indices:
        points += arcs[index] if index >= 0 else arcs[~index][::-1]
    return points


def in_view(points: list[tuple[int, int]]) -> bool:
    left, top = steps(WEST, NORTH)
    right, bottom = steps(EAST, SOUTH)
    xs, ys = zip(*points, strict=True)
    return max(xs) > left and min(xs) < right and max(ys) > top and min(ys) < bottom


def subpath(points: list[tuple[int, int]]) -> str:
    """A closed subpath: the first point, then steps from point to point; nothing for a ring without area."""
    moves = [(bx - ax, by - ay) for (ax, ay), (bx, by) in pairwise(points) if (ax, ay) != (bx, by)]
    if len(moves) < 3:
        return ""
    lines = " ".join(f"{dx} {dy}" for dx, dy in moves[:-1]).replace(" -", "-")
    return f"M{points[0][0]} {points[0][1]}l{lines}z"


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[3] / "static/norway")
