"""Which spaces the public sees, which need a coordinator's attention, and what happens to several at once."""

from django.db.models import F, FloatField, Q, Value
from django.db.models.functions import ASin, Cos, Least, Power, Radians, Sin, Sqrt
from django.utils.translation import gettext_noop

from members.folding import fold
from members.models import Organisation, VerbQuerySet
from members.slugs import free_slug

from .places import postal_place, town_centre

EARTH_DIAMETER_KM = 2 * 6371.0088  # IUGG mean radius


class UnknownPlace(Exception):
    """Neither the postal code nor the town tells where it is: its county or its position has to be given."""


class SpaceQuerySet(VerbQuerySet):
    def members(self):
        """What the map and the directory show as the network: open spaces of members, unless hidden."""
        return self.select_related("organisation").filter(
            status="open", organisation__status=Organisation.Status.MEMBER, hidden=False
        )

    def on_the_way(self):
        """Spaces that are coming, or whose organisation is a prospect, unless hidden."""
        coming = Q(status="coming", organisation__status=Organisation.Status.MEMBER)
        prospects = Q(status__in=["coming", "open"], organisation__status=Organisation.Status.PROSPECT)
        return self.select_related("organisation").filter(coming | prospects, hidden=False)

    def public(self):
        return self.members() | self.on_the_way()

    def approximate(self):
        return self.public().filter(precision="town")

    def without_photo(self):
        return self.members().filter(photos=None)

    def without_opening_hours(self):
        return self.members().filter(opening_hours="")

    def without_contact(self):
        nothing = {"website": "", "email": "", "phone": ""}
        return self.members().filter(**nothing, **{f"organisation__{field}": "" for field in nothing})

    def nearest_to(self, latitude: float, longitude: float):
        """Ordered by distance_km along the great circle (haversine) from a point in WGS 84 degrees."""
        here = Radians(Value(latitude, FloatField()))
        half_north = Sin((Radians("latitude") - here) / 2)
        half_east = Sin(Radians(F("longitude") - longitude) / 2)
        haversine = Power(half_north, 2) + Cos(here) * Cos(Radians("latitude")) * Power(half_east, 2)
        return self.annotate(distance_km=EARTH_DIAMETER_KM * ASin(Sqrt(Least(Value(1.0), haversine)))).order_by(
            "distance_km", "pk"
        )

    def open(self, *, by) -> int:
        return self.change(by=by, reason=gettext_noop("opened"), status="open")

    def close(self, *, by) -> int:
        return self.change(by=by, reason=gettext_noop("closed"), status="closed")

    def hide(self, *, by) -> int:
        return self.change(by=by, reason=gettext_noop("hidden"), hidden=True)

    def show(self, *, by) -> int:
        return self.change(by=by, reason=gettext_noop("shown"), hidden=False)

    def establish(self, *, by, organisation, name, town, is_open, address="", postal_code="", county="", position=None):
        """A space of the organisation's, new or, where it has one of this name in this town, brought up to date.

        Without a position it stands at the town centre. UnknownPlace where the county or the centre is not known.
        """
        known = [
            space
            for space in self.filter(organisation=organisation).exclude(status="closed")
            if (fold(space.name), fold(space.town)) == (fold(name), fold(town))
        ]
        space = known[0] if known else self.model(organisation=organisation, name=name, town=town)
        place = postal_place(postal_code)
        space.county = space.county or county or (place.county if place else "")
        centre = town_centre(town, space.county or None)
        space.county = space.county or (centre.county if centre else "")
        if not space.county or not (position or centre or space.latitude):
            raise UnknownPlace(town)
        if position:
            (space.latitude, space.longitude), space.precision = position, "exact"
        elif space.latitude is None:
            space.latitude, space.longitude = centre.latitude, centre.longitude
        space.address, space.postal_code = address or space.address, postal_code or space.postal_code
        space.municipality = space.municipality or (centre.municipality if centre else "")
        space.status = "open" if is_open else "coming"
        space.slug = space.slug or free_slug(self.model, space.title)
        space._history_user, space._change_reason = by, gettext_noop("join request approved")
        space.save()
        return space

    open.alters_data = close.alters_data = hide.alters_data = show.alters_data = True
