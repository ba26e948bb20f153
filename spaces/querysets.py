"""Which spaces the public sees, which need a coordinator's attention, and what happens to several at once."""

from math import cos, pi, radians
from typing import NamedTuple

from django.db import transaction
from django.db.models import Case, F, FloatField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import ASin, Cos, Least, Power, Radians, Sin, Sqrt
from django.utils.translation import gettext_noop

from members.folding import BATCH, fold
from members.models import Organisation, VerbQuerySet
from members.norway import EARTH_DIAMETER_KM, distance_km, haversine, km
from members.slugs import free_slug

from .opening_hours import is_open
from .places import postal_place, town_centre

KM_OF_A_DEGREE = EARTH_DIAMETER_KM * pi / 360
BOXES = 0.5, 0.02  # degrees of latitude to either side
FEW = 300
ON_A_CARD = ["name", "slug", "address", "town", "county", "status", "hidden", "precision", "opening_hours"]
ON_A_CARD += ["organisation__name", "organisation__status"]
MOST_HOURS = 10_000  # ways of writing opening hours; SQLite takes some 30,000 values in a query


def by_distance(places, here, last) -> list[tuple[int, float]]:
    """Key and distance_km from here, nearest first and no more than asked, of keys, latitudes and longitudes."""
    measured = sorted([(haversine(here, (latitude, longitude)), key) for key, latitude, longitude in places])
    return [(key, km(far)) for far, key in measured[:last]]


def are_nearest(found: list[tuple[int, float]], last: int, reach: float) -> bool:
    """Whether so many were found that nothing beyond the reach (km) belongs among them."""
    return len(found) == last and found[-1][1] <= reach


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


class PhotoQuerySet(QuerySet):
    def by_space(self, spaces) -> dict[int, list]:
        """The photos of each of the spaces by its key, in half the time of prefetch_related()."""
        photos = {space.pk: [] for space in spaces}
        for photo in self.filter(space__in=list(photos)):
            photos[photo.space_id].append(photo)
        return photos


class SpaceQuerySet(VerbQuerySet):
    def members(self):
        """What the map and the directory show as the network: open spaces of members, unless hidden."""
        return self.select_related("organisation").filter(shown=self.model.Shown.AS_MEMBER)

    def on_the_way(self):
        """Spaces that are coming, or whose organisation is a prospect, unless hidden."""
        return self.select_related("organisation").filter(shown=self.model.Shown.ON_THE_WAY)

    def public(self):
        return self.select_related("organisation").filter(
            shown__in=[self.model.Shown.AS_MEMBER, self.model.Shown.ON_THE_WAY]
        )

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

    @transaction.atomic
    def settle(self, *, are_new=False):
        """Store what the public sees each as, by what the database says of its organisation at this moment.

        New ones are seen by nobody else who may change their organisations meanwhile: one waits for the other.
        """
        organisation = Organisation.objects.filter(pk=OuterRef("organisation"))
        if are_new:
            list(Organisation.objects.filter(pk__in=self.order_by().values("organisation")).select_for_update())
        shown, of_member, of_prospect = self.model.Shown, Q(standing="member"), Q(standing="prospect")
        self.order_by().annotate(standing=Subquery(organisation.values("status"))).update(
            shown=Case(
                When(of_member, hidden=False, status="open", then=shown.AS_MEMBER),
                When(of_member, hidden=False, status="coming", then=shown.ON_THE_WAY),
                When(of_prospect, hidden=False, status__in=["coming", "open"], then=shown.ON_THE_WAY),
                default=shown.TO_NOBODY,
            )
        )

    def refold(self):
        """Fold again, and settle."""
        super(SpaceQuerySet, self.select_related("organisation")).refold()
        self.settle()

    @transaction.atomic
    def bulk_create(self, spaces, *args, **options):
        created = super().bulk_create(spaces, *args, **options)
        for start in range(0, len(created), BATCH):
            keys = [space.pk for space in created[start : start + BATCH]]
            self.model.objects.filter(pk__in=keys).settle(are_new=True)
        return created

    def nearest(self, latitude: float, longitude: float, first: int, last: int) -> dict[int, float]:
        """These distances() of nearest_to(), from a box wherever nothing outside it can be nearer.

        The boxes shrink until one has few, which are measured here; the database measures what has many.
        """
        here, crowded = (latitude, longitude), []
        for degrees in BOXES:
            box, reach = self._box(here, degrees)
            if (few := box._few()) is None:
                crowded.insert(0, (box, reach))
                continue
            if are_nearest(found := by_distance(few, here, last), last, reach):
                return dict(found[first:])
            break
        for box, reach in crowded:
            found = list(box.nearest_to(*here).distances(0, last).items())
            if are_nearest(found, last, reach):
                return dict(found[first:])
        few = None if crowded else self._few()
        if few is None:
            return self.nearest_to(*here).distances(first, last)
        return dict(by_distance(few, here, last)[first:])

    def _box(self, here, degrees):
        """What is within so many degrees of latitude, and how near (km) nothing outside can be."""
        latitude, longitude = here
        wide = 2 * degrees  # far north a degree of longitude is short
        box = self.filter(
            latitude__range=(latitude - degrees, latitude + degrees),
            longitude__range=(longitude - wide, longitude + wide),
        )
        return box, min(degrees, wide * cos(radians(abs(latitude) + degrees))) * KM_OF_A_DEGREE

    def _few(self) -> list | None:
        """Key, latitude and longitude of each; None, after FEW were read in vain, where there are more."""
        places = list(self.order_by().values_list("pk", "latitude", "longitude")[: FEW + 1])
        return places if len(places) <= FEW else None

    def distances(self, first: int, last: int) -> dict[int, float | None]:
        """By key, in order: an index holds all that this asks. None where no distance is measured."""
        if "distance_km" in self.query.annotations:
            return dict(self.values_list("pk", "distance_km")[first:last])
        return dict.fromkeys(self.values_list("pk", flat=True)[first:last])

    def read(self, distances: dict[int, float | None]) -> list:
        """The public spaces of these keys, in this order, each with its distance: a card of each but for its photos."""
        rows = self.model.objects.public().order_by().only(*ON_A_CARD).in_bulk(distances)
        for key, row in rows.items():
            row.distance_km = distances[key]
        return [rows[key] for key in distances if key in rows]

    def open_at(self, moment):
        """Those whose known opening hours say so; each way of writing hours is evaluated once."""
        hours = self.exclude(opening_hours="").order_by().values_list("opening_hours", flat=True).distinct()
        return self.filter(opening_hours__in=[text for text in hours[:MOST_HOURS] if is_open(text, moment)])

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

    settle.alters_data = refold.alters_data = bulk_create.alters_data = True
    open.alters_data = close.alters_data = hide.alters_data = show.alters_data = True
