"""Norwegian towns and postal codes, as shipped in norway/data (see its README for sources and licences)."""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from core.search_text import fold

from .counties import County
from .names import name_parts

DATA = Path(__file__).parent / "data"


class Town(NamedTuple):
    """A town's centre, in WGS 84 degrees."""

    town: str
    latitude: float
    longitude: float
    municipality: str
    county: County


def towns(name: str, county: str | None = None) -> list[Town]:
    """Return those of this name, else those that are also called so: by the Post, on maps, in Sámi or Kven."""
    found = _find(_towns(), name, county)
    return [town for town in found if town.town.casefold() == name.casefold()] or found


def town_centre(name: str, county: str | None) -> Town | None:
    """Return the only town of this name in the county, or in Norway if no county is given."""
    matches = towns(name, county)
    return matches[0] if len(matches) == 1 else None


def town_name(name: str, county: str | None = None) -> str:
    """Return the one spelling of the town that the data has; the name itself if that is unknown or not certain."""
    names = {town.town for town in towns(name, county)} or {*_postal_towns().get(fold(name), ())}
    return names.pop() if len(names) == 1 else name


def is_same_town(one: str, other: str, county: str | None = None) -> bool:
    return fold(town_name(one, county)) == fold(town_name(other, county))


def municipalities(name: str, county: str | None = None) -> list[Town]:
    """Return the municipalities of this name, each as if it were a town amid its towns."""
    return _find(_municipalities(), name, county)


def _find(places: dict[str, list[Town]], name: str, county: str | None) -> list[Town]:
    if found := _named(places, name, county):
        return found
    first, *others = name_parts(name)
    same = [_named(places, other, county) for other in others]
    return [place for place in _named(places, first, county) if all(place in found for found in same)] if others else []


def _named(places: dict[str, list[Town]], name: str, county: str | None) -> list[Town]:
    own, others = places.get(fold(name), []), []
    for key, number in _other_names().get(fold(name), []):
        others += [place for place in places.get(key, []) if place.county == number]
    if county:
        own, others = ([place for place in found if place.county == county] for found in (own, others))
    return own or others


def other_names(county: str, *places: str) -> list[str]:
    """Return what the towns and municipalities are called besides, folded and each once."""
    named = [pair for place in dict.fromkeys(map(fold, places)) for pair in _names_besides().get(place, [])]
    return [name for of, name in named if of == county]


@cache
def mean_town_position(county: County) -> tuple[float, float]:
    return _mean_position(town for named in _towns().values() for town in named if town.county == county)


class PostalPlace(NamedTuple):
    """What a postal code says; of some islands no municipality."""

    town: str
    county: County
    municipality: str = ""


def postal_place(code: str) -> PostalPlace | None:
    place = _postal_codes().get(code)
    return place and PostalPlace(place[0], _county_named(place[1]), place[2])


def postal_counties(town: str) -> list[County]:
    return [county for counties in _postal_towns().get(fold(town), {}).values() for county in counties]


class Area(NamedTuple):
    """About where a place is that has no certain centre: its municipality, else its county. In WGS 84 degrees."""

    name: str
    latitude: float
    longitude: float


def area_of(town: str, county: str, postal_code: str = "", municipality: str = "") -> Area | None:
    """Return the municipality if it is known, else the county; None if neither is."""
    codes = [postal_code] if postal_place(postal_code) else _codes_of(town, county)
    county = county or (postal_place(codes[0]).county.value if codes else "")
    if not county:
        return None
    of_codes = {place.municipality for place in map(postal_place, codes) if place.county == county}
    for name in (municipality, of_codes.pop() if len(of_codes) == 1 else "", town):
        if len(named := municipalities(name, county)) == 1:
            return Area(named[0].town, *named[0][1:3])
    return Area(County(county).label, *mean_town_position(County(county)))


def _codes_of(town: str, county: str) -> list[str]:
    """Return the postal codes of the town, none if several counties have one of this name."""
    counties = postal_counties(town)
    if county not in counties and (county or len(counties) != 1):
        return []
    label = County(county or counties[0]).label
    return [code for code, place in _postal_codes().items() if place[1] == label and fold(place[0]) == fold(town)]


@cache
def _towns() -> dict[str, list[Town]]:
    found = {}
    for row in json.loads((DATA / "towns.json").read_text()):
        town = Town(row["town"], row["lat"], row["lon"], row["municipality"] or "", County(row["county_no"]))
        found.setdefault(fold(town.town), []).append(town)
    return found


@cache
def _municipalities() -> dict[str, list[Town]]:
    towns_of, found = {}, {}
    for town in (town for named in _towns().values() for town in named if town.municipality):
        towns_of.setdefault((town.municipality, town.county), []).append(town)
    for (name, county), members in towns_of.items():
        found.setdefault(fold(name), []).append(Town(name, *_mean_position(members), name, county))
    return found


def _mean_position(towns: Iterable[Town]) -> tuple[float, float]:
    positions = zip(*((town.latitude, town.longitude) for town in towns), strict=True)
    return tuple(round(fmean(degrees), 5) for degrees in positions)


@cache
def _other_names() -> dict[str, list[tuple[str, str]]]:
    """Return place and county by other name; places and names are folded."""
    found = {}
    for row in json.loads((DATA / "other_names.json").read_text()):
        found.setdefault(fold(row["name"]), []).append((fold(row["place"]), row["county_no"]))
    return found


@cache
def _names_besides() -> dict[str, list[tuple[str, str]]]:
    """Return county and other name by place; places and names are folded."""
    found = {}
    for name, places in _other_names().items():
        for place, county in places:
            found.setdefault(place, []).append((county, name))
    return found


@cache
def _postal_codes() -> dict[str, list[str]]:
    return json.loads((DATA / "postal_codes.json").read_text())


@cache
def _postal_towns() -> dict[str, dict[str, list[County]]]:
    """Return the counties by the town's name, by the folded name."""
    found = {}
    for town, county, _municipality in _postal_codes().values():
        counties = found.setdefault(fold(town), {}).setdefault(town, [])
        if _county_named(county) not in counties:
            counties.append(_county_named(county))
    return found


@cache
def _county_named(name: str) -> County:
    return next(county for county in County if county.label == name)
