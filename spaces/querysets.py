"""Which spaces the public sees, which need a coordinator's attention, and what coordinators do to several."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Case, Exists, F, FloatField, Max, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import ASin, Cos, Least, Power, Radians, Sin, Sqrt
from django.utils import timezone
from django.utils.translation import gettext_noop

from core.distance import EARTH_DIAMETER_KM
from core.querysets import VerbQuerySet
from core.search_text import BATCH
from core.slugs import free_slug
from members.models import Organisation, Visibility

from .completeness import Fact, gaps
from .location import LOCATED, UnknownPlace
from .opening_hours import opens_on, state
from .proposals import Proposal, StaleChanges, propose
from .titles import space_title

CARD_FIELDS = ["name", "slug", "address", "town", "county", "visibility", "precision", "opening_hours"]
CARD_FIELDS += ["latitude", "longitude", "sort_name", "organisation__name"]
RECENT = 200  # entries of the history
IN_DOUBT = timedelta(days=14)  # after another address, whether the pin is still right
MAX_HOURS = 10_000  # different opening hours; SQLite takes some 30,000 values in a query


class SpaceQuerySet(VerbQuerySet):
    def members(self):
        return self.select_related("organisation").filter(visibility=Visibility.MEMBER)

    def upcoming(self):
        return self.select_related("organisation").filter(visibility=Visibility.UPCOMING)

    def public(self):
        return self.select_related("organisation").filter(visibility__in=[Visibility.MEMBER, Visibility.UPCOMING])

    def approximate(self):
        return self.public().filter(precision=self.model.Precision.TOWN)

    def address_without_pin(self):
        # By the order of an index: the first of very many are found without reading the others.
        known = self.filter(visibility=Visibility.MEMBER, precision=self.model.Precision.TOWN, address__gt="")
        return known.order_by("address", "pk")

    def address_left_pin(self):
        """Return those whose latest change, of the site's last ones, was another address for the same exact pin."""
        history = self.model.history
        newest = history.order_by("-history_id").values("history_id")[:RECENT]
        entries = history.filter(history_id__in=newest, history_date__gte=timezone.now() - IN_DOUBT)
        same = history.filter(id=OuterRef("id"))
        before = same.filter(history_id__lt=OuterRef("history_id")).order_by("-history_id").values("history_id")[:1]
        pin = {field: OuterRef(field) for field in ["latitude", "longitude", "precision"]}
        at_another = history.filter(history_id=OuterRef("before"), address__gt="", **pin)
        moved = entries.filter(history_type="~", precision=self.model.Precision.EXACT).alias(before=Subquery(before))
        moved = moved.filter(
            ~Exists(same.filter(history_id__gt=OuterRef("history_id"))),
            Exists(at_another.exclude(address=OuterRef("address"))),
        ).order_by()
        # Not public(), by whose index SQLite would look at all of them instead of these few.
        spaces = self.select_related("organisation").exclude(visibility=Visibility.HIDDEN)
        return spaces.filter(pk__in=moved.values("id"))

    def recorded(self):
        """Add when each was last changed, or None."""
        entries = self.model.history.filter(id=OuterRef("pk")).order_by().values("id")
        return self.annotate(recorded_at=Subquery(entries.annotate(at=Max("history_date")).values("at")))

    def lacking(self, fact: Fact):
        return self.alias(gap=F("gaps").bitand(fact)).filter(gap__gt=0)

    def without_photo(self):
        return self.members().lacking(Fact.PHOTO)

    def without_opening_hours(self):
        return self.members().lacking(Fact.HOURS)

    def without_contact(self):
        return self.members().lacking(Fact.CONTACT)

    def worst_first(self, *, county: str = "", lacking: Fact | None = None):
        """Return the members' spaces by how much they lack; all of it from one index, however many there are."""
        spaces = self.filter(visibility=Visibility.MEMBER).order_by("-gaps", "sort_name", "pk")
        spaces = spaces.filter(county=county) if county else spaces
        return spaces.lacking(lacking) if lacking else spaces

    def in_box(self, box):
        west, south, east, north = box
        return self.filter(latitude__range=(south, north), longitude__range=(west, east))

    def nearest_to(self, latitude: float, longitude: float):
        """Order by distance_km along the great circle (haversine) from a point in WGS 84 degrees."""
        here = Radians(Value(latitude, FloatField()))
        half_north = Sin((Radians("latitude") - here) / 2)
        half_east = Sin(Radians(F("longitude") - longitude) / 2)
        haversine = Power(half_north, 2) + Cos(here) * Cos(Radians("latitude")) * Power(half_east, 2)
        return self.annotate(distance_km=EARTH_DIAMETER_KM * ASin(Sqrt(Least(Value(1.0), haversine)))).order_by(
            "distance_km", "pk"
        )

    @transaction.atomic
    def update_visibility(self, *, are_new=False):
        """Store the visibility of each by the present status of its organisation.

        Call it as a statement of its own after the write: a statement that waited for another transaction sees other
        tables as they were before the wait.
        """
        if are_new:  # nobody else sees the rows yet, so their organisations are locked instead
            list(Organisation.objects.filter(pk__in=self.order_by().values("organisation")).select_for_update())
        organisation = Organisation.objects.filter(pk=OuterRef("organisation"))
        visibilities = self.model.VISIBILITIES.items()
        cases = [When(of=of, status=status, hidden=False, then=visibility) for (of, status), visibility in visibilities]
        spaces = self.order_by().annotate(of=Subquery(organisation.values("status")))
        # Rows that are right already are written too, to wait for whoever is changing them. The caller bumps.
        QuerySet.update(spaces, visibility=Case(*cases, default=Visibility.HIDDEN))

    def update_gaps(self):
        photos = self.model.photos.rel.related_model.objects
        QuerySet.update(self.order_by(), gaps=gaps(photos, Organisation.objects))

    def update_derived(self, fields):
        super(SpaceQuerySet, self.select_related("organisation")).update_derived(fields)
        if self.model.VISIBILITY_FIELDS & fields:
            self.update_visibility()
        if self.model.GAP_FIELDS & fields:
            self.update_gaps()

    @transaction.atomic
    def bulk_create(self, spaces, *args, **options):
        created = super().bulk_create(spaces, *args, **options)
        for start in range(0, len(created), BATCH):
            keys = [space.pk for space in created[start : start + BATCH]]
            batch = self.model.objects.filter(pk__in=keys)
            batch.update_visibility(are_new=True)
            batch.update_gaps()
        return created

    def distances(self, first: int, last: int) -> dict[int, float | None]:
        """Return distances by key, in order, None without nearest_to(). Reads a covering index only."""
        if "distance_km" in self.query.annotations:
            return dict(self.values_list("pk", "distance_km")[first:last])
        return dict.fromkeys(self.values_list("pk", flat=True)[first:last])

    def cards(self, distances: dict[int, float | None]) -> list:
        """Return the public spaces of these keys in this order, each with its distance_km and CARD_FIELDS."""
        rows = self.model.objects.public().order_by().only(*CARD_FIELDS).in_bulk(distances)
        for key, row in rows.items():
            row.distance_km = distances[key]
        # One may have been hidden between the two queries.
        return [rows[key] for key in distances if key in rows]

    def open_at(self, moment):
        return self._with_hours(lambda text: (found := state(text, moment)) and found.is_open)

    def open_on(self, day):
        return self._with_hours(lambda text: opens_on(text, day))

    def _with_hours(self, are_wanted):
        # Many spaces share their hours: each text is evaluated once, in Python, as no database can.
        hours = self.exclude(opening_hours="").order_by().values_list("opening_hours", flat=True).distinct()
        return self.filter(opening_hours__in=[text for text in hours[:MAX_HOURS] if are_wanted(text)])

    def open(self, *, by) -> int:
        return self.change(by=by, reason=gettext_noop("opened"), status=self.model.Status.OPEN)

    def close(self, *, by) -> int:
        return self.change(by=by, reason=gettext_noop("closed"), status=self.model.Status.CLOSED)

    def hide(self, *, by) -> int:
        return self.change(by=by, reason=gettext_noop("hidden"), hidden=True)

    def show(self, *, by) -> int:
        return self.change(by=by, reason=gettext_noop("shown"), hidden=False)

    def proposals(self, requested, organisation=None, *, for_update=False) -> list[Proposal]:
        """Return what approval would create or, where a coordinator accepts it, change for the requested spaces."""
        stored = self.filter(organisation=organisation).exclude(status=self.model.Status.CLOSED)
        stored = list(stored.select_for_update() if for_update else stored) if organisation else []
        return [propose(space, stored) for space in requested]

    @transaction.atomic
    def create_or_change_from_requests(self, requested, *, by, organisation, accepted=()) -> list:
        """Create the spaces that the organisation lacks; of those that it has, make only the accepted changes.

        `accepted` are keys of changes. Raise UnknownPlace if one cannot be placed, or StaleChanges.
        """
        # All are matched before the first is created: two alike in one request are two spaces.
        proposals = self.proposals(requested, organisation, for_update=True)
        if set(accepted) - {change.key for proposal in proposals for change in proposal.changes}:
            raise StaleChanges
        return [self._store(proposal, by, organisation, accepted) for proposal in proposals]

    def _store(self, proposal, by, organisation, accepted):
        requested, space, changes, location = proposal
        if space:
            values = {}
            for change in changes:
                values |= change.values if change.key in accepted else {}
        elif location.faults:
            raise UnknownPlace(requested, location.faults)
        else:
            space = self.model(organisation=organisation, name=requested.name)
            values = {field: getattr(location, field) for field in LOCATED}
            values |= {"address": requested.address, "postal_code": requested.postal_code}
            values["status"] = space.Status.OPEN if requested.is_open else space.Status.COMING
            values["slug"] = free_slug(self.model, space_title(requested.name, location.town))
        for field, value in values.items():
            setattr(space, field, value)
        if values:
            space._history_user, space._change_reason = by, gettext_noop("join request approved")
            space.save()
        return space

    update_visibility.alters_data = update_gaps.alters_data = True
    update_derived.alters_data = bulk_create.alters_data = True
    open.alters_data = close.alters_data = hide.alters_data = show.alters_data = True
    create_or_change_from_requests.alters_data = True
