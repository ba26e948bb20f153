from copy import copy
from math import isclose

from django.utils.translation import gettext as _

from ..location import LOCATED, SAME_DEGREES, LocationInput, Precision, locate
from ..models import Space
from ..practical import NEEDS_CONSENT
from .columns import SPECIAL_COLUMNS
from .sheet import Difference

# Cells that, if they were valid, might fix the fault.
FIXED_BY = {
    "town": ["postal_code"],
    "county": ["postal_code", "town"],
    "latitude": ["longitude", "postal_code", "town", "county"],
    "longitude": ["latitude"],
    "precision": ["latitude", "longitude"],
    "welcome_consent": ["welcomed_by"],
}


class Draft:
    """The unsaved space of a row: the one with its slug, or a new one.

    `values` are those of the row's valid cells by column, None where a cell is empty: of a column that may not be, it
    changes nothing. `invalid` are the other columns. `faults` are pairs of column and reason.
    """

    def __init__(self, row, space: Space | None):
        self.row, self.is_new = row, space is None
        self.space, self._stored = space or Space(precision=""), copy(space)
        self.amenities = self.amenities_before = set() if self.is_new else set(space.amenities.all())
        self.values, self.invalid, self.changed, self.faults, self.notes = {}, set(), set(), [], []

    @property
    def record(self) -> Space:
        return self.space

    @property
    def is_changed(self) -> bool:
        return bool(self.changed) or self.amenities != self.amenities_before

    def differences(self, columns) -> list[Difference]:
        """Return what the row changes of the stored space, as its cells would have it."""
        pairs = [(name, column, column.write(self._stored)) for name, column in columns.items() if name != "version"]
        return [
            Difference(column.label, old, new)
            for name, column, old in pairs
            if old != (new := column.written(self.amenities) if name == "amenities" else column.write(self.space))
        ]

    def apply(self, organisation):
        """Set the values; organisation is None if the row names none or its cells are invalid."""
        if organisation:
            self._set_organisation(organisation)
        for column in self.values.keys() - SPECIAL_COLUMNS:
            if self.values[column] is not None or Space._meta.get_field(column).null:
                self._set(column, self.values[column])
        self.amenities = set(self.values.get("amenities", self.amenities))
        location = locate(self._location_input(), None if self.is_new else self._stored)
        for field in LOCATED:
            if getattr(location, field) is not None:
                self._set(field, getattr(location, field))
        if not self.space.name:
            self._fault("name", _("Say what the space is called."))
        if not self.space.welcomed_by:
            self._set("welcome_consent", False)
        elif not self.space.welcome_consent:
            self._fault("welcome_consent", NEEDS_CONSENT)
        for field, fault in location.faults.items():
            self._fault(field, fault)
        if self.changed and not (self.faults or self.invalid):
            self.notes += location.remarks

    def _set_organisation(self, organisation):
        self._set("organisation_id", organisation.pk)
        self.space.organisation = organisation
        if organisation.pk is None:
            self.changed.add("organisation_id")

    def _fault(self, column, text):
        if not self.invalid & {column, *FIXED_BY.get(column, ())}:
            self.faults.append((column, text))

    def _set(self, field, value):
        if not _same(getattr(self.space, field), value):
            setattr(self.space, field, value)
            self.changed.add(field)

    def _location_input(self) -> LocationInput:
        # Empty cells keep town, county and pin, unless the pin is to stand at the town centre.
        values = {name: self.values.get(name) for name in LOCATED if name != "precision"}
        position, precision = (values["latitude"], values["longitude"]), self.values.get("precision")
        at_town_centre = position == (None, None) and "latitude" in self.values and precision == Precision.TOWN
        if position == (None, None) and not self.is_new and not at_town_centre:
            values |= {"latitude": self._stored.latitude, "longitude": self._stored.longitude}
        return LocationInput(
            **{name: value or None if isinstance(value, str) else value for name, value in values.items()},
            **{name: self.values.get(name) for name in ("address", "postal_code")},
            precision=None if at_town_centre else precision or None,
            at_town_centre=at_town_centre or None,
        )


def _same(one, other) -> bool:
    # Spreadsheets change line ends and the last digits of numbers.
    if isinstance(one, list):
        return all(map(_same, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return isclose(one, other, rel_tol=0, abs_tol=SAME_DEGREES)
    if isinstance(one, str) and isinstance(other, str):
        return one.replace("\r\n", "\n") == other.replace("\r\n", "\n")
    return one == other
