"""The directory's search: what was asked for, what was found, and how many each filter would give."""

from django import forms
from django.db.models import Count, Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from members.folding import fold

from .counties import County
from .models import Amenity, Space


class DirectoryForm(forms.Form):
    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    county = forms.ChoiceField(label=_("County"), required=False, choices=[("", _("All of Norway")), *County.choices])
    amenity = forms.ModelMultipleChoiceField(
        Amenity.objects.all(), label=_("Offers"), required=False, to_field_name="slug"
    )


class Directory:
    """One search of the directory; a filter that cannot be understood is left out and explained by the form."""

    def __init__(self, query: QueryDict):
        self.form = DirectoryForm(query)
        self.form.is_valid()
        self.query = self.form.cleaned_data.get("q", "")
        if not fold(self.query):
            self.query = ""
        self.county = self.form.cleaned_data.get("county", "")
        self.amenities = list(self.form.cleaned_data.get("amenity", []))

    @property
    def spaces(self):
        return self._in_county(self._with_amenities(self._named(Space.objects.members())))

    @property
    def on_the_way(self):
        """What the same search finds among those on the way in."""
        return self._in_county(self._with_amenities(self._named(Space.objects.on_the_way())))

    @property
    def county_counts(self) -> list[tuple[str, str, int]]:
        """Number, name and how many spaces, for each county in which the other filters find any."""
        found = self._with_amenities(self._named(Space.objects.members())).order_by()
        counts = dict(found.values_list("county").annotate(Count("pk")))
        counts.setdefault(self.county, 0)
        return [(number, name, counts[number]) for number, name in County.choices if number in counts]

    @property
    def amenity_counts(self):
        """Amenities that the found spaces have, with how many have each, and those that are asked for."""
        found = Count("spaces", filter=Q(spaces__in=self.spaces.order_by().values("pk")))
        asked_for = [amenity.pk for amenity in self.amenities]
        wanted = Amenity.objects.annotate(found=found).filter(Q(found__gt=0) | Q(pk__in=asked_for))
        return wanted.order_by("position", "pk")

    @property
    def is_filtered(self) -> bool:
        return bool(self.query or self.county or self.amenities)

    @property
    def county_name(self) -> str:
        return County(self.county).label if self.county else ""

    @property
    def wider(self) -> list[tuple[str, str]]:
        """Label and query string of each search that drops one of the filters, where there are several."""
        filters = {"q": self.query, "county": self.county, "amenity": [a.slug for a in self.amenities]}
        labels = {
            "q": _("Without the search words"),
            "county": _("In all of Norway"),
            "amenity": _("Whatever they offer"),
        }
        given = [name for name in filters if filters[name]]
        return [(labels[name], self._without(name, filters)) for name in given if len(given) > 1]

    def _without(self, dropped, filters):
        query = QueryDict(mutable=True)
        for name in filters.keys() - {dropped}:
            query.setlist(name, filters[name] if name == "amenity" else [filters[name]] if filters[name] else [])
        return query.urlencode()

    def _named(self, spaces):
        return spaces.search(self.query)

    def _in_county(self, spaces):
        return spaces.filter(county=self.county) if self.county else spaces

    def _with_amenities(self, spaces):
        for amenity in self.amenities:
            spaces = spaces.filter(amenities=amenity)
        return spaces
