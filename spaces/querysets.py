"""Which spaces the public sees, which need a coordinator's attention, and what happens to several at once."""

from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

from django.db.models import F, FloatField, Value
from django.db.models.functions import ASin, Cos, Least, Power, Radians, Sin, Sqrt
from django.utils.translation import gettext_noop

from members.folding import fold
from members.models import VerbQuerySet
from members.slugs import free_slug

from .places import postal_place, town_centre

EARTH_DIAMETER_KM = 2 * 6371.0088  # IUGG mean radius
KM_IN_DEGREE = 111.19  # of latitude, on a sphere of that radius


class UnknownPlace(Exception):
    """Neither postal code nor town tells where it is: its county or its pin has to be given. Carries what was asked."""

    def __init__(self, requested):
        self.requested = requested
        super().__init__(requested.town)


class Location(NamedTuple):
    """Where a space is to stand, in WGS 84 degrees."""

    county: str
    municipality: str
    latitude: float
    longitude: float
    precision: str
    km_from_town: float = 0


FAR_KM = 40  # from its town's centre a pin is more likely wrong than right


def locate(requested, space=None) -> Location:
    """Where the requested space is; what is known of the space fills what was not asked for. Raises UnknownPlace.

    A known space that moves to another address without a new pin is only known to the town.
    """
    place = postal_place(requested.postal_code)
    county = (space and space.county) or requested.county or (place.county if place else "")
    centre = town_centre(requested.town, county or None)
    county = county or (centre.county if centre else "")
    municipality = centre.municipality if centre else ""
    if county and requested.position:
        far = distance_km(requested.position, (centre.latitude, centre.longitude)) if centre else 0
        return Location(county, municipality, *requested.position, "exact", far)
    moved = bool(space and space.address and requested.address and fold(space.address) != fold(requested.address))
    if space and space.latitude is not None and not (moved and centre):
        return Location(county, municipality, space.latitude, space.longitude, "town" if moved else space.precision)
    if county and centre:
        return Location(county, municipality, centre.latitude, centre.longitude, "town")
    raise UnknownPlace(requested)


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Along the great circle between two pairs of latitude and longitude, in WGS 84 degrees."""
    (north, east), (north2, east2) = (map(radians, place) for place in (one, other))
    haversine = sin((north2 - north) / 2) ** 2 + cos(north) * cos(north2) * sin((east2 - east) / 2) ** 2
    return EARTH_DIAMETER_KM * asin(sqrt(min(1, haversine)))


class SpaceQuerySet(VerbQuerySet):
    def members(self):
        """What the map and the directory show as the network: open spaces of members, unless hidden."""
        return self.select_related("organisation").filter(shown="member")

    def on_the_way(self):
        """Spaces that are coming, or whose organisation is a prospect, unless hidden."""
        return self.select_related("organisation").filter(shown="coming")

    def public(self):
        return self.select_related("organisation").filter(shown__in=["member", "coming"])

    def refold(self):
        super(SpaceQuerySet, self.select_related("organisation")).refold()

    def approximate(self):
        return self.public().filter(precision="town")

    def without_photo(self):
        return self.members().filter(photos=None)

    def without_opening_hours(self):
        return self.members().filter(opening_hours="")

    def without_contact(self):
        nothing = {"website": "", "email": "", "phone": ""}
        return self.members().filter(**nothing, **{f"organisation__{field}": "" for field in nothing})

    def in_box(self, box):
        """Within west, south, east and north, in WGS 84 degrees."""
        west, south, east, north = box
        return self.filter(latitude__range=(south, north), longitude__range=(west, east))

    def nearest_to(self, latitude: float, longitude: float):
        """Ordered by distance_km along the great circle (haversine) from a point in WGS 84 degrees."""
        here = Radians(Value(latitude, FloatField()))
        half_north = Sin((Radians("latitude") - here) / 2)
        half_east = Sin(Radians(F("longitude") - longitude) / 2)
        haversine = Power(half_north, 2) + Cos(here) * Cos(Radians("latitude")) * Power(half_east, 2)
        return self.annotate(distance_km=EARTH_DIAMETER_KM * ASin(Sqrt(Least(Value(1.0), haversine)))).order_by(
            "distance_km", "pk"
        )

    def nearest(self, latitude: float, longitude: float, most: int) -> list:
        """The nearest of nearest_to(), looked for in ever larger boxes."""
        for degrees in (0.1, 0.5, 2.5, 12.5):
            width = 4 * degrees  # a degree of longitude is a quarter of one of latitude at 75 degrees north
            box = (longitude - width, latitude - degrees, longitude + width, latitude + degrees)
            found = self.in_box(box).nearest_to(latitude, longitude)[:most]
            if len(found) == most and found[most - 1].distance_km <= degrees * KM_IN_DEGREE:
                return list(found)
        return list(self.nearest_to(latitude, longitude)[:most])

    def location_of(self, requested, organisation=None) -> Location | None:
        """Where establish() would place it, None where it would not know."""
        try:
            return locate(requested, organisation and self._known(organisation, requested))
        except UnknownPlace:
            return None

    def open(self, *, by) -> int:
        return self.change(by=by, reason=gettext_noop("opened"), status="open")

    def close(self, *, by) -> int:
        return self.change(by=by, reason=gettext_noop("closed"), status="closed")

    def hide(self, *, by) -> int:
        return self.change(by=by, reason=gettext_noop("hidden"), hidden=True)

    def show(self, *, by) -> int:
        return self.change(by=by, reason=gettext_noop("shown"), hidden=False)

    def establish(self, *, by, organisation, requested):
        """Make a space of what was asked for; or bring the one up to date that has this name in this town.

        Without a pin it stands at the town centre. UnknownPlace where the county or the centre is not known.
        """
        space = self._known(organisation, requested) or self.model(organisation=organisation)
        location = locate(requested, space)
        space.name, space.town = space.name or requested.name, space.town or requested.town
        space.county, space.municipality = location.county, space.municipality or location.municipality
        space.latitude, space.longitude, space.precision = location.latitude, location.longitude, location.precision
        space.address = requested.address or space.address
        space.postal_code = requested.postal_code or space.postal_code
        space.status, space.hidden = "open" if requested.is_open or space.status == "open" else "coming", False
        space.slug = space.slug or free_slug(self.model, space.title)
        space._history_user, space._change_reason = by, gettext_noop("join request approved")
        space.save()
        return space

    def _known(self, organisation, requested):
        """The space of this name in this town; else the only one on its way there, where one name is in the other."""
        name, town = fold(requested.name), fold(requested.town)
        spaces = self.filter(organisation=organisation).exclude(status="closed")
        there = [space for space in spaces if fold(space.town) == town]
        same = [space for space in there if fold(space.name) == name]
        alike = [space for space in there if fold(space.name) in name or name in fold(space.name)]
        coming = [space for space in alike if space.status == "coming"]
        return same[0] if same else coming[0] if len(coming) == 1 else None

    open.alters_data = close.alters_data = hide.alters_data = show.alters_data = refold.alters_data = True
