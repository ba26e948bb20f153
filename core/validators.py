from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

FIRST_YEAR = 1900


def validate_not_in_future(day: date):
    """Raise ValidationError for a day to come, and for a slip such as the year 26."""
    if day > timezone.localdate():
        raise ValidationError(_("This day is still to come."))
    if day.year < FIRST_YEAR:
        raise ValidationError(_("This day is too long ago. Is the year right?"))
