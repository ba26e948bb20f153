"""What the maps show: points for the script, and the same points drawn on a picture for those without it."""

from collections.abc import Sequence
from math import asinh, pi, radians, tan
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.slugs import slug_url

from .models import Space
from .titles import titled

# The crop of static/map/norge.svg: degrees, then units of a web mercator world of 1000 x 1000.
WEST, EAST, SOUTH, NORTH = -18.0, 53.4, 55.4, 72.6

TEXTS = {
    "zoomIn": _("Zoom in"),
    "zoomOut": _("Zoom out"),
    "close": _("Close"),
    "member": _("member"),
    "coming": _("on the way in"),
    "approximate": _("The pin stands at the town centre."),
    "someApproximate": _("Some of these stand at the town centre, not at their address."),
    "home": _("All of Norway"),
    "group": _("{count} spaces (members: {members}, on the way in: {coming})"),
    "wheel": _("Hold Ctrl while you scroll to zoom the map"),
    "touch": _("Use two fingers to move the map"),
    "many": _("{count} spaces here: zoom in"),
    "here": _("{count} spaces here"),
    "list": _("Show them in a list"),
    "searchArea": _("Search this area"),
    "credit": _("Map: © Kartverket (CC BY 4.0), Natural Earth"),
}


class Spot(NamedTuple):
    """What a map, and a list of many, shows of a space; WGS 84 degrees."""

    pk: int
    name: str
    town: str
    county: str
    latitude: float
    longitude: float
    organisation_id: int
    sort_name: str
    is_member: bool
    is_approximate: bool
    url: str

    @property
    def title(self) -> str:
        return titled(self.name, self.town)

    @property
    def kind(self) -> str:
        return "member" if self.is_member else "coming"

    @property
    def point(self) -> dict:
        """For the script."""
        return {
            "id": self.pk,
            "name": self.name,
            "town": self.town,
            "lat": self.latitude,
            "lon": self.longitude,
            "kind": self.kind,
            "approximate": self.is_approximate,
            "url": self.url,
        }


COLUMNS = Spot._fields[:-3]


def spots(spaces: QuerySet[Space]) -> list[Spot]:
    """Of public spaces; hundreds of rows of the model would take several times as long."""
    return [
        Spot(*row, shown == Space.Shown.AS_MEMBER, precision == Space.Precision.TOWN, slug_url("spaces:space", slug))
        for *row, shown, precision, slug in spaces.values_list(*COLUMNS, "shown", "precision", "slug")
    ]


def spot(space: Space) -> Spot:
    own = (getattr(space, column) for column in COLUMNS)
    return Spot(*own, space.is_member, space.is_approximate, space.get_absolute_url())


class Box(NamedTuple):
    """A rectangle in units of a web mercator world of 1000 x 1000; y grows southward."""

    x: float
    y: float
    width: float
    height: float

    def __str__(self):
        return " ".join(f"{side:.3f}" for side in self)


def project(latitude: float, longitude: float) -> tuple[float, float]:
    return (longitude + 180) / 360 * 1000, (1 - asinh(tan(radians(latitude))) / pi) / 2 * 1000


def norway() -> Box:
    (west, north), (east, south) = project(NORTH, WEST), project(SOUTH, EAST)
    return Box(west, north, east - west, south - north)


class Place(NamedTuple):
    """Where a space is proposed, in WGS 84 degrees."""

    latitude: float
    longitude: float


class Pin(NamedTuple):
    """A space on the picture, in the picture's units; those at one place stand side by side."""

    space: Spot | Place
    x: float
    y: float


def pins(spaces: list[Spot | Place], size: float) -> list[Pin]:
    placed, drawn = {}, []
    for space in spaces:
        place = (round(space.latitude, 3), round(space.longitude, 3))
        beside = placed[place] = placed.get(place, -1) + 1
        x, y = project(space.latitude, space.longitude)
        drawn.append(Pin(space, round(x + (beside - 0.5) * size, 3), round(y - size, 3)))
    return drawn


class Heap(NamedTuple):
    """Many spaces on the picture, in the picture's units."""

    count: int
    x: float
    y: float


def heaps(cells: Sequence[list], size: float) -> list[Heap]:
    """From the feed's cells."""
    placed = ((project(latitude, longitude), members + coming) for latitude, longitude, members, coming in cells)
    return [Heap(count, round(x - size / 2, 3), round(y - size, 3)) for (x, y), count in placed]


def picture(spaces: list[Spot | Place], cells: Sequence[list] = ()) -> dict:
    """The whole of Norway with every space, or with cells of many."""
    size = 2.6
    drawn = {"pins": pins(spaces, size), "size": size, "heaps": heaps(cells, 2 * size), "heap_size": 2 * size}
    return {"view": norway(), "norway": norway()} | drawn


def close_up(space: Spot | Place) -> dict:
    """The surroundings of one space."""
    x, y = project(space.latitude, space.longitude)
    view = Box(x - 6, y - 4, 12, 8)
    return {"view": view, "norway": norway(), "pins": pins([space], 0.6), "size": 0.6}
