"""What is measured: an address of each kind of page."""

from math import asinh, atan, degrees, pi, radians, sinh, tan
from typing import NamedTuple

OSLO = 59.91, 10.75  # WGS 84 degrees
NORWAY = 4.0, 57.9, 31.2, 71.3  # west, south, east, north
SCREEN = 1000, 700  # pixels of the map that a feed is asked for
TILE = 256


class Page(NamedTuple):
    name: str
    path: str  # {space} and {organisation} stand for the slugs of a member's
    marker: str = ""  # stands in the page once the site can do it; until then the address answers with another page
    form: str = ""  # what is posted there, where the page is an answer to that


def feed_path(zoom: int) -> str:
    """For all of Norway, and further in for a screen around Oslo."""
    box = NORWAY if zoom == 4 else _around(*OSLO, zoom)
    return f"/kart/punkter.json?z={zoom}&b={','.join(f'{side:.4f}' for side in box)}"


def _around(latitude, longitude, zoom):
    east, north = (pixels * pi / (TILE * 2**zoom) for pixels in SCREEN)
    y = asinh(tan(radians(latitude)))
    south, north = (degrees(atan(sinh(y + side))) for side in (-north, north))
    return longitude - degrees(east), south, longitude + degrees(east), north


def at(slugs: dict, pages: list[Page]) -> list[Page]:
    return [page._replace(path=page.path.format(**slugs)) for page in pages]


PAGES = [
    Page("landing", "/"),
    Page("directory", "/steder/"),
    Page("directory, page 3", "/steder/?page=3"),
    Page("county and amenity", "/steder/?county=46&amenity=wifi"),
    Page("search", "/steder/?q=bergen"),
    Page("search, few found", "/steder/?q=provehus+17"),
    Page("near a place", "/steder/?near=Bergen", 'name="near"'),
    Page("near me", "/steder/", 'name="near"', "latitude=60.391&longitude=5.322"),
    Page("space", "/steder/{space}/"),
    Page("town", "/steder/i/bergen/"),
    Page("county", "/steder/fylke/vestland/"),
    Page("members", "/medlemmer/"),
    Page("organisation", "/medlemmer/{organisation}/"),
    *(Page(f"feed, zoom {zoom}", feed_path(zoom)) for zoom in (4, 6, 8, 12, 16)),
    Page("sitemap", "/sitemap.xml"),
    Page("sitemap of spaces", "/sitemap-spaces.xml"),
]
