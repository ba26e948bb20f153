"""The kinds of columns of a file of spaces: how their cells are parsed and written."""

import re
from functools import cached_property

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.search_text import fold
from core.versions import version_of
from members.models import Organisation
from norway.counties import counties_named
from norway.places import postal_place

from ..forms import SpaceForm
from ..models import Amenity, Space
from ..opening_hours import ROUND_THE_CLOCK
from ..practical_fields import WholeNumberField

# What a spreadsheet makes of 24/7 where somebody writes it
DATE_OF_24_7 = re.compile(r"24[./-] ?(?:jul[a-z]*|0?7)\.?(?:[./ -]\d{2,4})?|\d{4}-07-24", re.IGNORECASE)


class Column:
    """A field of the row's model, validated as in the admin's form. Draft has a rule of its own if it `is_special`.

    If it `is_number`, a spreadsheet may take it for one: parse() puts back what is taken off.
    """

    model = Space
    is_number = False

    def __init__(self, name: str, *, field: str = "", hint="", is_special=False, model=None, **options):
        self.model = model or self.model
        self.name, self.is_special, self._hint, self._options = name, is_special, hint, options
        self.field = self.model._meta.get_field(field or name)
        self._parsed = {}

    @property
    def label(self) -> str:
        return str(capfirst(self.field.verbose_name))

    @property
    def hint(self) -> str:
        return str(self._hint)

    def value(self, space: Space):
        return getattr(space, self.name)

    def write(self, space: Space) -> str:
        return str(self.value(space))

    def read(self, text: str):
        """Return the value of the cell, None if it is empty and may not be. Raise ValidationError."""
        if text not in self._parsed:
            try:
                self._parsed[text] = self.parse(text.strip()), ""
            except ValidationError as error:  # its traceback would keep the whole row alive
                self._parsed[text] = None, " ".join(error.messages)
        value, fault = self._parsed[text]
        if fault:
            raise ValidationError(fault)
        return value

    def parse(self, text: str):
        if "\n" in text and not isinstance(self.field, models.TextField):
            raise ValidationError(_("Write it on one line."))
        if not text:
            return None if self.form_field.required else self.form_field.empty_value
        return self.form_field.clean(text)

    @cached_property
    def form_field(self):
        field = self.field.formfield(**self._options)
        # In the admin's forms the model's validators run on the whole instance.
        field.validators += [validator for validator in self.field.validators if validator not in field.validators]
        return field


class OrganisationColumn(Column):
    model = Organisation

    @property
    def label(self) -> str:
        named = Space._meta.get_field("organisation") if self.name == "organisation" else self.field
        return str(capfirst(named.verbose_name))

    def value(self, space):
        return getattr(space.organisation, self.field.name)


class ChoiceColumn(Column):
    """A choice by its name in any language or by its code; an empty cell clears a field that may be blank."""

    def __init__(self, name, *, choices=None, message="", names_choices=True, **options):
        super().__init__(name, **options)
        self.choices = dict(choices or self.field.choices)
        self._message, self._names_choices = message, names_choices

    @property
    def hint(self) -> str:
        names = f"{' / '.join(map(str, self.choices.values()))}." if self._names_choices else ""
        return " ".join(filter(None, [names, super().hint]))

    def write(self, space) -> str:
        value = self.value(space)
        return self._labels.get(value, str(value))

    def parse(self, text):
        if "\n" in text:
            raise ValidationError(_("Write it on one line."))
        if not text:
            return "" if self.field.blank else None
        key = next((key for key in (fold(text), text.zfill(2)) if key in self._by_name), None)
        if key is None:
            raise ValidationError(self._message or self.field.error_messages["invalid_choice"], params={"value": text})
        return self._by_name[key]

    @cached_property
    def _labels(self):
        return {value: str(label) for value, label in self.choices.items()}

    @cached_property
    def _by_name(self):
        codes = {fold(str(value)): value for value in self.choices}
        return codes | {fold(n): value for value, name in self.choices.items() for n in in_every_language(str, name)}


class ChoicesColumn(ChoiceColumn):
    """Several choices, stored as codes with spaces between."""

    def write(self, space) -> str:
        return ", ".join(self._labels.get(code, code) for code in self.value(space).split())

    def parse(self, text):
        codes = {super(ChoicesColumn, self).parse(name) for name in map(str.strip, text.split(",")) if name}
        return " ".join(code for code in self.choices if code in codes)


