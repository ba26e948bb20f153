"""The directory's search: what was asked for, what was found, and how many each filter would give."""

from django import forms
from django.core.paginator import Paginator
from django.db.models import Count, prefetch_related_objects
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from members.folding import fold
from members.norway import EAST, NORTH, SOUTH, WEST

from .counties import County
from .feed import BadBox, Box
from .models import Amenity, Space
from .near import Centre, Meant, amid, county_named_in, meant, place_named_in

PAGE_SIZE = 24
NEAREST = 4
MOST_COUNTED = 1000  # spaces; what more offer is not counted, but nearly all of it is there


class DirectoryForm(forms.Form):
    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    near = forms.CharField(label=_("Near"), required=False, max_length=200)
    county = forms.ChoiceField(label=_("County"), required=False, choices=[("", _("All of Norway")), *County.choices])
    town = forms.CharField(required=False, max_length=100)
    area = forms.CharField(required=False, max_length=100)
    amenity = forms.ModelMultipleChoiceField(
        Amenity.objects.all(), label=_("Offers"), required=False, to_field_name="slug"
    )
    open = forms.ChoiceField(required=False, choices=[("1", _("Open now"))])
    coming = forms.ChoiceField(required=False, choices=[("0", _("Leave out those on the way in"))])

    def clean_area(self) -> Box | None:
        try:
            return Box.parse(self.cleaned_data["area"]) if self.cleaned_data["area"] else None
        except BadBox as bad:
            raise forms.ValidationError(str(bad)) from None


class PositionForm(forms.Form):
    """Where the visitor's browser says that it is, in WGS 84 degrees."""

    latitude = forms.FloatField(min_value=SOUTH, max_value=NORTH)
    longitude = forms.FloatField(min_value=WEST, max_value=EAST)

    @property
    def centre(self) -> Centre:
        return Centre("", **self.cleaned_data)


