"""The address search of a form: what Kartverket finds is offered, and what is chosen is filled in."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from django.utils.translation import gettext as _

from core.http import ServiceUnavailable, one_line

from .limits import lookup_allowed
from .registers import Address, addresses

SUGGESTED = ["address", "postal_code", "town", "latitude", "longitude"]
MAX_VALUE_LENGTH = 200  # of each value of a suggestion


class Suggestion(NamedTuple):
    """`value` is what its button sends: the values of SUGGESTED as JSON."""

    label: str
    value: str


class AddressAnswer(NamedTuple):
    message: str
    suggestions: list[Suggestion] = []


def find_address(typed: Mapping, client: str, *, unavailable: str) -> AddressAnswer:
    """Look up what was typed, counted for the client; `unavailable` is said where the register does not answer."""
    if not typed.get("address"):
        return AddressAnswer(_("Write a street and a number first."))
    if not lookup_allowed(client):
        return AddressAnswer(_("You have looked things up very often. Write it yourself, or wait an hour."))
    try:
        found = addresses(", ".join(filter(None, (typed.get(name) for name in ("address", "postal_code", "town")))))
    except ServiceUnavailable:
        return AddressAnswer(unavailable)
    if not found:
        return AddressAnswer(_("We found no such address. Leave it as you wrote it if it is right."))
    return AddressAnswer(_("Choose the right one:"), [_suggestion(address) for address in found])


def read_suggestion(value: str) -> dict[str, str]:
    """Return the fields of a suggestion, empty if it is none. Nothing vouches for them: a form must check them."""
    try:
        values = dict(zip(SUGGESTED, json.loads(value), strict=True))
    except (ValueError, TypeError, RecursionError):
        return {}
    return {name: one_line(str(value), MAX_VALUE_LENGTH) for name, value in values.items()}


def _suggestion(address: Address) -> Suggestion:
    values = [address.text, address.postal_code, address.town, address.latitude, address.longitude]
    label = f"{address.text}, {address.postal_code} {address.town}"
    return Suggestion(label, json.dumps(values, ensure_ascii=False))
