"""The columns of a file of spaces: how each is called, what its cells say and what they may say."""

from functools import cache

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from members.folding import fold
from members.forms import OrganisationNumberField
from members.models import Organisation

from .counties import County
from .forms import SpaceForm
from .models import Amenity, Space

OF_ORGANISATION = {"organisation": "name", "organisation_number": "organisation_number"}
COLUMNS = [
    *OF_ORGANISATION,
    *("name", "slug", "status", "hidden"),
    *("address", "postal_code", "town", "municipality", "county", "latitude", "longitude", "precision"),
    *("opening_hours", "website", "email", "phone", "amenities", "description_nb", "description_en"),
]
SEVERAL_LINES = {"description_nb", "description_en"}
HINTS = {
    "organisation": gettext_lazy("One that we do not have is added, as on the way in."),
    "organisation_number": gettext_lazy("Nine digits. Only needed where two have the same name."),
    "slug": gettext_lazy("Says which space the row changes. Empty: a new space."),
    "status": gettext_lazy("Empty for a new space: on the way in."),
    "postal_code": gettext_lazy("Fills in town and county where they are empty."),
    "county": gettext_lazy("Name or number."),
    "latitude": gettext_lazy("With comma or point. Empty for a new space: the town centre, approximate."),
    "opening_hours": gettext_lazy("For example Mo-Fr 08:00-16:00; PH off"),
    "amenities": gettext_lazy("Names with commas between."),
}


def label(column: str) -> str:
    model, field = (Organisation, OF_ORGANISATION[column]) if column == "organisation_number" else (Space, column)
    return str(capfirst(model._meta.get_field(field).verbose_name))


def hint(column: str) -> str:
    """What its cells may say, where the name does not tell."""
    choices = [str(text) for _value, text in CHOICES[column][0]] if column in ("status", "precision", "hidden") else []
    return " ".join(filter(None, [choices and f"{' / '.join(choices)}.", str(HINTS.get(column, ""))]))


def column_of(header: str) -> str | None:
    """The column that is called so, in Norwegian, English or code."""
    return _columns_by_name().get(fold(header))


@cache
def _columns_by_name():
    names = {fold(column): column for column in COLUMNS}
    return names | {fold(name): column for column in COLUMNS for name in _in_every_language(label, column)}


def _in_every_language(say, what):
    for code, _name in settings.LANGUAGES:
        with override(code):
            yield say(what)


YES_OR_NO = ((True, gettext_lazy("yes")), (False, gettext_lazy("no")))
CHOICES = {
    "status": (tuple(Space.Status.choices), gettext_lazy("Choose one of the statuses.")),
    "precision": (tuple(Space.Precision.choices), gettext_lazy("Choose whether the pin is exact or approximate.")),
    "county": (tuple(County.choices), gettext_lazy("Choose one of the counties.")),
    "hidden": (YES_OR_NO, gettext_lazy("Write yes or no.")),
}


@cache
def _values_by_name(column):
    choices = CHOICES[column][0]
    names = {fold(str(value)): value for value, _label in choices}
    return names | {fold(name): value for value, text in choices for name in _in_every_language(str, text)}


def _field(model, name, **options):
    """The form's field, and what the model asks besides, which the admin's forms check on the whole row."""
    field = model._meta.get_field(name)
    form_field = field.formfield(**options)
    form_field.validators += [validator for validator in field.validators if validator not in form_field.validators]
    return form_field


def phone_cell(phone) -> str:
    """Without the country code where it is Norway's, so that a spreadsheet leaves the number alone."""
    return phone.as_national if phone and phone.country_code == 47 else str(phone)


class Vocabulary:
    """The amenities by what cells call them: the code, or a name in either language that only one has."""

    def __init__(self):
        amenities = list(Amenity.objects.all())
        self._by_code = {amenity.slug: amenity for amenity in amenities}
        self._by_name = {}
        for amenity in amenities:
            for name in {fold(amenity.name_nb), fold(amenity.name_en)}:
                self._by_name.setdefault(name, []).append(amenity)

    def cell(self, amenities) -> str:
        return ", ".join(map(self._called, sorted(amenities, key=lambda amenity: (amenity.position, amenity.pk))))

    def read(self, text: str) -> frozenset[Amenity]:
        found = {name: self._find(name) for name in map(str.strip, text.replace("\n", ",").split(",")) if name}
        unknown = [name for name, amenity in found.items() if amenity is None]
        if unknown:
            raise ValidationError(_("No amenity is called so: %(names)s."), params={"names": ", ".join(unknown)})
        return frozenset(found.values())

    def _called(self, amenity):
        name = str(amenity)
        return name if name.strip() == name and self._find(name) == amenity and not {*",\n"} & {*name} else amenity.slug

    def _find(self, name):
        named = self._by_name.get(fold(name), [])
        return self._by_code.get(name) or (named[0] if len(named) == 1 else None)


class Cells:
    """Spaces as cells in the reader's language, and cells as values; ValidationError where a cell is wrong."""

    def __init__(self):
        self.vocabulary, self._read = Vocabulary(), {}
        self._labels = {column: dict(choices) for column, (choices, _message) in CHOICES.items()}
        own = [column for column in COLUMNS if column not in (*OF_ORGANISATION, *CHOICES, "amenities")]
        self._fields = {column: _field(Space, column) for column in own}
        self._fields |= {column: SpaceForm.declared_fields[column] for column in ("latitude", "longitude")}
        self._fields["slug"].error_messages["invalid"] = _("Use only the letters a to z, digits and hyphens.")
        self._fields["organisation"] = _field(Organisation, "name")
        self._fields["organisation_number"] = _field(
            Organisation, "organisation_number", form_class=OrganisationNumberField
        )

    def of(self, space: Space) -> dict[str, str]:
        cells = {column: getattr(space, column) for column in COLUMNS if column not in ("amenities", *OF_ORGANISATION)}
        cells |= {column: str(self._labels[column].get(cells[column], cells[column])) for column in CHOICES}
        cells |= {column: repr(cells[column]).replace(".", ",") for column in ("latitude", "longitude")}
        return cells | {
            "organisation": space.organisation.name,
            "organisation_number": space.organisation.organisation_number,
            "phone": phone_cell(space.phone),
            "amenities": self.vocabulary.cell(space.amenities.all()),
        }

    def read(self, column: str, text: str):
        """What the cell says; None where it is empty and the column may not be."""
        key = column, text
        if key not in self._read:
            try:
                self._read[key] = self._value(column, text.strip()), ""
            except ValidationError as error:  # which would keep alive all that is on its way
                self._read[key] = None, " ".join(error.messages)
        value, fault = self._read[key]
        if fault:
            raise ValidationError(fault)
        return value

    def _value(self, column, text):
        if column == "amenities":
            return self.vocabulary.read(text)
        if "\n" in text and column not in SEVERAL_LINES:
            raise ValidationError(_("Write it on one line."))
        if column in CHOICES:
            return _choice(column, text)
        field = self._fields[column]
        if not text:
            return None if field.required or column in ("latitude", "longitude") else field.empty_value
        return field.clean(_as_typed(column, text))


def _choice(column, text):
    if not text:
        return None
    names = _values_by_name(column)
    name = next((name for name in (fold(text), text.zfill(2)) if name in names), None)
    if name is None:
        raise ValidationError(CHOICES[column][1])
    return names[name]


def _as_typed(column, text):
    """A spreadsheet takes 0150 for a number, and drops the nought."""
    return text.zfill(4) if column == "postal_code" and text.isdecimal() and len(text) == 3 else text
