from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from .positions import parse_degrees
from .validators import clean_organisation_number, validate_organisation_number


class OrganisationNumberField(forms.CharField):
    """An organisation number, written as people do; invalid ones get one message."""

    def __init__(self, *, max_length=None, **options):
        super().__init__(**options)  # what is typed may be longer than the column

    def to_python(self, value):
        number = clean_organisation_number(super().to_python(value))
        if number:
            validate_organisation_number(number)
        return number


class CoordinateField(forms.FloatField):
    """Degrees between two limits, typed with a comma or a point, or with minutes and seconds."""

    widget = forms.TextInput

    def __init__(self, *, min_value, max_value, **options):
        message = format_lazy(
            _("Between {lowest} and {highest} degrees in Norway."), lowest=min_value, highest=max_value
        )
        super().__init__(
            required=False,
            validators=[MinValueValidator(min_value, message), MaxValueValidator(max_value, message)],
            **options,
        )

    def to_python(self, value):
        if isinstance(value, str):
            degrees = parse_degrees(value)
            value = value.strip().rstrip("°").replace(",", ".") if degrees is None else degrees
        return super().to_python(value)
