"""Where a space stands: one rule for the admin form, the spreadsheet, the applicant's form, decision and approval."""

from math import isclose
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.distance import distance_km
from norway.addresses import address_key
from norway.counties import County
from norway.places import PostalPlace, Town, area_of, postal_place, town_centre, town_name, towns

FAR_KM = 40  # from its town's centre a pin is more likely wrong than right
SAME_DEGREES = 1e-9  # a spreadsheet keeps fifteen digits
ADDRESS = ("address", "postal_code", "town")
LOCATED = ("town", "county", "municipality", "latitude", "longitude", "precision")


class Precision(models.TextChoices):
    EXACT = "exact", gettext_lazy("exact")
    TOWN = "town", gettext_lazy("approximate")


class LocationInput(NamedTuple):
    """Input for a space's place; None keeps what the space has.

    An empty town, county or municipality is filled in. `at_town_centre` True overrides the position; None uses the
    centre if there is no other position, False requires one.
    """

    address: str | None = None
    postal_code: str | None = None
    town: str | None = None
    county: str | None = None
    municipality: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    precision: str | None = None
    at_town_centre: bool | None = None


class Pin(NamedTuple):
    """In WGS 84 degrees, None if unknown."""

    latitude: float | None = None
    longitude: float | None = None
    precision: str = ""

    def is_at(self, latitude, longitude) -> bool:
        here = (self.latitude, latitude), (self.longitude, longitude)
        return all(None not in pair and isclose(*pair, rel_tol=0, abs_tol=SAME_DEGREES) for pair in here)


class Location(NamedTuple):
    """The resulting place; `faults` are errors by field, `remarks` warnings."""

    town: str
    county: str
    municipality: str
    latitude: float | None
    longitude: float | None
    precision: str
    faults: dict[str, str]
    remarks: list[str]

    @property
    def position(self) -> tuple[float, float] | None:
        return None if self.latitude is None else (self.latitude, self.longitude)

    @property
    def county_name(self) -> str:
        return County(self.county).label if self.county else ""

    @property
    def is_approximate(self) -> bool:
        return self.precision == Precision.TOWN


class UnknownPlace(Exception):
    """A space that cannot be placed by postal code or town; has what was requested and the faults by field."""

    def __init__(self, requested, faults):
        self.requested, self.faults = requested, faults
        super().__init__(requested.town)


def locate(given: LocationInput, existing=None) -> Location:
    """Resolve the input against the space as it is stored, if there is one."""
    given = _fill_in(given, existing)
    centre = town_centre(given.town, given.county)
    if centre and not given.county:
        given = given._replace(county=centre.county.value)
    pin = _place_pin(given, existing, centre)
    return Location(
        given.town,
        given.county,
        _municipality(given, existing, centre),
        *pin,
        _faults(given, pin),
        list(_remarks(given, existing, centre, pin)),
    )


def locate_request(requested, existing=None) -> Location:
    # An existing space keeps its town and county.
    return locate(
        LocationInput(
            address=requested.address or None,
            postal_code=requested.postal_code or None,
            town=existing.town if existing else requested.town,
            county=(existing and existing.county) or requested.county or None,
            latitude=requested.latitude,
            longitude=requested.longitude,
        ),
        existing,
    )


def _fill_in(given: LocationInput, existing) -> LocationInput:
    # A postal code fills in town and county if it is new, or if they were emptied.
    unchanged = {name for name in ("address", "postal_code") if getattr(given, name) is None}
    given = given._replace(**{name: getattr(existing, name, "") for name in unchanged})
    place = postal_place(given.postal_code)
    is_new = existing is None or given.postal_code != existing.postal_code
    county = str(_town_or_county("county", given, existing, place, is_new))
    town = town_name(_town_or_county("town", given, existing, place, is_new), county)
    return given._replace(town=town, county=county)


def _town_or_county(name, given: LocationInput, existing, place: PostalPlace | None, is_new_code: bool) -> str:
    value = getattr(given, name)
    if value:
        return value
    # None keeps what is stored, as for a cell that the file lacks; an emptied field asks to be filled in.
    if place and (is_new_code or value == ""):
        return getattr(place, name)
    return getattr(existing, name, "") if value is None else ""


def _municipality(given: LocationInput, existing, centre: Town | None) -> str:
    # The town decides where it was emptied, or where only the town changed.
    value, before = given.municipality, getattr(existing, "municipality", "")
    if existing is None or given.town != existing.town:
        value = "" if value == before else value
    elif value is None:
        return before
    return value or (centre.municipality if centre else "")


