"""What the map shows of a box: points where few spaces are in it; where there are many towns, counties or a grid."""

import re
from math import ceil, floor
from typing import NamedTuple

from django.db.models import Avg, Count, F, Min, Q
from django.db.models.functions import Floor
from django.utils.translation import gettext as _

from members.models import Visibility
from norway.counties import COUNTY_NAMES

from .points import MapPoint, map_points

MAX_POINTS = 300
MAX_TOWNS = 100  # in an answer; of more, the counties
MIN_ZOOM, MAX_ZOOM = 3, 17
MAX_TOWN_ZOOM = 7  # up to here a cell is larger than a town, so that whole towns are counted
CELLS_PER_BLOCK = 4
MAX_BLOCKS = 24  # across and down: four times the widest screen


class InvalidBox(ValueError):
    """A box or zoom that the map cannot show; its text says why, in the reader's language."""


class Box(NamedTuple):
    """In WGS 84 degrees."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def parse(cls, text: str) -> "Box":
        """Parse "west,south,east,north"."""
        try:
            box = cls(*map(float, text.split(",")))
        except (TypeError, ValueError):
            raise InvalidBox(_("A box is four numbers: west, south, east, north.")) from None
        if not (-180 <= box.west < box.east <= 180 and -90 <= box.south < box.north <= 90):
            raise InvalidBox(_("The box is not on the map: west must be less than east, and south less than north."))
        return box

    def __str__(self):
        return ",".join(f"{round(side, 5):.8g}" for side in self)  # to the metre

    def contains(self, place) -> bool:
        return self.south <= place.latitude <= self.north and self.west <= place.longitude <= self.east

    @property
    def centre(self) -> tuple[float, float]:
        return (self.south + self.north) / 2, (self.west + self.east) / 2

    def in_blocks(self, zoom: int) -> "Box":
        """Grow to whole blocks, so that visitors who look at about the same place share a cached answer."""
        width, height = (side * CELLS_PER_BLOCK for side in cell_size(zoom))
        west, south = floor(self.west / width), floor(self.south / height)
        east, north = ceil(self.east / width), ceil(self.north / height)
        if max(east - west, north - south) > MAX_BLOCKS:
            raise InvalidBox(_("The box is too large for this zoom."))
        return Box(west * width, south * height, east * width, north * height)


def cell_size(zoom: int) -> tuple[float, float]:
    """Return degrees of longitude and latitude: 64 pixels wide and, at 60 degrees north, as high."""
    return 90 / 2**zoom, 45 / 2**zoom


def parse_zoom(text: str) -> int:
    # Two digits at most: 2 to the power of a longer number takes all time and memory that there is.
    if not re.fullmatch("[0-9]{1,2}", text) or not MIN_ZOOM <= int(text) <= MAX_ZOOM:
        limits = {"least": MIN_ZOOM, "most": MAX_ZOOM}
        raise InvalidBox(_("The zoom is a whole number from %(least)d to %(most)d.") % limits)
    return int(text)


def feed_response(spaces, box: Box, zoom: int) -> dict:
    """Return points, and cells of [latitude, longitude, members, coming, town, county], the names blank in a grid.

    A space alone in its cell is a point.
    """
    in_view = spaces.in_box(box)
    if can_be_points(in_view):
        return as_json(map_points(in_view), [])
    if zoom > MAX_TOWN_ZOOM:
        return as_json(*split_cells(spaces, grid_cells(in_view, zoom)))
    # Of all spaces and not of those in view, or a town cut by the box would move and lose spaces.
    towns = town_cells(spaces)
    shown = [town for town in towns if box.contains(town)]
    if len(shown) > MAX_TOWNS:
        shown = [county for county in county_cells(towns) if box.contains(county)]
    return as_json(*split_cells(spaces, shown))


def as_json(points: list[MapPoint], cells: list["Cell"]) -> dict:
    return {"points": [point.as_json for point in points], "cells": [cell.as_json for cell in cells]}


def can_be_points(spaces) -> bool:
    return len(spaces.order_by().values_list("pk")[: MAX_POINTS + 1]) <= MAX_POINTS


class Cell(NamedTuple):
    """How many spaces, how many of them members', their mean position, and the key of one of them.

    Those of a town have its name and county, those of a county no town, those of a square of the grid neither.
    """

    count: int
    members: int
    latitude: float
    longitude: float
    sample_pk: int
    town: str = ""
    county: str = ""

    @property
    def coming(self) -> int:
        return self.count - self.members

    @property
    def as_json(self) -> list:
        place = [round(self.latitude, 4), round(self.longitude, 4)]
        return [*place, self.members, self.coming, self.town, COUNTY_NAMES.get(self.county, "")]

    def __add__(self, other: "Cell") -> "Cell":
        count = self.count + other.count
        latitude = (self.latitude * self.count + other.latitude * other.count) / count
        longitude = (self.longitude * self.count + other.longitude * other.count) / count
        members, sample_pk = self.members + other.members, min(self.sample_pk, other.sample_pk)
        return Cell(count, members, latitude, longitude, sample_pk, self.town, self.county)


CELL_FIELDS = {
    "count": Count("*"),
    "members": Count("pk", filter=Q(visibility=Visibility.MEMBER)),
    "latitude": Avg("latitude"),
    "longitude": Avg("longitude"),
    "sample_pk": Min("pk"),
}


def split_cells(spaces, cells: list[Cell]) -> tuple[list[MapPoint], list[Cell]]:
    """Return the spaces that are alone in their cells as points, and the other cells."""
    alone = [cell.sample_pk for cell in cells if cell.count == 1]
    points = map_points(spaces.filter(pk__in=alone)) if alone else []
    return points, [cell for cell in cells if cell.count > 1]


def grid_cells(spaces, zoom: int) -> list[Cell]:
    width, height = cell_size(zoom)
    grid = spaces.order_by().values(x=Floor(F("longitude") / width), y=Floor(F("latitude") / height))
    return [Cell(*row) for row in grid.annotate(**CELL_FIELDS).values_list(*CELL_FIELDS)]


def town_cells(spaces) -> list[Cell]:
    # Grouped by visibility too, as the index is; a town may have two rows.
    groups = spaces.order_by().values("visibility", "county", "town").annotate(**CELL_FIELDS)
    return added_up(Cell(*row) for row in groups.values_list(*CELL_FIELDS, "town", "county"))


def cells_of(points: list[MapPoint]) -> list[Cell]:
    """Return the towns of the spaces."""
    return added_up(
        Cell(1, int(point.is_member), point.latitude, point.longitude, point.pk, point.town, point.county)
        for point in points
    )


def added_up(cells) -> list[Cell]:
    towns = {}
    for cell in cells:
        key = cell.county, cell.town
        towns[key] = towns[key] + cell if key in towns else cell
    return list(towns.values())


def county_cells(towns: list[Cell]) -> list[Cell]:
    """Return the counties, each at its largest town: never at a point between towns."""
    counties = {}
    for town in sorted(towns, key=lambda town: (-town.members, -town.count, town.town)):
        of_county = town._replace(town="")
        known = counties.setdefault(town.county, of_county)
        if known is not of_county:
            count, members = known.count + town.count, known.members + town.members
            counties[town.county] = known._replace(count=count, members=members)
    return list(counties.values())
