"""From the town, postal code or address that somebody typed to a place."""

import re
import unicodedata
from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from core.http import ServiceUnavailable
from core.search_text import fold

from .bounds import is_in_norway
from .counties import County, counties_named, is_former_county
from .limits import lookup_allowed
from .places import (
    PostalPlace,
    Town,
    is_same_town,
    mean_town_position,
    municipalities,
    postal_counties,
    postal_place,
    town_centre,
    towns,
)
from .positions import parse_position
from .registers import Address, addresses

POSTAL_CODE = re.compile(r"(\d{4})(?: +\D+)?", re.ASCII)
CACHE_SECONDS = 3600  # of an address: every filter and page of a search looks it up again
CACHE_NOTHING_SECONDS = 60


class Centre(NamedTuple):
    """The point that distances are measured from, in WGS 84 degrees; without a name the visitor's own position.

    It is approximate where it stands for a whole postal code.
    """

    name: str
    latitude: float
    longitude: float
    is_approximate: bool = False


class PlaceLookup(NamedTuple):
    """A centre; or a message, with what to write instead or the counties to look in, if such are known."""

    centre: Centre | None = None
    message: str = ""
    choices: list[str] = []
    counties: list[County] = []
    is_from_register: bool = False  # of Kartverket


class SearchFailed(Exception):
    """Kartverket was not queried, or did not answer. The text tells the visitor why."""


def resolve_place(typed: str, client: str) -> PlaceLookup:
    """Resolve by the shipped towns and postal codes, else by Kartverket's search, counted for the client."""
    return known_place(typed) or geocode(typed, client)._replace(is_from_register=True)


def geocode(typed: str, client: str) -> PlaceLookup:
    code, place = postal_place_without_centre(typed)
    try:
        found = search_addresses(typed, client)
    except SearchFailed as failed:
        found, message = [], str(failed)
    else:
        message = _("We found no such place. Check the spelling, or write a town or a postal code.")
    if place:
        return approximate_centre(place, code, found)
    if code:
        return centre_of_unknown_code(code, found)
    return pick_address(typed, found) if found else PlaceLookup(message=message)


def approximate_centre(place: PostalPlace, code: str, found: list[Address]) -> PlaceLookup:
    """Return the first address of the code, else of the town; only the county if none of those found is there."""
    matching = [address for address in found if address.postal_code == code] or [
        address for address in found if same_place(postal_place(address.postal_code), place)
    ]
    name = f"{code} {place.town}".lstrip()
    if matching:
        return PlaceLookup(Centre(name, matching[0].latitude, matching[0].longitude, is_approximate=True))
    names = {"place": name, "county": place.county.label}
    return PlaceLookup(
        message=_("We know that %(place)s is in %(county)s, but not where.") % names, counties=[place.county]
    )


def centre_of_unknown_code(code: str, found: list[Address]) -> PlaceLookup:
    """Return the first address of a code that is newer than the shipped ones."""
    address = next((address for address in found if address.postal_code == code), None)
    if address:
        return PlaceLookup(Centre(f"{code} {address.town}", address.latitude, address.longitude, is_approximate=True))
    return PlaceLookup(
        message=_("We do not know the postal code %(code)s. Check it, or write a town.") % {"code": code}
    )


def same_place(one: PostalPlace | None, other: PostalPlace) -> bool:
    return one is not None and one.county == other.county and is_same_town(one.town, other.town, one.county)


def known_place(typed: str) -> PlaceLookup | None:
    """Resolve coordinates, and by the shipped postal codes, towns, municipalities and counties."""
    if position := parse_position(typed):
        return resolve_position(typed, *position)
    if POSTAL_CODE.fullmatch(typed):
        code, name = typed[:4], typed[4:].strip()
        return resolve_postal_code(code) if postal_place(code) else known_place(name)
    return resolve_name(typed) or resolve_county(typed)


def resolve_position(typed: str, latitude: float, longitude: float) -> PlaceLookup:
    if is_in_norway(latitude, longitude):
        return PlaceLookup(Centre(typed, latitude, longitude))
    return PlaceLookup(message=_("That position is not in Norway. Write latitude first, then longitude."))


def resolve_postal_code(code: str) -> PlaceLookup | None:
    """Return None if the code's place is known, but not where that is."""
    place = postal_place(code)
    town = town_centre(place.town, place.county)
    return town and PlaceLookup(centre_of(town, f"{code} {town.town}", is_approximate=True))


