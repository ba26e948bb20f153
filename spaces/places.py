"""Norwegian towns and postal codes, as shipped in spaces/data (see its README for sources and licences)."""

import json
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from members.folding import fold

from .counties import County

DATA = Path(__file__).parent / "data"


class Town(NamedTuple):
    """A town's centre, in WGS 84 degrees."""

    town: str
    latitude: float
    longitude: float
    municipality: str
    county: County


def towns(name: str) -> list[Town]:
    """The towns of this name: usually one, none where it is not known, several where the name is shared."""
    return _towns().get(fold(name), [])


def town_centre(name: str, county: str | None) -> Town | None:
    """The town of this name in the county; the only one of the name where no county is given."""
    found = [town for town in towns(name) if not county or town.county == county]
    return found[0] if len(found) == 1 else None


@cache
def middle_of(county: County) -> tuple[float, float] | None:
    """Latitude and longitude amid its towns' centres; None for Svalbard, of which we ship none."""
    centres = [town[1:3] for named in _towns().values() for town in named if town.county == county]
    return tuple(map(fmean, zip(*centres, strict=True))) if centres else None


class PostalPlace(NamedTuple):
    town: str
    county: County


def postal_place(code: str) -> PostalPlace | None:
    """The postal town and county of a four-digit postal code."""
    place = _postal_codes().get(code)
    return place and PostalPlace(place[0], _county_named(place[1]))


def postal_counties(town: str) -> list[County]:
    """The counties in which the Post knows a town of this name."""
    return _postal_towns().get(fold(town), [])


@cache
def _towns() -> dict[str, list[Town]]:
    found = {}
    for row in json.loads((DATA / "towns.json").read_text()):
        town = Town(row["town"], row["lat"], row["lon"], row["municipality"] or "", County(row["county_no"]))
        found.setdefault(fold(town.town), []).append(town)
    return found


@cache
def _postal_codes() -> dict[str, list[str]]:
    return json.loads((DATA / "postal_codes.json").read_text())


@cache
def _postal_towns() -> dict[str, list[County]]:
    found = {}
    for town, county in _postal_codes().values():
        counties = found.setdefault(fold(town), [])
        if _county_named(county) not in counties:
            counties.append(_county_named(county))
    return found


@cache
def _county_named(name: str) -> County:
    return next(county for county in County if county.label == name)
