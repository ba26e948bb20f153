"""The directory's search: its filters, its results, and how many each option of a filter would give."""

from collections import Counter

from django import forms
from django.core.paginator import Page
from django.db.models import Count, prefetch_related_objects
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core.search_text import fold
from members.models import Visibility
from norway.counties import County
from norway.names import in_place
from norway.place_lookup import Centre, PlaceLookup, county_centre, county_named_in, place_named_in, resolve_place

from ..models import Space
from ..places import place_slug
from . import wording
from .chips import Chip, chips
from .filters import FILTERS, ChoicesFilter, Option
from .listing import page_of

NEAREST = 3
ALWAYS_SHOWN = ("q", "open", "tomorrow", "amenity")
MAX_COUNTED = 1000  # spaces; what more offer is not counted, but nearly all of it is there

DirectoryForm = type("DirectoryForm", (forms.Form,), {each.name: each.field for each in FILTERS})


class Directory:
    """One search of the directory. Invalid filters are ignored; the form has their errors.

    Distances are measured from the centre where one is given, else from the place in `near`.
    """

    def __init__(self, query: QueryDict, *, client: str, centre: Centre | None = None):
        self.form = DirectoryForm(query)
        self.form.is_valid()
        self.values = {each.name: each.value(self.form.cleaned_data.get(each.name, "")) for each in FILTERS}
        self.query, self.county, self.town = (self.values[name] for name in ("q", "county", "town"))
        self.area = self.values["area"]
        self.is_open_now, self.is_open_tomorrow = self.values["open"], self.values["tomorrow"]
        near = "" if centre else self.values["near"]
        self.lookup = resolve_place(near, client) if fold(near) else PlaceLookup()
        self.centre = centre or self.lookup.centre

    def _narrowed(self, *leaving_out):
        spaces = Space.objects.public().order_by()
        for each in FILTERS:
            if self.values[each.name] and each.name not in leaving_out:
                spaces = each.narrow(spaces, self.values[each.name])
        return spaces

    @cached_property
    def _matches(self):
        # Not by county, so that the counts of the other counties come from the same query.
        return self._narrowed("county")

    @cached_property
    def counts(self) -> dict[tuple[int, str], int]:
        rows = self._matches.values_list("visibility", "county").annotate(Count("pk"))
        return {(visibility, county): number for visibility, county, number in rows}

    @cached_property
    def member_count(self) -> int:
        return self._count(Visibility.MEMBER)

    @cached_property
    def coming_count(self) -> int:
        return self._count(Visibility.UPCOMING)

    @property
    def count(self) -> int:
        return self.member_count + self.coming_count

    def page(self, number) -> Page:
        return page_of(self._distances, self.count, number)

    def _distances(self, first, last):
        if not self.centre:
            return self._in_county.order_by("visibility", "sort_name", "pk").distances(first, last)
        nearest = self._in_county.nearest_to(self.centre.latitude, self.centre.longitude)
        return nearest.order_by("visibility", "distance_km", "pk").distances(first, last)

    @property
    def _in_county(self):
        return self._matches.filter(county=self.county) if self.county else self._matches

    def _count(self, visibility) -> int:
        return sum(
            number
            for (seen, county), number in self.counts.items()
            if seen == visibility and self.county in ("", county)
        )

    @property
    def county_counts(self) -> list[tuple[str, str, int]]:
        """Return code, name and number of members of each county that has any, and of the chosen one."""
        counts = {
            county: number for (visibility, county), number in self.counts.items() if visibility == Visibility.MEMBER
        }
        # Or the select would show another county than the one that was searched.
        counts.setdefault(self.county, 0)
        return [(number, name, counts[number]) for number, name in County.choices if number in counts]

    @cached_property
    def county_links(self) -> list[tuple[str, str, int]]:
        """Return name, address and number of spaces of each county that has any, those joining soon included."""
        counts = Counter()
        for (_visibility, county), number in self.counts.items():
            counts[county] += number
        address = reverse("spaces:county", args=["--"])
        found = ((name, counts[number]) for number, name in County.choices if counts[number])
        return [(name, address.replace("--", place_slug(name)), number) for name, number in found]

    @property
    def choices(self) -> list[tuple[forms.BoundField, list[Option]]]:
        members = self._in_county.members() if self.member_count else Space.objects.none()
        if self.member_count > MAX_COUNTED:
            members = None
        return [
            (self.form[each.name], each.options(members, self.values[each.name]))
            for each in FILTERS
            if isinstance(each, ChoicesFilter)
        ]

    @cached_property
    def chips(self) -> list[Chip]:
        return chips(self._parameters)

    @property
    def near_me_query(self) -> str | None:
        """Return the query of the same search anywhere, if it is near the visitor's own position."""
        return self.query_with() if self.centre and not self.centre.name else None

    @property
    def pressed(self) -> list[tuple[str, str]]:
        """Return name and value of the filters that have a chip and no field in the form."""
        return [(name, value) for name in ("open", "tomorrow") for value in self._parameters[name]]

    @property
    def more_count(self) -> int:
        """Return how many filters are chosen that only the opened form shows: neither words nor chips."""
        chosen = sum(bool(self.values[each.name]) for each in FILTERS if each.name not in ALWAYS_SHOWN)
        shown = {chip.name for chip in self.chips if chip.is_on}
        return chosen + sum(f"amenity-{slug}" not in shown for slug in self._parameters["amenity"])

    @property
    def opens_more(self) -> bool:
        """Return whether something is wrong with a field that only the opened form shows."""
        return bool(self.lookup.message or self.form.errors.keys() - {"q", "open", "tomorrow"})

    @property
    def heading(self) -> str:
        return wording.heading(self)

    @cached_property
    def place_alone(self) -> str:
        return wording.place_alone(self)

    @property
    def where(self) -> str:
        return in_place(self.place_alone)

    @property
    def without_hours_count(self) -> int:
        """Return of how many members that match otherwise it is not known when they are open."""
        return self._narrowed("open", "tomorrow").members().filter(opening_hours="").count()

    @property
    def searched_place(self) -> Centre | None:
        return self.centre or place_named_in(self.query)

    @cached_property
    def nearest_alternatives(self) -> tuple[Centre, list[Space]] | None:
        """Return the searched place and its nearest members if no member matched, whatever the other filters."""
        if self.member_count:
            return None
        place = self.searched_place
        found = self.lookup.counties[0] if len(self.lookup.counties) == 1 else None
        county = found or self.county or county_named_in(self.query)
        centre = place or (county_centre(County(county)) if county else None)
        if not centre:
            return None
        members = Space.objects.members()
        nearest = members.nearest_to(centre.latitude, centre.longitude).distances(0, NEAREST)
        # Distances from a county's centre would mislead: nobody is there.
        spaces = members.cards(nearest if place else dict.fromkeys(nearest))
        prefetch_related_objects(spaces, "photos")
        return (centre, spaces) if spaces else None

    @property
    def place_choices(self) -> list[tuple[str, str]]:
        """Return label and query string of each place that an ambiguous name may mean."""
        place_choices = [(choice, self.query_with(near=[choice])) for choice in self.lookup.choices]
        for county in self.lookup.counties:
            label = _("Search in all of %(county)s") % {"county": county.label}
            place_choices.append((label, self.query_with(near=[], county=[county.value])))
        return place_choices

    @property
    def is_filtered(self) -> bool:
        return bool(self.centre or any(self.values.values()))

    @property
    def is_cacheable(self) -> bool:
        """Return whether the results change with the content version and the minute only: not with the register."""
        return not self.lookup.is_from_register

    @property
    def place_name(self) -> str:
        county = County(self.county).label if self.county else ""
        return ", ".join(dict.fromkeys(name for name in (self.town, county) if name))

    @property
    def wider_searches(self) -> list[tuple[str, str]]:
        """Return label and query string of each search with one filter less, if there are several."""
        given = [each for each in FILTERS if self.values[each.name]]
        return [
            (each.remove_label, self.query_with(**{name: [] for name in (each.name, *each.clears)}))
            for each in given
            if len(given) > 1
        ]

    def query_with(self, **values: list[str]) -> str:
        query = QueryDict(mutable=True)
        for name, given in (self._parameters | values).items():
            query.setlist(name, given)
        return query.urlencode()

    @property
    def _parameters(self) -> dict[str, list[str]]:
        return {each.name: each.query(self.values[each.name]) for each in FILTERS}
