"""The board of the admin's start page: the members' spaces and what their pages lack, the worst first."""

from datetime import timedelta
from typing import NamedTuple

from django import forms
from django.db.models import TextChoices
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from norway.counties import County

from .completeness import Fact
from .models import Space

PER_PAGE = 25
MAX_PAGE = 10_000
CONFIRMED_FOR = timedelta(days=365)
FIELDS = ["name", "sort_name", "town", "gaps", "asked_at", "email", "organisation__email", "organisation__name"]
# In the order of the page, with the part of the form that each square leads to.
COLUMNS = {
    Fact.PIN: "id_latitude",
    Fact.PHOTO: "photos-group",
    Fact.HOURS: "id_opening_hours_0",
    Fact.CONTACT: "id_email",
    Fact.TEXT: "id_description_nb",
}


class State(TextChoices):
    GOOD = "good", _("in order")
    OLD = "old", _("approximate, or older than a year")
    MISSING = "missing", _("missing")


class Square(NamedTuple):
    label: str
    state: State
    url: str


class Row(NamedTuple):
    space: Space
    squares: list[Square]

    @property
    def is_in_order(self) -> bool:
        return all(square.state is State.GOOD for square in self.squares)


class BoardFilter(forms.Form):
    county = forms.ChoiceField(label=_("County"), required=False, choices=[("", _("All of Norway")), *County.choices])
    lacks = forms.TypedChoiceField(
        label=_("Lacks"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("Anything")), *((fact.value, fact.label) for fact in COLUMNS)],
    )
    page = forms.IntegerField(required=False, min_value=1, max_value=MAX_PAGE, widget=forms.HiddenInput)


class Board:
    """One page of the board, by what its address asks for; nonsense there asks for nothing."""

    columns = [*(fact.label for fact in COLUMNS), _("Confirmed")]
    states = list(State)

    def __init__(self, data: QueryDict):
        self.form = BoardFilter({name: data[name] for name in BoardFilter.base_fields if name in data})
        self.form.is_valid()
        wanted = self.form.cleaned_data
        self.county, self.lacks, self.page = wanted.get("county"), wanted.get("lacks"), wanted.get("page") or 1

    @cached_property
    def _found(self):
        first = (self.page - 1) * PER_PAGE
        keys = Space.objects.worst_first(county=self.county, lacking=self.lacks).values("pk")
        # The index alone says which; their rows are read for this page, and one more that tells of a next page. They
        # are put in order here: PostgreSQL would look for them among all, in that order.
        spaces = Space.objects.filter(pk__in=keys[first : first + PER_PAGE + 1]).order_by().recorded()
        found = spaces.select_related("organisation").only(*FIELDS)
        return sorted(found, key=lambda space: (-space.gaps, space.sort_name, space.pk))

    @cached_property
    def rows(self) -> list[Row]:
        return [Row(space, _squares(space)) for space in self._found[:PER_PAGE]]

    @property
    def totals(self) -> list[int] | None:
        """Return how many are in order by column, where the whole board is on this page."""
        if self.page > 1 or self.next_page or not self.rows:
            return None
        by_column = zip(*(row.squares for row in self.rows), strict=True)
        return [sum(square.state is State.GOOD for square in column) for column in by_column]

    @property
    def previous_page(self) -> str:
        return self._query(self.page - 1) if self.page > 1 else ""

    @property
    def next_page(self) -> str:
        return self._query(self.page + 1) if len(self._found) > PER_PAGE else ""

    @property
    def this_page(self) -> str:
        return self._query(self.page)

    def _query(self, page):
        wanted = {"county": self.county, "lacks": self.lacks, "page": page}
        query = QueryDict(mutable=True)
        query.update({name: value for name, value in wanted.items() if value})
        return f"?{query.urlencode()}"


def with_gaps(keys) -> list[tuple[Space, list[tuple[str, str]]]]:
    """Return each space of these keys, with label and address of what it lacks."""
    spaces = Space.objects.filter(pk__in=keys)
    return [
        (space, [square[::2] for square in _squares_of_facts(space) if square.state is not State.GOOD])
        for space in spaces
    ]


def _squares_of_facts(space) -> list[Square]:
    form = reverse("admin:spaces_space_change", args=[space.pk])
    return [Square(fact.label, _state(space, fact), f"{form}#{part}") for fact, part in COLUMNS.items()]


def _squares(space) -> list[Square]:
    is_confirmed = space.recorded_at and space.recorded_at > timezone.now() - CONFIRMED_FOR
    confirmed = State.GOOD if is_confirmed else State.OLD if space.recorded_at else State.MISSING
    history = reverse("admin:spaces_space_history", args=[space.pk])
    return [*_squares_of_facts(space), Square(gettext("Confirmed"), confirmed, history)]


def _state(space, fact):
    if not space.gaps & fact:
        return State.GOOD
    return State.OLD if fact is Fact.PIN else State.MISSING