class CountyColumn(ChoiceColumn):
    """A county by any official name, or by that of a former one whose land is in one county now."""

    def parse(self, text):
        counties = counties_named(text)
        if len(counties) > 1:
            names = get_text_list([county.label for county in counties], _("or"))
            raise ValidationError(
                _("%(name)s is no longer a county. Write %(counties)s."), params={"name": text, "counties": names}
            )
        return counties[0].value if counties else super().parse(text)


class CoordinateColumn(Column):
    is_number = True

    def write(self, space) -> str:
        return repr(self.value(space)).replace(".", ",")

    def parse(self, text):
        return super().parse(text) if text else None

    @property
    def form_field(self):
        return SpaceForm.declared_fields[self.name]


class NumberColumn(Column):
    """A whole number that may be left open."""

    is_number = True

    def __init__(self, name, **options):
        super().__init__(name, form_class=WholeNumberField, **options)

    def write(self, space) -> str:
        return "" if self.value(space) is None else super().write(space)

    def parse(self, text):
        return super().parse(text) if text else None


class SeatsColumn(Column):
    def parse(self, text):
        # Of "6,10" a spreadsheet has made the number 6,1.
        return super().parse("?" if re.fullmatch(r"\d+[,.]\d+", text) else text)

    @property
    def form_field(self):
        return SpaceForm.declared_fields[self.name]


class PostalCodeColumn(Column):
    is_number = True

    def parse(self, text):
        code = text.zfill(4) if text.isdecimal() else text
        return super().parse(code if len(text) == 3 or postal_place(code) else text)


class PhoneColumn(Column):
    is_number = True

    def write(self, space) -> str:
        # A spreadsheet would take +47 for a number.
        return space.phone.as_national if space.phone and space.phone.country_code == 47 else str(space.phone)

    def parse(self, text):
        digits = "".join(text.split())
        if digits.isdecimal() and len(digits) == 4:  # Norwegian numbers have five digits from 02000, or eight
            text = f"0{digits}"
        elif digits.isdecimal() and len(digits) >= 10 and digits[0] != "0":
            text = f"+{digits}"
        return super().parse(text)


class OpeningHoursColumn(Column):
    def write(self, space) -> str:
        return super().write(space).replace("24/7", ROUND_THE_CLOCK)

    def parse(self, text):
        return super().parse("24/7" if text == ROUND_THE_CLOCK or DATE_OF_24_7.fullmatch(text) else text)


class AmenitiesColumn(Column):
    """Amenities by slug, or by a name in either language if it is unique."""

    def value(self, space):
        return frozenset(space.amenity_list)

    def write(self, space) -> str:
        return self.written(space.amenity_list)

    def written(self, amenities) -> str:
        amenities = sorted(amenities, key=lambda amenity: (amenity.position, amenity.pk))
        for amenity in amenities:
            if amenity.pk not in self._written:  # each row has objects of its own
                self._written[amenity.pk] = self._name_of(amenity)
        return ", ".join(self._written[amenity.pk] for amenity in amenities)

    def parse(self, text) -> frozenset[Amenity]:
        amenities = {name: self._find(name) for name in map(str.strip, text.replace("\n", ",").split(",")) if name}
        unknown = [name for name, amenity in amenities.items() if amenity is None]
        if unknown:
            raise ValidationError(_("No amenity is called so: %(names)s."), params={"names": ", ".join(unknown)})
        return frozenset(amenities.values())

    @cached_property
    def _written(self) -> dict[int, str]:
        return {}

    def _name_of(self, amenity):
        name = str(amenity)
        return name if name.strip() == name and self._find(name) == amenity and not {*",\n"} & {*name} else amenity.slug

    def _find(self, name):
        by_code, by_name = self._vocabulary
        named = by_name.get(fold(name), [])
        return by_code.get(name) or (named[0] if len(named) == 1 else None)

    @cached_property
    def _vocabulary(self):
        amenities, by_name = list(Amenity.objects.all()), {}
        for amenity in amenities:
            for name in {fold(amenity.name_nb), fold(amenity.name_en)}:
                by_name.setdefault(name, []).append(amenity)
        return {amenity.slug: amenity for amenity in amenities}, by_name


class VersionColumn(Column):
    """Names the state of the space that a row was made from; SpaceImport compares it."""

    def __init__(self, name, **options):
        super().__init__(name, field="id", **options)

    @property
    def label(self):
        return _("Version")

    def value(self, space):
        return version_of(space)

    def parse(self, text):
        return text


class SpaceVersionColumn(VersionColumn):
    def value(self, space):
        return version_of(space, many=[space.amenity_list])


def in_every_language(function, argument):
    for code, _name in settings.LANGUAGES:
        with override(code):
            yield function(argument)
