from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, validate_email
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from stdnum.exceptions import ValidationError as InvalidNumber
from stdnum.no import orgnr


def validate_not_in_future(day: date):
    if day > timezone.localdate():
        raise ValidationError(_("This day is still to come."))


validate_postal_code = RegexValidator(r"^[0-9]{4}\Z", _("A postal code has four digits."))


def validate_organisation_number(value: str):
    """Nine digits beginning with 8 or 9, the last a check digit modulo 11 (Brønnøysundregistrene)."""
    try:
        valid = orgnr.validate(value) == value and value[0] in "89"
    except InvalidNumber:
        valid = False
    if not valid:
        raise ValidationError(
            _("There is no such organisation number. It has nine digits; check each, or look it up at brreg.no.")
        )


def validate_mailbox(address: str):
    """Stricter than Django: a quoted name may hold a comma, at which post_office would split it into several."""
    validate_email(address)
    if '"' in address:
        raise ValidationError(_("Enter an e-mail address without quotation marks."), code="invalid")


def is_mailbox(address: str) -> bool:
    try:
        validate_mailbox(address)
    except ValidationError:
        return False
    return True
