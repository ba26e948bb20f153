"""Write edges.json, how far west and east Norway's land reaches in each band of latitude, from norge.topo.json.

Usage: python norway/data/build/edges.py

Bands are BAND degrees high from SOUTH up; each has its westernmost and easternmost longitude, to a tenth of a degree.
"""

import json
from itertools import pairwise
from math import floor
from pathlib import Path

from svg import ring

ROOT = Path(__file__).parents[3]
SOUTH, BAND = 57.75, 0.25


def main():
    topology = json.loads((ROOT / "static/norway/norge.topo.json").read_text(encoding="utf-8"))
    arcs = [decode(arc, topology["transform"]) for arc in topology["arcs"]]
    bands = {}
    for county in topology["objects"]["fylker"]["geometries"]:
        polygons = county["arcs"] if county["type"] == "MultiPolygon" else [county["arcs"]]
        for polygon in polygons:
            for indices in polygon:
                for start, end in pairwise(ring(indices, arcs)):
                    add(bands, start, end)
    rows = [[round(min(bands[band]), 1), round(max(bands[band]), 1)] for band in sorted(bands)]
    text = json.dumps({"south": SOUTH, "band": BAND, "rows": rows}, separators=(",", ":"))
    (ROOT / "norway/data/edges.json").write_text(text + "\n", encoding="utf-8")


def decode(arc, transform):
    (kx, ky), (x0, y0) = transform["scale"], transform["translate"]
    x = y = 0
    points = []
    for dx, dy in arc:
        x, y = x + dx, y + dy
        points.append((x * kx + x0, y * ky + y0))
    return points


def add(bands, start, end):
    """Note the ends of a line, each in its band; lines are shorter than a band is high."""
    for longitude, latitude in (start, end):
        bands.setdefault(floor((latitude - SOUTH) / BAND), []).append(longitude)


if __name__ == "__main__":
    main()
