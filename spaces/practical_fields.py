"""Form fields for what people write in several ways: numbers, the seats of several rooms, several languages."""

import re

from django import forms
from django.core.exceptions import ValidationError

from .practical import INVALID_SEATS, SEATS, Language

# "kr 3.500,-", "10 000 kr", "3500,00"
AROUND_NUMBER = re.compile(r"kr\.?|nok|,[-–—]", re.IGNORECASE)
WHOLE_NUMBER = re.compile(r"(-?\d+|[1-9]\d{0,2}(?:[.,\s]\d{3})+)(?:[.,]00?)?")
BETWEEN_ROOMS = re.compile(r"\s*(?:[+,;/&]|\bog\b|\band\b|\s)\s*")


class WholeNumberField(forms.IntegerField):
    """Takes a point or comma before three digits for a thousands mark, where Django would cut 1.000 down to 1."""

    def to_python(self, value):
        if isinstance(value, str) and value.strip():
            number = WHOLE_NUMBER.fullmatch(AROUND_NUMBER.sub("", value).strip())
            if not number:
                raise ValidationError(self.error_messages["invalid"], code="invalid")
            value = re.sub(r"[.,\s]", "", number[1])
        return super().to_python(value)


class SeatsField(forms.CharField):
    """Cleans "6 og 10", "6,10" or "6+10" to "6 + 10"."""

    def to_python(self, value):
        text = super().to_python(value)
        seats = BETWEEN_ROOMS.split(text) if text else []
        if not all(re.fullmatch("[1-9][0-9]{0,2}", each) for each in seats):
            raise ValidationError(INVALID_SEATS, code="invalid")
        return SEATS.join(seats)


class LanguagesField(forms.MultipleChoiceField):
    """Cleans to the codes of the chosen languages, in the list's order."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **options):
        super().__init__(choices=Language.choices, **options)

    def prepare_value(self, value):
        return value.split() if isinstance(value, str) else value

    def clean(self, value):
        chosen = super().clean(value)
        return " ".join(code for code in Language.values if code in chosen)

    def has_changed(self, initial, data):
        return super().has_changed(self.prepare_value(initial), data)
