"""Look-ups in Enhetsregisteret and Kartverket. Responses are checked, and cut to what our columns hold."""

import re
from contextlib import suppress
from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

from core.fields import WebsiteField
from core.http import ServiceUnavailable, fetch, one_line

from .bounds import EAST, NORTH, SOUTH, WEST

MAX_NAME, MAX_FORM, MAX_ADDRESS, MAX_TOWN, MAX_QUERY = 120, 10, 200, 80, 200  # characters
WEBSITE = WebsiteField(max_length=300)
WINDING_UP = "underAvvikling", "underTvangsavviklingEllerTvangsopplosning"  # of its own will, or forced
SMALL_WORDS = {"i", "og", "på"}
LEGAL_FORMS = {"AS", "ASA", "SA", "BA", "ANS", "DA", "ENK", "NUF", "SE", "KF", "IKS"}


class RegisteredOrganisation(NamedTuple):
    """An organisation or a branch in Enhetsregisteret; text is blank where the register has none that is usable."""

    name: str
    form: str
    website: str
    address: str
    postal_code: str
    town: str
    is_bankrupt: bool
    is_winding_up: bool
    deleted_on: date | None


class Address(NamedTuple):
    """An official address, in WGS 84 degrees."""

    text: str
    postal_code: str
    town: str
    latitude: float
    longitude: float


def organisation(number: str) -> RegisteredOrganisation | None:
    """Return the organisation or branch of this number, None if there is none. Raise ServiceUnavailable."""
    if not re.fullmatch("[0-9]{9}", number):
        return None
    return fetch(
        settings.ORGANISATION_REGISTER_URL, f"enheter/{number}", f"underenheter/{number}", read=_parse_organisation
    )


def addresses(query: str, limit: int = 5) -> list[Address]:
    """Return the addresses that fit best. Raise ServiceUnavailable."""
    query = one_line(query, MAX_QUERY)
    if not query:
        return []
    path = f"sok?{urlencode({'sok': query, 'treffPerSide': limit})}"
    found = fetch(settings.ADDRESS_SEARCH_URL, path, read=_parse_addresses)
    if found is None:  # the search itself is not there
        raise ServiceUnavailable
    return found[:limit]


def _parse_organisation(entry: dict) -> RegisteredOrganisation:
    """Raise if name or status fields are malformed; never treat them as False."""
    # The second is what a branch has instead.
    place = _as_dict(entry.get("forretningsadresse")) or _as_dict(entry.get("beliggenhetsadresse"))
    name = one_line(entry.get("navn"), MAX_NAME)
    if not name:
        raise ValueError("no name")
    return RegisteredOrganisation(
        name=name,
        form=one_line(_as_dict(entry.get("organisasjonsform")).get("kode"), MAX_FORM),
        website=_clean_website(entry.get("hjemmeside")),
        address=_join_lines(place.get("adresse")),
        postal_code=_parse_postal_code(place.get("postnummer")),
        town=_place_name(place.get("poststed")),
        is_bankrupt=_parse_bool(entry.get("konkurs")),
        is_winding_up=any(_parse_bool(entry.get(key)) for key in WINDING_UP),
        # The second is what a branch that was closed has.
        deleted_on=_parse_date(entry.get("slettedato")) or _parse_date(entry.get("nedleggelsesdato")),
    )


def _parse_addresses(answer: dict) -> list[Address]:
    entries = answer["adresser"]
    if not isinstance(entries, list):
        raise TypeError("no list of addresses")
    return [address for entry in entries if (address := _parse_address(_as_dict(entry)))]


def _parse_address(entry: dict) -> Address | None:
    point = _as_dict(entry.get("representasjonspunkt"))
    address = Address(
        text=one_line(entry.get("adressetekst"), MAX_ADDRESS),
        postal_code=_parse_postal_code(entry.get("postnummer")),
        town=_place_name(entry.get("poststed")),
        latitude=_parse_degrees(point.get("lat"), SOUTH, NORTH),
        longitude=_parse_degrees(point.get("lon"), WEST, EAST),
    )
    return None if "" in address or None in address else address


def _as_dict(value) -> dict:
    return value if isinstance(value, dict) else {}


def _join_lines(value) -> str:
    lines = [one_line(line, MAX_ADDRESS) for line in value] if isinstance(value, list) else []
    return ", ".join(filter(None, lines))[:MAX_ADDRESS].rstrip(", ")


def _parse_postal_code(value) -> str:
    return value if isinstance(value, str) and re.fullmatch("[0-9]{4}", value) else ""


def _place_name(value) -> str:
    name = one_line(value, MAX_TOWN)
    if not name.isupper():
        return name
    # The services write capitals only.
    cased = re.sub(r"\w+", lambda word: word[0] if word[0] in SMALL_WORDS else word[0].capitalize(), name.lower())
    return cased[:MAX_TOWN]


def in_ordinary_case(name: str) -> str:
    """Return the name as people write it: the register has capitals only."""
    if not name.isupper():
        return name
    words = [word if word in LEGAL_FORMS else _place_name(word) for word in name.split(" ")]
    return " ".join(words)


def _clean_website(value) -> str:
    """Return the URL; blank unless it is http or https and holds no user name."""
    url = one_line(value, WEBSITE.max_length + 1)
    with suppress(ValidationError):
        url = WEBSITE.clean(url if "://" in url else f"https://{url}", None)
        return "" if "@" in urlsplit(url).netloc else url
    return ""


def _parse_bool(value) -> bool:
    if not isinstance(value, bool | None):
        raise TypeError("neither true nor false")
    return bool(value)


def _parse_date(value) -> date | None:
    return None if value is None else date.fromisoformat(value[:10])


def _parse_degrees(value, lowest: float, highest: float) -> float | None:
    return float(value) if type(value) in (int, float) and lowest <= value <= highest else None
