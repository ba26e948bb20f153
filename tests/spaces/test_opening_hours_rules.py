"""What is refused as opening hours, with a reason: what a page could not tell as it is."""

import pytest
from django.core.exceptions import ValidationError

from spaces.opening_hours import validate_opening_hours


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("man-fre 8-16", "invalid"),
        ("  ", "invalid"),
        ("Mo 08:00-16:00; " * 40, "max_length"),
        ('Mo-Fr "by appointment"', "comment"),
        ("sunrise-sunset", "sun"),
        ("Mo-Fr dawn-dusk", "sun"),
        ("Mo-Fr 08:00+", "open_end"),
        ("Mo-Fr 08:00-16:00+", "open_end"),
        ("Mo-Fr 08:00-12:00,13:00+", "open_end"),
        ("Mo-Fr 08:00-16:00 unknown", "unknown"),
        ("Mo-Fr 08:00-16:00 || Sa 10:00-12:00", "unknown"),
        ("Mo-Fr 08:00-16:00; SH off", "unknown"),
        ("Mo-Fr 08:00-16:00/01:00", "unknown"),
        ("week 1-53/3 Mo 08:00-16:00", "unknown"),
        ("Mo-Fr 08:00-16:00; PH -1 day off", "unknown"),
        ("2026,2027 Jul off", "unknown"),
        ("PH off; Mo-Fr 08:00-16:00", "order"),
        ("Su,PH off; Mo-Fr 08:00-16:00", "order"),
        ("Mo-Fr 08:00-16:00; Jul off, Mo 18:00-20:00", "order"),
        ("Dec 24 off; Dec Mo-Fr 10:00-14:00", "order"),
    ],
)
def test_validate_opening_hours_refuses(text, code):
    with pytest.raises(ValidationError) as refused:
        validate_opening_hours(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        "Mo-Fr 08:00-16:00; PH off",
        "24/7",
        "Jun-Aug Mo-Th 09:00-15:00",
        "off",
        "Mo-Fr 08:00-16:00; PH off; Dec 24 off; Jul off",
    ],
)
def test_validate_opening_hours_accepts(text):
    validate_opening_hours(text)
