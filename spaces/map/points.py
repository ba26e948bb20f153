"""What the maps show: points for the script, and the same points drawn on a picture for those without it."""

from collections import Counter
from math import asinh, pi, radians, tan
from typing import NamedTuple

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.models import Visibility
from norway.counties import COUNTY_NAMES

from ..models import Space
from ..titles import space_title

# The crop of static/norway/norge.svg in degrees, and how far north of it a first view shows.
WEST, EAST, SOUTH, NORTH = -18.0, 53.4, 55.4, 81.2
MAINLAND_NORTH = 72.6

TEXTS = {
    "zoomIn": _("Zoom in"),
    "zoomOut": _("Zoom out"),
    "close": _("Close"),
    "member": Visibility.MEMBER.label,
    "coming": Visibility.UPCOMING.label,
    "approximate": _("The pin is only approximate."),
    "someApproximate": _("Some of these pins are only approximate."),
    "home": _("All of Norway"),
    "note": _("{name}. Members: {members}, joining soon: {coming}"),
    "wheel": _("Hold Ctrl while you scroll to zoom the map"),
    "touch": _("Use two fingers to move the map"),
    "here": _("{count} spaces here"),
    "list": _("Show them in a list"),
    "show": _("Show on the map"),
    "noStreets": _("The map of streets does not answer."),
    "norgeskart": _("See the place at norgeskart.no"),
    "searchArea": _("Search this area"),
    "credit": _("Map: © Kartverket (CC BY 4.0), Natural Earth"),
}


class MapPoint(NamedTuple):
    """A space as the map and the landing page's list show it; in WGS 84 degrees."""

    pk: int
    name: str
    town: str
    county: str
    latitude: float
    longitude: float
    is_member: bool
    is_approximate: bool
    url: str

    @property
    def title(self) -> str:
        return space_title(self.name, self.town)

    @property
    def kind(self) -> str:
        return "member" if self.is_member else "coming"

    @property
    def as_json(self) -> dict:
        return {
            "id": self.pk,
            "name": self.name,
            "town": self.town,
            "county": COUNTY_NAMES[self.county],
            "lat": self.latitude,
            "lon": self.longitude,
            "kind": self.kind,
            "approximate": self.is_approximate,
            "url": self.url,
        }


COLUMNS = MapPoint._fields[:-3]


def map_points(spaces: QuerySet[Space]) -> list[MapPoint]:
    # Hundreds of model instances, or calls of reverse(), would take several times as long.
    before, after = reverse("spaces:space", args=["--"]).split("--")
    return [
        MapPoint(*row, visibility == Visibility.MEMBER, precision == Space.Precision.TOWN, f"{before}{slug}{after}")
        for *row, visibility, precision, slug in spaces.values_list(*COLUMNS, "visibility", "precision", "slug")
    ]


def map_point(space: Space) -> MapPoint:
    own = (getattr(space, column) for column in COLUMNS)
    return MapPoint(*own, space.is_member, space.is_approximate, space.get_absolute_url())


class ViewBox(NamedTuple):
    """A rectangle in units of a web mercator world of 1000 x 1000; y grows southward."""

    x: float
    y: float
    width: float
    height: float

    def __str__(self):
        return " ".join(f"{side:.3f}" for side in self)


def project(latitude: float, longitude: float) -> tuple[float, float]:
    return (longitude + 180) / 360 * 1000, (1 - asinh(tan(radians(latitude))) / pi) / 2 * 1000


def view_of(west: float, south: float, east: float, north: float) -> ViewBox:
    (left, top), (right, bottom) = project(north, west), project(south, east)
    return ViewBox(left, top, right - left, bottom - top)


NORWAY = view_of(WEST, SOUTH, EAST, NORTH)
MAINLAND = view_of(WEST, SOUTH, EAST, MAINLAND_NORTH)


class Place(NamedTuple):
    """Where a space is proposed."""

    latitude: float
    longitude: float
    title: str = ""


class Pin(NamedTuple):
    """A space on the picture, in the units of ViewBox."""

    space: MapPoint | Place
    x: float
    y: float


def pins(spaces: list[MapPoint | Place], size: float) -> list[Pin]:
    """Draw those at the same place side by side."""
    counts, drawn = Counter(), []
    for space in spaces:
        place = (round(space.latitude, 3), round(space.longitude, 3))
        x, y = project(space.latitude, space.longitude)
        drawn.append(Pin(space, round(x + (counts[place] - 0.5) * size, 3), round(y - size, 3)))
        counts[place] += 1
    return drawn


def picture(spaces: list[MapPoint | Place], view: ViewBox = MAINLAND) -> dict:
    size = 2.6 * view.height / MAINLAND.height
    return {"view": view, "norway": NORWAY, "pins": pins(spaces, size), "size": size}


def close_up(space: MapPoint | Place) -> dict:
    x, y = project(space.latitude, space.longitude)
    return {"view": ViewBox(x - 6, y - 4, 12, 8), "norway": NORWAY, "pins": pins([space], 0.6), "size": 0.6}
