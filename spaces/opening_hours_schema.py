"""Opening hours in schema.org's words (https://schema.org/OpeningHoursSpecification), for search engines."""

from datetime import date

from .opening_hours import DAY, days_from, runs, week_on
from .opening_hours_words import clock

SPECIAL_DAYS = 60  # whose exceptions to the week search engines are told ahead
SCHEMA_ORG_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def schema_org(text: str, on: date) -> list[dict]:
    """Return https://schema.org/OpeningHoursSpecification of the week of timetable()."""
    days, monday = week_on(text, on)
    valid = _valid(monday, monday + 6 * DAY) if monday else {}
    return [
        _specification(*span) | {"dayOfWeek": list(SCHEMA_ORG_DAYS[first : last + 1])} | valid
        for first, last, spans in runs(days)
        for span in spans
    ]


def schema_org_exceptions(text: str, on: date) -> list[dict]:
    """Return the days of the next SPECIAL_DAYS that differ from the ordinary week, such as holidays."""
    ordinary, monday = week_on(text, on)
    if monday or not ordinary:
        return []
    days = [on + number * DAY for number in range(SPECIAL_DAYS)]
    return [
        _specification(*span) | _valid(day, day)
        for day, spans in zip(days, days_from(text, on, SPECIAL_DAYS), strict=True)
        if spans != ordinary[day.weekday()]
        for span in spans or [(0, 0)]  # which is how schema.org says closed
    ]


def _specification(opens: int, closes: int) -> dict:
    return {
        "@type": "OpeningHoursSpecification",
        "opens": clock(opens),
        "closes": clock(1439 if closes == 1440 else closes),  # it has no 24:00
    }


def _valid(first: date, last: date) -> dict:
    return {"validFrom": first.isoformat(), "validThrough": last.isoformat()}
