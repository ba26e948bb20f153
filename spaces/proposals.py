"""What a join request would change of the spaces that its organisation has."""

from hashlib import sha256
from typing import NamedTuple

from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.distance import distance_km
from core.search_text import fold
from norway.places import is_same_town

from .location import Location, Pin, Precision, locate_request


class StaleChanges(Exception):
    """A change was accepted that is none any more: what was shown as the old value is not stored now."""


class Change(NamedTuple):
    """A difference between a stored space and the request; `values` are what is stored if it is accepted.

    The key names the space and both values, so that accepting it accepts only what was shown.
    """

    key: str
    label: str
    old: str
    new: str
    values: dict

    def __str__(self):
        return f"{self.label}: {self.old} → {self.new}"


class Proposal(NamedTuple):
    """A requested space, the stored one that it is, or None, and its differences or, for a new one, its location."""

    requested: object
    space: object | None
    changes: list[Change]
    location: Location


def propose(requested, stored: list) -> Proposal:
    space = _matching(requested, stored)
    location = locate_request(requested, space)
    return Proposal(requested, space, list(_changes(requested, space, location)) if space else [], location)


def _matching(requested, stored):
    # A space joining soon may have got another name since: one name in the other will do, unless several fit.
    name = fold(requested.name)
    there = [space for space in stored if is_same_town(space.town, requested.town, space.county)]
    same = [space for space in there if fold(space.name) == name]
    alike = [space for space in there if fold(space.name) in name or name in fold(space.name)]
    coming = [space for space in alike if space.status == space.Status.COMING]
    return same[0] if same else coming[0] if len(coming) == 1 else None


def _changes(requested, space, location: Location):
    if requested.name != space.name:
        yield _change(space, "name", space.name, requested.name, name=requested.name)
    address, postal_code = requested.address or space.address, requested.postal_code or space.postal_code
    if (address, postal_code) != (space.address, space.postal_code):
        old = _in_one_line(space.address, space.postal_line)
        new = _in_one_line(address, f"{postal_code} {space.town}".strip())
        yield _change(space, "address", old, new, address=address, postal_code=postal_code)
    pin = Pin(location.latitude, location.longitude, location.precision)
    if not pin.is_at(space.latitude, space.longitude) or pin.precision != space.precision:
        yield _change_of_pin(space, pin)
    if requested.is_open and space.status != space.Status.OPEN:
        opened = space.Status.OPEN
        yield _change(space, "status", space.get_status_display(), opened.label, status=opened.value)
    if space.hidden:
        yield _change(space, "hidden", _("hidden"), _("shown on the site"), hidden=False)


def _change_of_pin(space, pin: Pin) -> Change:
    km = distance_km((space.latitude, space.longitude), (pin.latitude, pin.longitude))
    distance = _("%(distance)s km") % {"distance": number_format(km, 0 if km >= 10 else 1)}
    old = _written(Pin(space.latitude, space.longitude, space.precision))
    new = _("%(pin)s, %(distance)s away") % {"pin": _written(pin), "distance": distance}
    return _change(space, "precision", old, new, **pin._asdict())


def _change(space, field: str, old, new, **values) -> Change:
    before = [getattr(space, name) for name in values]
    key = sha256(repr([space.pk, before, sorted(values.items())]).encode()).hexdigest()[:32]
    label = capfirst(space._meta.get_field(field).verbose_name)
    return Change(key, str(label), str(old) or "–", str(new), values)


def _in_one_line(*parts) -> str:
    return ", ".join(filter(None, parts))


def _written(pin: Pin) -> str:
    latitude, longitude = (number_format(degrees, 5) for degrees in (pin.latitude, pin.longitude))
    return f"{latitude}, {longitude} ({Precision(pin.precision).label})"