def _place_pin(given: LocationInput, existing, centre: Town | None) -> Pin:
    if given.at_town_centre:
        return _at_centre(given, centre)
    if None not in (given.latitude, given.longitude):
        return _at_position(given, existing, centre)
    # Half a position, or none where the centre is refused, is a fault: no other pin may hide it.
    if given.at_town_centre is False or [given.latitude, given.longitude].count(None) == 1:
        return Pin(precision=given.precision or "")
    return _without_position(given, existing, centre)


def _at_centre(given: LocationInput, centre: Town | None) -> Pin:
    if centre is None or given.precision == Precision.EXACT:
        return Pin()
    return Pin(centre.latitude, centre.longitude, Precision.TOWN.value)


def _at_position(given: LocationInput, existing, centre: Town | None) -> Pin:
    # A moved pin is exact unless the input says otherwise or it is at the centre itself.
    pin = Pin(given.latitude, given.longitude)
    if existing and pin.is_at(existing.latitude, existing.longitude):
        return Pin(existing.latitude, existing.longitude, given.precision or existing.precision)
    middle = centre or area_of(given.town, given.county, given.postal_code, given.municipality or "")
    at_centre = middle and pin.is_at(middle.latitude, middle.longitude)
    return pin._replace(precision=given.precision or (Precision.TOWN if at_centre else Precision.EXACT).value)


def _without_position(given: LocationInput, existing, centre: Town | None) -> Pin:
    # At another address than before, the existing pin is only good for the town.
    if existing is None:
        return _at_centre(given, centre)
    if not (existing.address and address_key(given.address) != address_key(existing.address)):
        return Pin(existing.latitude, existing.longitude, given.precision or existing.precision)
    return _at_centre(given, centre) if centre else Pin(existing.latitude, existing.longitude, Precision.TOWN.value)


def _faults(given: LocationInput, pin: Pin) -> dict[str, str]:
    faults = {}  # none that only follows from another
    if not given.town:
        faults["town"] = _("Say which town it is in.")
        if given.postal_code and not postal_place(given.postal_code):
            text = _("We do not know the postal code %(code)s. Say which town it is in.")
            faults["town"] = text % {"code": given.postal_code}
    if not given.county:
        faults["county"] = _("Choose which county it is in.")
    if pin.latitude is None:
        faults |= _faults_of_position(given)
    return faults


def _faults_of_position(given: LocationInput) -> dict[str, str]:
    missing = [name for name in ("latitude", "longitude") if getattr(given, name) is None]
    if len(missing) == 1:
        return {missing[0]: _("Write both latitude and longitude, or neither.")}
    if given.at_town_centre is False:
        return dict.fromkeys(missing, _("Where is it? Click in the map, type it, or place it at the town centre."))
    if given.precision == Precision.EXACT:
        return {"precision": _("An exact pin needs latitude and longitude.")}
    if given.town and (given.county or not towns(given.town)):
        text = _("We do not know where %(town)s is. Place the pin, or write latitude and longitude.")
        return {"latitude": text % {"town": given.town}}
    return {}


def _is_readdressed(given: LocationInput, existing) -> bool:
    before, after = ([getattr(each, name) for name in ADDRESS] for each in (existing, given))
    return [address_key(before[0]), *before[1:]] != [address_key(after[0]), *after[1:]]


def _remarks(given: LocationInput, existing, centre: Town | None, pin: Pin):
    moved = existing is None or not pin.is_at(existing.latitude, existing.longitude)
    if existing and _is_readdressed(given, existing) and not moved and not given.at_town_centre:
        yield _("The address changed, but the pin has not moved. Is it still right?")
    if existing and moved and pin.precision == Precision.EXACT != existing.precision and not given.precision:
        yield _("The pin was moved and is marked as exact. Change that where it is not.")
    place = postal_place(given.postal_code)
    if place and given.county and place.county != given.county:
        text = _("Postal code %(code)s is in %(county)s. Is the county right?")
        yield text % {"code": given.postal_code, "county": place.county.label}
    if centre and moved and pin.latitude is not None:
        km = distance_km((pin.latitude, pin.longitude), (centre.latitude, centre.longitude))
        if km > FAR_KM:
            yield _("The pin stands %(km)s km from %(town)s. Is it right?") % {"km": round(km), "town": given.town}
