from math import isclose

from django.utils.translation import gettext as _

from .csv_columns import OF_ORGANISATION
from .models import Space
from .places import postal_place, town_centre, towns

NEAR = 1e-9  # degrees: a spreadsheet keeps fifteen digits
OWN_WAY = {"slug", "latitude", "longitude", "precision", "amenities", *OF_ORGANISATION}


class Draft:
    """A space as its row makes it, not yet stored: the one that has the row's slug, or a new one.

    `given` has the value of every cell in the row that could be read, None where it is empty and may not be; `unread`
    has the columns of the others. `faults` are pairs of a column and a reason.
    """

    def __init__(self, row, space: Space | None):
        self.row, self.is_new = row, space is None
        self.space = space or Space(precision="")
        self.amenities = self.amenities_before = set() if self.is_new else set(space.amenities.all())
        self.given, self.unread, self.changed, self.faults, self.notes = {}, set(), set(), [], []

    @property
    def is_changed(self) -> bool:
        return bool(self.changed) or self.amenities != self.amenities_before

    def take(self, organisation):
        """Make the space what the cells say it is. The organisation is None where it is not known which."""
        if organisation:
            self._belong_to(organisation)
        for column in self.given.keys() - OWN_WAY:
            if self.given[column] is not None:
                self._set(column, self.given[column])
        self.amenities = set(self.given.get("amenities", self.amenities))
        self._fill_in_place()
        self._require()
        self._place()
        if not (self.faults or self.unread):
            self._look_twice()

    def _belong_to(self, organisation):
        self._set("organisation_id", organisation.pk)
        self.space.organisation = organisation
        if organisation.pk is None:
            self.changed.add("organisation_id")

    def _fault(self, column, text, *others):
        """Unless its cell, or another that could mend it, could not be read."""
        if not self.unread & {column, *others}:
            self.faults.append((column, text))

    def _set(self, field, value):
        if not _same(getattr(self.space, field), value):
            setattr(self.space, field, value)
            self.changed.add(field)

    def _fill_in_place(self):
        """Town and county from the postal code, the municipality from the town, where they are not given."""
        place = postal_place(self.space.postal_code) if self.is_new or "postal_code" in self.changed else None
        if place and not self.given.get("town"):
            self._set("town", place.town)
        if place and not self.given.get("county"):
            self._set("county", place.county.value)
        centre = town_centre(self.space.town, self.space.county)
        if centre and not self.space.county:
            self._set("county", centre.county.value)
        if not self.given.get("municipality") and (self.is_new or "town" in self.changed):
            self._set("municipality", centre.municipality if centre else "")

    def _require(self):
        if not self.space.name:
            self._fault("name", _("Say what the space is called."))
        if not self.space.town:
            self._fault("town", _("Say which town it is in."), "postal_code")
        if not self.space.county:
            self._fault("county", _("Choose which county it is in."), "postal_code", "town")

    def _place(self):
        """At the coordinates; without any, a new space or one that is to be approximate stands at the town centre."""
        precision, position = self.given.get("precision"), [self.given.get(name) for name in ("latitude", "longitude")]
        if position.count(None) == 1:
            self._fault("latitude", _("Write both latitude and longitude, or neither."), "longitude")
        elif None not in position:
            self._stand(*position, precision or Space.Precision.EXACT.value)
        elif self.is_new or ("latitude" in self.given and precision == Space.Precision.TOWN):
            self._stand_at_town_centre(precision)
        elif precision:
            self._set("precision", precision)

    def _stand(self, latitude, longitude, precision):
        moved = self.is_new or not _same([self.space.latitude, self.space.longitude], [latitude, longitude])
        if moved:
            self._set("latitude", latitude)
            self._set("longitude", longitude)
        if moved or self.given.get("precision"):
            self._set("precision", precision)

    def _stand_at_town_centre(self, precision):
        centre = town_centre(self.space.town, self.space.county)
        if precision == Space.Precision.EXACT:
            self._fault("precision", _("An exact pin needs latitude and longitude."), "latitude", "longitude")
        elif centre:
            for field in ("latitude", "longitude"):
                self._set(field, getattr(centre, field))
            self._set("precision", Space.Precision.TOWN.value)
        elif self.space.town and (self.space.county or not towns(self.space.town)):
            text = _("We do not know where that town is. Write its coordinates.")
            self._fault("latitude", text, "longitude", "postal_code", "town", "county")

    def _look_twice(self):
        moved = {"latitude", "longitude"} & self.changed
        if not self.is_new and {"address", "postal_code", "town"} & self.changed and not moved:
            self.notes.append(_("The address changed, but the pin stands where it stood. Is it still right?"))
        place = postal_place(self.space.postal_code)
        if {"postal_code", "county"} & self.changed and place and place.county != self.space.county:
            text = _("Postal code %(code)s is in %(county)s. Is the county right?")
            self.notes.append(text % {"code": self.space.postal_code, "county": place.county.label})


def _same(one, other) -> bool:
    """But for what a spreadsheet changes by opening and saving a file."""
    if isinstance(one, list):
        return all(map(_same, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return isclose(one, other, rel_tol=0, abs_tol=NEAR)
    if isinstance(one, str) and isinstance(other, str):
        return one.replace("\r\n", "\n") == other.replace("\r\n", "\n")
    return one == other
