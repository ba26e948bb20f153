"""Make land.json: the coast of Norway and its neighbours as one shape, and the borders of the counties.

Usage: python land.py COUNTIES BORDERS WORLD OUTPUT   (GeoJSON; basemap.sh makes the three; needs shapely)
"""

import json
import sys
from itertools import pairwise
from pathlib import Path

from shapely import affinity, box, unary_union
from shapely.geometry import MultiPolygon, Polygon, shape
from shapely.geometry.polygon import orient

STEP = 0.0004  # degrees
AROUND_NORWAY = box(-11, 55.5, 36, 82.5)
NARROWER = 0.45  # a degree of longitude is so much shorter than one of latitude, in the middle of Norway
GAP = 0.035  # degrees of latitude by which the two sources differ along the state border
FJORD = box(11.0, 58.93, 11.58, 59.14)  # the Iddefjord is the border: no gap
NEIGHBOUR_TOLERANCE = 0.0015  # degrees of latitude, as the next two
TOLERANCE = {"fine": 0.001, "coarse": 0.008}
MIN_AREA = {"fine": 0.00002, "coarse": 0.0002}  # of an island, in square degrees of latitude


def main(counties: Path, borders: Path, world: Path, output: Path):
    norway = unary_union([narrowed(geometry) for _, geometry in features(counties)])
    others = unary_union([*neighbours(world)])
    land = joined(norway, others)
    layers = {name: list(outlines(land, name)) for name in TOLERANCE}
    lines = unary_union([narrowed(geometry) for _, geometry in features(borders)]).simplify(TOLERANCE["coarse"])
    layers["borders"] = [steps(line.coords) for line in lines.geoms]
    write(output, layers)


def features(path: Path):
    data = json.loads(path.read_text(encoding="utf-8"))
    items = data.get("features") or [{"properties": {}, "geometry": item} for item in data["geometries"]]
    return [(item["properties"], shape(item["geometry"])) for item in items]


def narrowed(geometry):
    return affinity.scale(geometry, NARROWER, 1, origin=(0, 0))


def neighbours(world: Path):
    """Yield all land around Norway but its mainland, whose coast is drawn by a better source."""
    for properties, geometry in features(world):
        seen = geometry.buffer(0).intersection(AROUND_NORWAY)
        for part in getattr(seen, "geoms", [seen]):
            is_mainland = properties["name"] == "Norway" and part.centroid.y < 72 and part.centroid.x > 0
            if not part.is_empty and not is_mainland:
                yield narrowed(part).simplify(NEIGHBOUR_TOLERANCE)


def joined(norway, others):
    """Return both with what lies between them along the border."""
    fjord = narrowed(FJORD)
    between = norway.buffer(GAP).intersection(others.buffer(GAP)).difference(fjord)
    land = unary_union([norway, others, between])
    waters = [Polygon(hole) for polygon in land.geoms for hole in polygon.interiors]
    wide_gaps = [water for water in waters if water.distance(others) < 2 * GAP and not water.intersects(fjord)]
    return unary_union([land, *wide_gaps])


def outlines(land: MultiPolygon, layer: str):
    simple = land.simplify(TOLERANCE[layer]).buffer(0)
    for polygon in sorted(simple.geoms, key=lambda part: -part.area):
        if polygon.area > MIN_AREA[layer]:
            polygon = orient(polygon, -1)  # land to the right of its coast
            yield steps(polygon.exterior.coords)
            for hole in polygon.interiors:
                if Polygon(hole).area > MIN_AREA[layer]:
                    yield steps(hole.coords)


def steps(coordinates) -> list[int]:
    """Return a point and the step to each of the others, in units of STEP."""
    points = [(round(x / NARROWER / STEP), round(y / STEP)) for x, y, *_ in coordinates]
    line = [*points[0]]
    for (x, y), (next_x, next_y) in pairwise(points):
        if (x, y) != (next_x, next_y):
            line += [next_x - x, next_y - y]
    return line


def write(output: Path, layers: dict):
    """JSON with one line of the map a line."""
    parts = [f'"step": {STEP}']
    for name, lines in layers.items():
        rows = ",\n".join(json.dumps(line, separators=(",", ":")) for line in lines if len(line) > 4)
        parts.append(f'"{name}": [\n{rows}\n]')
    output.write_text("{" + ",\n".join(parts) + "}\n", encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
