"""Where somebody means by a town, a postal code or an address that they typed."""

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from members.folding import fold
from members.join.limits import lookup_allowed
from members.outside import Unavailable
from members.registers import Address, addresses

from .counties import County
from .places import PostalPlace, Town, middle_of, postal_counties, postal_place, town_centre, towns

POSTAL_CODE = re.compile(r"(\d{4})(?: +\D+)?", re.ASCII)
REMEMBERED_SECONDS = 3600  # an address that was asked for: every filter and page of a search asks again


class Centre(NamedTuple):
    """What distances are measured from, in WGS 84 degrees; the name is blank for the visitor's own position.

    It is approximate where it stands for a whole postal code.
    """

    name: str
    latitude: float
    longitude: float
    is_approximate: bool = False


class Meant(NamedTuple):
    """A centre; or a message, with what to write instead or the county to look in, where such are known."""

    centre: Centre | None = None
    message: str = ""
    choices: list[str] = []
    county: County | None = None
    was_asked: bool = False  # of Kartverket


class Refused(Exception):
    """Kartverket was not asked, or did not answer; says why."""


def meant(typed: str, client: str) -> Meant:
    """Kartverket is asked, for the client, only where the towns and postal codes that we ship do not tell."""
    return known_place(typed) or asked_for(typed, client)._replace(was_asked=True)


def asked_for(typed: str, client: str) -> Meant:
    code, place = unplaced(typed)
    try:
        found = ask(typed, client)
    except Refused as refused:
        found, message = [], str(refused)
    else:
        message = _("We found no such place. Check the spelling, or write a town or a postal code.")
    if place:
        return somewhere_in(place, code, found)
    return chosen(typed, found) if found else Meant(message=message)


def somewhere_in(place: PostalPlace, code: str, found: list[Address]) -> Meant:
    """At the first address of the code, else of the town; only the county, where none of those found is there."""
    there = [address for address in found if address.postal_code == code] or [
        address for address in found if same_place(postal_place(address.postal_code), place)
    ]
    name = f"{code} {place.town}".lstrip()
    if there:
        return Meant(Centre(name, there[0].latitude, there[0].longitude, is_approximate=True))
    told = {"place": name, "county": place.county.label}
    return Meant(message=_("We know that %(place)s is in %(county)s, but not where.") % told, county=place.county)


def same_place(one: PostalPlace | None, other: PostalPlace) -> bool:
    return one is not None and one.county == other.county and fold(one.town) == fold(other.town)


def known_place(typed: str) -> Meant | None:
    """What the shipped towns, postal codes and counties tell without asking anybody."""
    if POSTAL_CODE.fullmatch(typed):
        return of_code(typed[:4])
    name, _comma, county_name = (part.strip() for part in typed.partition(","))
    found = [town for town in towns(name) if not county_name or fold(town.county.label) == fold(county_name)]
    found = [town for town in found if town.town.casefold() == name.casefold()] or found
    if len(found) == 1:
        return Meant(centre_of(found[0], with_county(found[0]) if county_name else found[0].town))
    if found:
        choices = sorted(with_county(town) for town in found)
        return Meant(
            message=_("There are several places called %(name)s. Which one?") % {"name": name}, choices=choices
        )
    county = next((county for county in County if fold(county.label) == fold(typed)), None)
    return county and Meant(message=_("%(county)s is a county.") % {"county": county.label}, county=county)


def of_code(code: str) -> Meant | None:
    """None where its place is known, but not where that is."""
    place = postal_place(code)
    if place is None:
        return Meant(message=_("There is no postal code %(code)s.") % {"code": code})
    town = town_centre(place.town, place.county)
    return town and Meant(centre_of(town, f"{code} {town.town}", is_approximate=True))


def place_named_in(words: str) -> Centre | None:
    """The town or postal code among the words of a search; the longest, then the last, where there are several."""
    return next((known.centre for known in known_places_in(words) if known.centre), None)


def county_named_in(words: str) -> County | None:
    return next((known.county for known in known_places_in(words) if known.county), None)


def known_places_in(words: str) -> Iterator[Meant]:
    words = words.split()[:12]
    for length in range(len(words), 0, -1):
        for start in range(len(words) - length, -1, -1):
            known = known_place(" ".join(words[start : start + length]))
            if known:
                yield known


def unplaced(typed: str) -> tuple[str, PostalPlace | None]:
    """The postal code if one was typed, and the postal place that no town's centre tells the position of."""
    if POSTAL_CODE.fullmatch(typed):
        return typed[:4], postal_place(typed[:4])
    counties = postal_counties(typed)
    return "", PostalPlace(typed, counties[0]) if len(counties) == 1 else None


def ask(typed: str, client: str) -> list[Address]:
    """What Kartverket finds. Raises Refused."""
    if not settings.ADDRESS_SEARCH_URL:
        raise Refused(_("We do not know this place. Write a town or a postal code."))
    key = f"address-{sha256(fold(typed).encode()).hexdigest()}"
    found = cache.get(key)
    if found is None:
        if not lookup_allowed(client):
            raise Refused(_("You have looked up very many addresses. Write a town or a postal code, or wait an hour."))
        try:
            found = addresses(typed)
        except Unavailable:
            raise Refused(
                _("The search for addresses does not answer now. Write a town or a postal code instead.")
            ) from None
        cache.set(key, found, REMEMBERED_SECONDS)
    return found


def chosen(typed: str, found: list[Address]) -> Meant:
    """The one that was typed out in full, or the only one."""
    labels = {f"{address.text}, {address.postal_code} {address.town}": address for address in found}
    fitting = [label for label in labels if fold(label) == fold(typed)] or list(labels)
    if len(fitting) > 1:
        return Meant(message=_("We found several addresses. Which one?"), choices=fitting)
    address = labels[fitting[0]]
    return Meant(Centre(fitting[0], address.latitude, address.longitude))


def amid(county: County) -> Centre | None:
    middle = middle_of(county)
    return middle and Centre(county.label, *middle, is_approximate=True)


def with_county(town: Town) -> str:
    return f"{town.town}, {town.county.label}"


def centre_of(town: Town, name: str, *, is_approximate: bool = False) -> Centre:
    return Centre(name, town.latitude, town.longitude, is_approximate)