def resolve_name(typed: str) -> PlaceLookup | None:
    """Resolve the name of a town or municipality, with its county after a comma if several have it."""
    name, _comma, county_name = (part.strip() for part in typed.partition(","))
    found, is_town = towns(name), True
    if not found:
        found, is_town = municipalities(name), False
    found = [place for place in found if not county_name or counties_named(county_name) == [place.county]]
    if len(found) == 1:
        label = with_county(found[0]) if county_name else found[0].town
        return PlaceLookup(centre_of(found[0], label, is_approximate=not is_town))
    if found:
        choices = sorted(with_county(place) for place in found)
        return PlaceLookup(
            message=_("There are several places called %(name)s. Which one?") % {"name": name}, choices=choices
        )
    return None


def resolve_county(typed: str) -> PlaceLookup | None:
    counties = counties_named(typed)
    if not counties:
        return None
    if counties == [County.SVALBARD]:  # which is no county: as a town amid its towns
        return PlaceLookup(county_centre(County.SVALBARD))
    names = get_text_list([county.label for county in counties], _("and"))
    if is_former_county(typed):
        message = _("%(name)s is no longer a county. It is now %(counties)s.") % {"name": typed, "counties": names}
    else:
        message = _("%(county)s is a county.") % {"county": names}
    return PlaceLookup(message=message, counties=counties)


def place_named_in(words: str) -> Centre | None:
    """Return the town or postal code among the words of a search: the longest, then the last."""
    return next((known.centre for known in known_places_in(words) if known.centre), None)


def county_named_in(words: str) -> County | None:
    return next((known.counties[0] for known in known_places_in(words) if len(known.counties) == 1), None)


def known_places_in(words: str) -> Iterator[PlaceLookup]:
    # Twelve words make 78 look-ups; nobody names a place in more.
    words = words.split()[:12]
    for length in range(len(words), 0, -1):
        for start in range(len(words) - length, -1, -1):
            known = known_place(" ".join(words[start : start + length]))
            if known:
                yield known


def postal_place_without_centre(typed: str) -> tuple[str, PostalPlace | None]:
    """Return the postal code if one was typed, and its postal place if no town's centre gives the position."""
    if POSTAL_CODE.fullmatch(typed):
        return typed[:4], postal_place(typed[:4])
    counties = postal_counties(typed)
    return "", PostalPlace(typed, counties[0]) if len(counties) == 1 else None


def search_addresses(typed: str, client: str) -> list[Address]:
    """Return what Kartverket finds, from the cache if possible. Raise SearchFailed."""
    if not settings.ADDRESS_SEARCH_URL:
        raise SearchFailed(_("We do not know this place. Write a town or a postal code."))
    key = f"address-{sha256(normalized(typed).encode()).hexdigest()}"
    stored = cache.get(key)  # as JSON has it
    found = None if stored is None else [Address(*row) for row in stored]
    if found is None:
        if not lookup_allowed(client):
            raise SearchFailed(
                _("You have looked up very many addresses. Write a town or a postal code, or wait an hour.")
            )
        try:
            found = addresses(typed)
        except ServiceUnavailable:
            raise SearchFailed(
                _("The address search is not answering just now. Write a town or a postal code instead.")
            ) from None
        cache.set(key, found, CACHE_SECONDS if found else CACHE_NOTHING_SECONDS)
    return found


def normalized(typed: str) -> str:
    """Return what Kartverket takes for the same words: unlike fold() it keeps a from å, and o from ø."""
    return " ".join(unicodedata.normalize("NFC", typed).casefold().split())


def pick_address(typed: str, found: list[Address]) -> PlaceLookup:
    """Return the address that was typed in full, or the only one."""
    labels = {f"{address.text}, {address.postal_code} {address.town}": address for address in found}
    fitting = [label for label in labels if normalized(label) == normalized(typed)]
    fitting = fitting or [label for label in labels if fold(label) == fold(typed)] or list(labels)
    if len(fitting) > 1:
        return PlaceLookup(message=_("We found several addresses. Which one?"), choices=fitting)
    address = labels[fitting[0]]
    return PlaceLookup(Centre(fitting[0], address.latitude, address.longitude))


def county_centre(county: County) -> Centre:
    return Centre(county.label, *mean_town_position(county), is_approximate=True)


def with_county(town: Town) -> str:
    return f"{town.town}, {town.county.label}"


def centre_of(town: Town, name: str, *, is_approximate: bool = False) -> Centre:
    return Centre(name, town.latitude, town.longitude, is_approximate)
