"""What narrows the directory: each filter has its form field, its query, its chip and its words in the heading."""

from datetime import timedelta
from typing import NamedTuple

from django import forms
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.search_text import fold
from norway.counties import County
from norway.places import town_name, towns

from ..map.feed import Box, InvalidBox
from ..models import Amenity, Space
from ..practical import Answer


class Filter:
    """A parameter of the URL. Its chip, `remove_label`, removes it along with those that it `clears`."""

    def __init__(self, name: str, field: forms.Field, *, remove_label: str, clears=()):
        self.name, self.field, self.remove_label, self.clears = name, field, remove_label, clears

    def value(self, cleaned):
        """Return the value to filter by, falsy where there is none."""
        return cleaned

    def query(self, value) -> list[str]:
        return [str(value)] if value else []

    def narrow(self, spaces, value):
        return spaces

    def describe(self, spaces: str, value) -> str:
        """Return the heading's words for the spaces with what the filter adds to them."""
        return spaces


class WordsFilter(Filter):
    def value(self, cleaned):
        return cleaned if fold(cleaned or "") else ""

    def narrow(self, spaces, value):
        return spaces.search(value)


class CountyFilter(Filter):
    def narrow(self, spaces, value):
        return spaces.filter(county=value)


class TownFilter(Filter):
    """Spaces of a town, whichever of its names is given."""

    def value(self, cleaned):
        return town_name(cleaned or "")

    def narrow(self, spaces, value):
        return spaces.filter(town__in={value, *(town.town for town in towns(value))})


class BoxField(forms.CharField):
    def clean(self, value) -> Box | None:
        text = super().clean(value)
        try:
            return Box.parse(text) if text else None
        except InvalidBox as bad:
            raise forms.ValidationError(str(bad)) from None


class AreaFilter(Filter):
    def narrow(self, spaces, value):
        return spaces.in_box(value)


class Option(NamedTuple):
    """`count` is how many members have it; None where there are too many to count."""

    value: str
    label: str
    is_chosen: bool
    count: int | None


class ChoicesFilter(Filter):
    """Spaces with one of the chosen values of a model field that has choices."""

    def __init__(self, name, field=None, **options):
        model_field = Space._meta.get_field(name) if field is None else None
        field = field or forms.MultipleChoiceField(
            label=model_field.verbose_name, choices=model_field.choices, required=False
        )
        super().__init__(name, field, **options)

    def value(self, cleaned):
        return list(dict.fromkeys(cleaned or []))

    def query(self, value):
        return value

    def narrow(self, spaces, value):
        return spaces.filter(**{f"{self.name}__in": value})

    def describe(self, spaces, value):
        labels = dict(self.field.choices)
        values = ", ".join(str(labels[each]).lower() for each in value)
        label = str(self.field.label).lower()
        return _("%(spaces)s, %(label)s: %(values)s") % {"spaces": spaces, "label": label, "values": values}

    def choices(self) -> list[tuple]:
        """Return (key of counts(), value, label) of each option."""
        return [(value, value, label) for value, label in self.field.choices]

    def counts(self, members) -> dict:
        return dict(members.order_by().values_list(self.name).annotate(Count("pk")))

    def options(self, members, value) -> list[Option]:
        """Return the options that members have or that are chosen; all, without counts, if members is None."""
        chosen, choices = self.query(value), self.choices()
        counts = {} if members is None else self.counts(members)
        options = (
            Option(code, label, code in chosen, None if members is None else counts.get(key, 0))
            for key, code, label in choices
        )
        return [option for option in options if members is None or option.count or option.is_chosen]


class AmenityFilter(ChoicesFilter):
    """Spaces that offer all chosen amenities."""

    def query(self, value):
        return [amenity.slug for amenity in value]

    def narrow(self, spaces, value):
        for amenity in value:
            spaces = spaces.filter(pk__in=Space.amenities.through.objects.filter(amenity=amenity).values("space"))
        return spaces

    def describe(self, spaces, value):
        names = ", ".join(str(amenity).lower() for amenity in value)
        return _("%(spaces)s with %(amenities)s") % {"spaces": spaces, "amenities": names}

    def choices(self):
        return [(amenity.pk, amenity.slug, str(amenity)) for amenity in Amenity.objects.all()]

    def counts(self, members):
        offers = Space.amenities.through.objects.filter(space__in=members.values("pk"))
        return dict(offers.values_list("amenity").annotate(Count("pk")))