class Directory:
    """One search of the directory; a filter that cannot be understood is left out and explained by the form.

    Distances are measured from the centre where one is given, else from where the search asks for.
    """

    def __init__(self, query: QueryDict, *, client: str, centre: Centre | None = None):
        self.form = DirectoryForm(query)
        self.form.is_valid()
        given = self.form.cleaned_data
        self.query = given.get("q", "")
        if not fold(self.query):
            self.query = ""
        self.county, self.town = given.get("county", ""), given.get("town", "")
        self.area = given.get("area")
        self.amenities = list(given.get("amenity", []))
        self.is_open_now = given.get("open") == "1"
        self.leaves_out_coming = given.get("coming") == "0" or self.is_open_now
        near = "" if centre else given.get("near", "")
        self.meant = meant(near, client) if fold(near) else Meant()
        self.centre = centre or self.meant.centre

    @cached_property
    def found(self):
        """Whatever the filters but the county let through, in no order."""
        spaces = Space.objects.public().search(self.query).order_by()
        if self.leaves_out_coming:
            spaces = spaces.members()
        if self.town:
            spaces = spaces.filter(town=self.town)
        if self.area:
            spaces = spaces.in_box(self.area)
        for amenity in self.amenities:
            spaces = spaces.filter(pk__in=Space.amenities.through.objects.filter(amenity=amenity).values("space"))
        return spaces.open_at(timezone.now()) if self.is_open_now else spaces

    @cached_property
    def counts(self) -> dict[tuple[int, str], int]:
        """How many are found, by what the public sees them as and county."""
        rows = self.found.values_list("shown", "county").annotate(Count("pk"))
        return {(shown, county): number for shown, county, number in rows}

    @property
    def number_of_members(self) -> int:
        return self._number(Space.Shown.AS_MEMBER)

    def page(self, number):
        """Members first, then those on the way in; nearest first where there is a centre, else by name."""
        count = self.number_of_members + self._number(Space.Shown.ON_THE_WAY)
        page = Paginator(range(count), PAGE_SIZE).get_page(number)
        first = max(0, page.start_index() - 1)
        page.object_list = self._here.read(self._distances(first, min(first + PAGE_SIZE, count))) if count else []
        prefetch_related_objects(page.object_list, "photos")
        return page

    def _distances(self, first, last):
        if not self.centre:
            return self._here.order_by("shown", "sort_name", "pk").distances(first, last)
        here = self.centre.latitude, self.centre.longitude
        if last <= self.number_of_members:
            return self._here.members().nearest(*here, first, last)
        return self._here.nearest_to(*here).order_by("shown", "distance_km", "pk").distances(first, last)

    @property
    def _here(self):
        return self.found.filter(county=self.county) if self.county else self.found

    def _number(self, shown) -> int:
        return sum(
            number for (seen, county), number in self.counts.items() if seen == shown and self.county in ("", county)
        )

    @property
    def county_counts(self) -> list[tuple[str, str, int]]:
        """Number, name and how many members, for each county in which the other filters find any."""
        counts = {county: number for (shown, county), number in self.counts.items() if shown == Space.Shown.AS_MEMBER}
        counts.setdefault(self.county, 0)
        return [(number, name, counts[number]) for number, name in County.choices if number in counts]

    @property
    def amenity_counts(self):
        """Amenities that the found members have, with how many have each, and those that are asked for.

        All of them, uncounted, where very many are found.
        """
        amenities, counts = list(Amenity.objects.all()), {}
        if self.number_of_members > MOST_COUNTED:
            return amenities
        if self.number_of_members:
            members = self._here.members()
            having = Space.amenities.through.objects.filter(space__in=members.values("pk"))
            counts = dict(having.values_list("amenity").annotate(Count("pk")))
        for amenity in amenities:
            amenity.found = counts.get(amenity.pk, 0)
        return [amenity for amenity in amenities if amenity.found or amenity in self.amenities]

    @cached_property
    def instead(self) -> tuple[Centre, list[Space]] | None:
        """Where no member was found: the nearest ones to the place that was meant, whatever else was asked for.

        None where no place was meant or there is no member. Distances from amid a county are not told, for nobody is
        there.
        """
        if self.number_of_members:
            return None
        place = self.centre or place_named_in(self.query)
        county = self.meant.county or self.county or county_named_in(self.query)
        centre = place or (amid(County(county)) if county else None)
        if not centre:
            return None
        members = Space.objects.members()
        nearest = members.nearest(centre.latitude, centre.longitude, 0, NEAREST)
        spaces = members.read(nearest if place else dict.fromkeys(nearest))
        prefetch_related_objects(spaces, "photos")
        return (centre, spaces) if spaces else None

    @property
    def leads(self) -> list[tuple[str, str]]:
        """Label and query string of what may have been meant by a place that is not clear."""
        leads = [(choice, self.query_with(near=[choice])) for choice in self.meant.choices]
        if self.meant.county:
            label = _("Search in all of %(county)s") % {"county": self.meant.county.label}
            leads.append((label, self.query_with(near=[], county=[self.meant.county.value])))
        return leads

    @property
    def is_filtered(self) -> bool:
        return bool(self.centre or any(self._given.values()))

    @property
    def is_of_the_moment(self) -> bool:
        """Whether the same question may have another answer soon, though no space has changed."""
        return self.is_open_now or self.meant.was_asked

    @property
    def place_name(self) -> str:
        county = County(self.county).label if self.county else ""
        return ", ".join(dict.fromkeys(name for name in (self.town, county) if name))

    @property
    def wider(self) -> list[tuple[str, str]]:
        """Label and query string of each search that drops one of the filters, where there are several."""
        labels = {
            "q": _("Without the search words"),
            "near": _("Wherever it is"),
            "area": _("On the whole map"),
            "county": _("In all of Norway"),
            "town": _("In the whole county"),
            "amenity": _("Whatever they offer"),
            "open": _("Open now or not"),
            "coming": _("With those on the way in"),
        }
        given = [name for name, values in self._given.items() if values]
        within = {"county": {"town": []}}
        return [
            (labels[name], self.query_with(**{name: []} | within.get(name, {}))) for name in given if len(given) > 1
        ]

    def query_with(self, **values: list[str]) -> str:
        """The query string of this search with other values."""
        query = QueryDict(mutable=True)
        for name, given in (self._given | values).items():
            query.setlist(name, given)
        return query.urlencode()

    @property
    def _given(self) -> dict[str, list[str]]:
        near = self.form.cleaned_data.get("near", "")
        return {
            "q": [self.query] if self.query else [],
            "near": [near] if near else [],
            "area": [str(self.area)] if self.area else [],
            "county": [self.county] if self.county else [],
            "town": [self.town] if self.town else [],
            "amenity": [amenity.slug for amenity in self.amenities],
            "open": ["1"] if self.is_open_now else [],
            "coming": ["0"] if self.form.cleaned_data.get("coming") else [],
        }
