import re

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from stdnum.exceptions import ValidationError as InvalidNumber
from stdnum.no import orgnr

validate_postal_code = RegexValidator(r"^[0-9]{4}\Z", _("A postal code has four digits."))

# What letterheads and invoices write around the nine digits.
AROUND_NUMBER = re.compile(r"(?:org(?:anisasjons)?\.?\s*(?:nr|nummer)\.?:?\s*)?(?:NO)?(.*?)(?:MVA)?", re.IGNORECASE)


def clean_organisation_number(text: str) -> str:
    """Return the number without what is written around and between its digits."""
    return re.sub(r"[\s.\-–]", "", AROUND_NUMBER.fullmatch(" ".join(text.split()))[1]) or text


def validate_organisation_number(value: str):
    try:
        valid = orgnr.validate(value) == value and value[0] in "89"  # stdnum allows spaces and any first digit
    except InvalidNumber:
        valid = False
    if not valid:
        raise ValidationError(
            _("There is no such organisation number. It has nine digits; check each, or look it up at brreg.no.")
        )
