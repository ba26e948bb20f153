"""What Enhetsregisteret and Kartverket know. All they send is checked, and cut to what our columns hold."""

import re
from contextlib import suppress
from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

from .fields import WebsiteField
from .norway import EAST, NORTH, SOUTH, WEST
from .outside import Unavailable, fetch, one_line

NAME, FORM, ADDRESS, TOWN, QUERY = 120, 10, 200, 80, 200  # longest texts
WEBSITE = WebsiteField(max_length=300)
WINDING_UP = "underAvvikling", "underTvangsavviklingEllerTvangsopplosning"  # of its own will, or forced
SMALL_WORDS = {"i", "og", "på"}
LEGAL_FORMS = {"AS", "ASA", "SA", "BA", "ANS", "DA", "ENK", "NUF", "SE", "KF", "IKS"}


class RegisteredOrganisation(NamedTuple):
    """What Enhetsregisteret says of an organisation or a branch; text is blank where it says nothing usable."""

    name: str
    form: str
    website: str
    address: str
    postal_code: str
    town: str
    municipality: str
    is_bankrupt: bool
    is_winding_up: bool
    deleted_on: date | None


class Address(NamedTuple):
    """An official address, in WGS 84 degrees."""

    text: str
    postal_code: str
    town: str
    municipality: str
    latitude: float
    longitude: float


def organisation(number: str) -> RegisteredOrganisation | None:
    """The organisation or branch of this number, None where there is none. Raises Unavailable."""
    if not re.fullmatch("[0-9]{9}", number):
        return None
    return fetch(settings.ORGANISATION_REGISTER_URL, f"enheter/{number}", f"underenheter/{number}", read=_organisation)


def addresses(query: str, limit: int = 5) -> list[Address]:
    """The addresses that fit best. Raises Unavailable."""
    query = one_line(query, QUERY)
    if not query:
        return []
    path = f"sok?{urlencode({'sok': query, 'treffPerSide': limit})}"
    found = fetch(settings.ADDRESS_SEARCH_URL, path, read=_addresses)
    if found is None:  # the search itself is not there
        raise Unavailable
    return found[:limit]


def _organisation(entry: dict) -> RegisteredOrganisation:
    """Raises unless it has a name and its standing can be told: what is unreadable is not a no."""
    place = _object(entry.get("forretningsadresse")) or _object(entry.get("beliggenhetsadresse"))
    name = one_line(entry.get("navn"), NAME)
    if not name:
        raise ValueError("no name")
    return RegisteredOrganisation(
        name=name,
        form=one_line(_object(entry.get("organisasjonsform")).get("kode"), FORM),
        website=_website(entry.get("hjemmeside")),
        address=_lines(place.get("adresse")),
        postal_code=_postal_code(place.get("postnummer")),
        town=_place_name(place.get("poststed")),
        municipality=_place_name(place.get("kommune")),
        is_bankrupt=_fact(entry.get("konkurs")),
        is_winding_up=any(_fact(entry.get(key)) for key in WINDING_UP),
        deleted_on=_date(entry.get("slettedato")),
    )


def _addresses(answer: dict) -> list[Address]:
    entries = answer["adresser"]
    if not isinstance(entries, list):
        raise TypeError("no list of addresses")
    return [address for entry in entries if (address := _address(_object(entry)))]


def _address(entry: dict) -> Address | None:
    """None unless all of it is usable."""
    point = _object(entry.get("representasjonspunkt"))
    address = Address(
        text=one_line(entry.get("adressetekst"), ADDRESS),
        postal_code=_postal_code(entry.get("postnummer")),
        town=_place_name(entry.get("poststed")),
        municipality=_place_name(entry.get("kommunenavn")),
        latitude=_degrees(point.get("lat"), SOUTH, NORTH),
        longitude=_degrees(point.get("lon"), WEST, EAST),
    )
    return None if "" in address or None in address else address


def _object(value) -> dict:
    return value if isinstance(value, dict) else {}


def _lines(value) -> str:
    lines = [one_line(line, ADDRESS) for line in value] if isinstance(value, list) else []
    return ", ".join(filter(None, lines))[:ADDRESS].rstrip(", ")


def _postal_code(value) -> str:
    return value if isinstance(value, str) and re.fullmatch("[0-9]{4}", value) else ""


def _place_name(value) -> str:
    """As Norwegians write it: the services have capitals only."""
    name = one_line(value, TOWN)
    if not name.isupper():
        return name
    cased = re.sub(r"\w+", lambda word: word[0] if word[0] in SMALL_WORDS else word[0].capitalize(), name.lower())
    return cased[:TOWN]


def in_ordinary_case(name: str) -> str:
    """As people write it: the register has capitals only."""
    if not name.isupper():
        return name
    words = [word if word in LEGAL_FORMS else _place_name(word) for word in name.split(" ")]
    return " ".join(words)


def _website(value) -> str:
    """Blank unless it leads to a web page by http or https, without a user's name in it."""
    url = one_line(value, WEBSITE.max_length + 1)
    with suppress(ValidationError):
        url = WEBSITE.clean(url if "://" in url else f"https://{url}", None)
        return "" if "@" in urlsplit(url).netloc else url
    return ""


def _fact(value) -> bool:
    if not isinstance(value, bool | None):
        raise TypeError("neither true nor false")
    return bool(value)


def _date(value) -> date | None:
    return None if value is None else date.fromisoformat(value[:10])


def _degrees(value, lowest: float, highest: float) -> float | None:
    return float(value) if type(value) in (int, float) and lowest <= value <= highest else None