class AnswersFilter(ChoicesFilter):
    """Spaces that have answered yes to all chosen questions."""

    def narrow(self, spaces, value):
        return spaces.filter(**dict.fromkeys(value, Answer.YES))

    def describe(self, spaces, value):
        names = ", ".join(str(Space._meta.get_field(name).verbose_name) for name in value)
        return _("%(spaces)s with %(amenities)s") % {"spaces": spaces, "amenities": names}

    def counts(self, members):
        yes = {name: Count("pk", filter=Q(**{name: Answer.YES})) for name in Space.ANSWERS}
        return members.order_by().aggregate(**yes)


class SwitchFilter(Filter):
    """A checkbox that leaves members' spaces only."""

    def __init__(self, name, sent_value: str, label: str, **options):
        super().__init__(name, forms.ChoiceField(required=False, choices=[(sent_value, label)]), **options)
        self.sent_value, self.label = sent_value, label

    def narrow(self, spaces, value):
        return spaces.members()


class OpenFilter(SwitchFilter):
    def narrow(self, spaces, value):
        return spaces.members().open_at(timezone.now())

    def describe(self, spaces, value):
        return _("%(spaces)s, open now") % {"spaces": spaces}


class TomorrowFilter(SwitchFilter):
    def narrow(self, spaces, value):
        return spaces.members().open_on(timezone.localdate() + timedelta(days=1))

    def describe(self, spaces, value):
        return _("%(spaces)s, open tomorrow") % {"spaces": spaces}


class UpcomingFilter(Filter):
    """A ticked checkbox that leaves members' spaces only where it is not ticked: the last value sent counts."""

    def value(self, cleaned):
        return cleaned == "0"

    def query(self, value):
        return ["0"] if value else []

    def narrow(self, spaces, value):
        return spaces.members()


FILTERS = [
    WordsFilter(
        "q",
        forms.CharField(label=gettext_lazy("Search"), required=False, max_length=100),
        remove_label=gettext_lazy("Remove the search words"),
    ),
    Filter(  # orders the results and excludes none
        "near",
        forms.CharField(label=gettext_lazy("Near"), required=False, max_length=200),
        remove_label=gettext_lazy("Anywhere in Norway"),
    ),
    AreaFilter("area", BoxField(required=False, max_length=100), remove_label=gettext_lazy("The whole map")),
    CountyFilter(
        "county",
        forms.ChoiceField(
            label=gettext_lazy("County"),
            required=False,
            choices=[("", gettext_lazy("All of Norway")), *County.choices],
        ),
        remove_label=gettext_lazy("All of Norway"),
        clears=["town"],
    ),
    TownFilter("town", forms.CharField(required=False, max_length=100), remove_label=gettext_lazy("The whole county")),
    AmenityFilter(
        "amenity",
        forms.ModelMultipleChoiceField(
            Amenity.objects.all(), label=gettext_lazy("Amenities"), required=False, to_field_name="slug"
        ),
        remove_label=gettext_lazy("Whatever the amenities"),
    ),
    AnswersFilter(
        "practical",
        forms.MultipleChoiceField(
            label=gettext_lazy("Practical"),
            required=False,
            choices=[(name, capfirst(Space._meta.get_field(name).verbose_name)) for name in Space.ANSWERS],
        ),
        remove_label=gettext_lazy("Whatever is practical there"),
    ),
    OpenFilter("open", "1", gettext_lazy("Open now"), remove_label=gettext_lazy("Open now or not")),
    TomorrowFilter("tomorrow", "1", gettext_lazy("Open tomorrow"), remove_label=gettext_lazy("Open tomorrow or not")),
    UpcomingFilter(
        "coming",
        forms.ChoiceField(
            label=gettext_lazy("Also show spaces joining soon"), required=False, choices=[("0", "0"), ("1", "1")]
        ),
        remove_label=gettext_lazy("Also those joining soon"),
    ),
]
