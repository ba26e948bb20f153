"""What the map shows of a box: points where few spaces are in it, cells with counts where there are many."""

from math import ceil, floor
from typing import NamedTuple

from django.db.models import Avg, Count, F, Min, Q
from django.db.models.functions import Floor
from django.utils.translation import gettext as _

from .map import Spot, spots
from .models import Space

MOST_POINTS = 300
LEAST_ZOOM, MOST_ZOOM = 3, 17
TOWNS_TO = 7  # at this zoom a cell is larger than a town, and towns are counted as wholes
CELLS_IN_BLOCK = 4  # boxes are whole blocks, so that many who look at about the same place ask for the same
MOST_BLOCKS = 24  # across and down: four times the widest screen


class BadBox(ValueError):
    """Not a part of the world that a map could show; says why."""


class Box(NamedTuple):
    """WGS 84 degrees."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def parse(cls, text: str) -> "Box":
        """From "west,south,east,north". Raises BadBox."""
        try:
            box = cls(*map(float, text.split(",")))
        except (TypeError, ValueError):
            raise BadBox(_("A box is four numbers: west, south, east, north.")) from None
        if not (-180 <= box.west < box.east <= 180 and -90 <= box.south < box.north <= 90):
            raise BadBox(_("The box is not on the map: west must be less than east, and south less than north."))
        return box

    def __str__(self):
        return ",".join(f"{round(side, 5):.8g}" for side in self)  # to the metre

    def holds(self, place) -> bool:
        return self.south <= place.latitude <= self.north and self.west <= place.longitude <= self.east

    @property
    def middle(self) -> tuple[float, float]:
        """Latitude and longitude."""
        return (self.south + self.north) / 2, (self.west + self.east) / 2

    def in_blocks(self, zoom: int) -> "Box":
        """Grown to whole blocks. Raises BadBox where they are more than a screen shows."""
        width, height = (side * CELLS_IN_BLOCK for side in cell_size(zoom))
        west, south = floor(self.west / width), floor(self.south / height)
        east, north = ceil(self.east / width), ceil(self.north / height)
        if max(east - west, north - south) > MOST_BLOCKS:
            raise BadBox(_("The box is too large for this zoom."))
        return Box(west * width, south * height, east * width, north * height)


NORWAY = Box(4, 57.5, 31.5, 71.5)
WHOLE = 4  # the zoom at which a screen shows all of Norway


def cell_size(zoom: int) -> tuple[float, float]:
    """Degrees of longitude and latitude: 64 pixels wide and, at 60 degrees north, as high."""
    return 90 / 2**zoom, 45 / 2**zoom


def parse_zoom(text: str) -> int:
    """Raises BadBox."""
    if not (text.isascii() and text.isdecimal()) or not LEAST_ZOOM <= int(text[:3]) <= MOST_ZOOM:
        limits = {"least": LEAST_ZOOM, "most": MOST_ZOOM}
        raise BadBox(_("The zoom is a whole number from %(least)d to %(most)d.") % limits)
    return int(text)


def answer(spaces, box: Box, zoom: int) -> dict:
    """Points of map.Spot, and cells of [latitude, longitude, members, coming]; alone in a cell, it is a point."""
    in_view = spaces.in_box(box)
    if are_few(in_view):
        return told(spots(in_view), [])
    if zoom > TOWNS_TO:
        return told(*of_cells(spaces, cells(in_view, zoom)))
    return told(*of_cells(spaces, [cell for cell in towns_in_cells(town_counts(spaces), zoom) if box.holds(cell)]))


def told(alone: list[Spot], cells: list[list]) -> dict:
    return {"points": [spot.point for spot in alone], "cells": cells}


def are_few(spaces) -> bool:
    return len(spaces.order_by().values_list("pk")[: MOST_POINTS + 1]) <= MOST_POINTS


def of_cells(spaces, counted: list["Cell"]) -> tuple[list[Spot], list[list]]:
    """Those alone in theirs, and what is told of the others."""
    alone = spaces.filter(pk__in=[cell.one for cell in counted if cell.count == 1])
    return spots(alone), [cell.told for cell in counted if cell.count > 1]


class Cell(NamedTuple):
    """How many spaces, how many of them members', their mean place, and the key of one of them."""

    count: int
    members: int
    latitude: float
    longitude: float
    one: int

    @property
    def told(self) -> list:
        return [round(self.latitude, 4), round(self.longitude, 4), self.members, self.count - self.members]


COUNTS = {
    "count": Count("*"),
    "members": Count("pk", filter=Q(shown=Space.Shown.AS_MEMBER)),
    "latitude": Avg("latitude"),
    "longitude": Avg("longitude"),
    "one": Min("pk"),
}


def cells(spaces, zoom: int) -> list[Cell]:
    width, height = cell_size(zoom)
    grid = spaces.order_by().values(x=Floor(F("longitude") / width), y=Floor(F("latitude") / height))
    return [Cell(*row) for row in grid.annotate(**COUNTS).values_list(*COUNTS)]


class TownCount(NamedTuple):
    """How many spaces a town has, and where they are on average."""

    county: str
    town: str
    cell: Cell


def town_counts(spaces) -> list[TownCount]:
    """Counted along an index; a town's members and those on the way in by themselves."""
    names = ["county", "town"]
    counted = spaces.order_by().values("shown", *names).annotate(**COUNTS).values_list(*names, *COUNTS)
    return [TownCount(county, town, Cell(*cell)) for county, town, *cell in counted]


def towns_in_cells(towns: list[TownCount], zoom: int) -> list[Cell]:
    """The cells in which the towns' mean places lie."""
    width, height = cell_size(zoom)
    found = {}
    for cell in (town.cell for town in towns):
        place = floor(cell.longitude / width), floor(cell.latitude / height)
        found[place] = merged(found[place], cell) if place in found else cell
    return list(found.values())


def merged(one: Cell, other: Cell) -> Cell:
    count = one.count + other.count
    latitude = (one.latitude * one.count + other.latitude * other.count) / count
    longitude = (one.longitude * one.count + other.longitude * other.count) / count
    return Cell(count, one.members + other.members, latitude, longitude, min(one.one, other.one))
