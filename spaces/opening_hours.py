"""Opening hours in Norway, written as https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification.

"PH" is Norway's public holidays; 24 December isn't one of them and has to be written out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby, pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

import opening_hours
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from opening_hours import OpeningHours

OSLO = ZoneInfo("Europe/Oslo")
MAX_LENGTH = 500
MINUTE = timedelta(minutes=1)
ALL_DAY = "00:00-24:00"
HOLIDAYS_OFF = "; PH off; Dec 24 off"
OSM_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
SCHEMA_ORG_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAYS = "(?:{0})(?:-(?:{0}))?".format("|".join(OSM_DAYS))
RULE = re.compile(rf"(?:(?P<days>{DAYS}(?:,{DAYS})*)(?: |$))?(?P<hours>[\d:,-]+|closed)?")
TIME = re.compile(r"(\d\d):(\d\d)")


@dataclass(frozen=True)
class Week:
    """The hours of an ordinary week; ValueError when they can't be one.

    `days` has seven entries from Monday; each is a tuple of (opens, closes) in minutes after midnight,
    0 to 1440, in order and apart. Closed on holidays means the public ones and 24 December.
    """

    days: tuple[tuple[tuple[int, int], ...], ...]
    closed_on_holidays: bool = False

    def __post_init__(self):
        if len(self.days) != 7 or not all(map(_in_order, self.days)):
            raise ValueError(self.days)


class Row(NamedTuple):
    """Days in a row (0 is Monday) with the same spans, such as "08:00–16:00"; none when closed."""

    first_day: int
    last_day: int
    spans: list[str]


@dataclass(frozen=True)
class State:
    """Open or not, and when that changes; `until` is None when it doesn't within a year."""

    is_open: bool
    until: datetime | None


def validate_opening_hours(value: str) -> None:
    if len(value) > MAX_LENGTH:
        message = _("Opening hours can have at most %(max)d characters.")
        raise ValidationError(message, code="max_length", params={"max": MAX_LENGTH})
    if not value.strip() or not opening_hours.validate(value):
        message = _("“%(value)s” is not OpenStreetMap opening hours, such as “Mo-Fr 08:00-16:00; PH off”.")
        raise ValidationError(message, code="invalid", params={"value": value})
    # The library has no coordinates: it takes the sun to rise at 07:00 everywhere and always.
    if re.search("sunrise|sunset|dawn|dusk", value):
        message = _("Opening hours cannot follow the sun; write the times.")
        raise ValidationError(message, code="sun")
    # The library counts commented times as open: "by appointment" would mean open round the clock.
    if '"' in value:
        message = _("Leave out comments in quotation marks; write them in the text about the space.")
        raise ValidationError(message, code="comment")


def to_osm(week: Week) -> str:
    """Blank for a week that is never open."""
    rules = [
        f"{'-'.join(OSM_DAYS[day] for day in sorted({first, last}))} {','.join(_span(*span, '-') for span in spans)}"
        for first, last, spans in _runs(week.days)
        if spans
    ]
    if rules and week.closed_on_holidays:
        return "; ".join(rules) + HOLIDAYS_OFF
    return "24/7" if rules == [f"Mo-Su {ALL_DAY}"] else "; ".join(rules)


@lru_cache(1000)
def from_osm(text: str) -> Week | None:
    """None when the text isn't understood, is never open or says more than a Week can."""
    if not text.strip() or not opening_hours.validate(text):
        return None
    rules = str(OpeningHours(text)).replace("24/7", "Mo-Su").split("; ")
    closed_on_holidays = set(rules[-2:]) == {"PH closed", "Dec 24 closed"}
    days = _days_of_rules(rules[:-2] if closed_on_holidays else rules)
    return Week(days, closed_on_holidays) if any(days) and all(map(_in_order, days)) else None


def is_open(text: str, at: datetime) -> bool:
    """ParserError when the text is blank or not understood."""
    return OpeningHours(text, country="NO").is_open(_wall_clock(at))


def state(text: str, at: datetime) -> State:
    """ParserError when the text is blank or not understood."""
    hours, now = OpeningHours(text, country="NO"), _wall_clock(at)
    is_open = hours.is_open(now)
    for start, end, kind, _comment in hours.intervals(now, now + timedelta(days=366)):
        if (kind == opening_hours.State.OPEN) != is_open and _in_oslo(start) < _in_oslo(end):
            return State(is_open, _in_oslo(start))
    return State(is_open, None)


def weekly(text: str, on: date) -> list[Row]:
    """An ordinary week or, when the text says more, the week with that date; no rows for blank text."""
    if not text:
        return []
    week = from_osm(text)
    days = week.days if week else _evaluated(text, on)
    return [Row(first, last, [_span(*span) for span in spans]) for first, last, spans in _runs(days)]


def schema_org(text: str, on: date) -> list[dict]:
    """https://schema.org/OpeningHoursSpecification of a week; 24:00 is 23:59 there, 02:00 the next morning."""
    week = from_osm(text) if text else None
    days = week.days if week else _evaluated(text, on) if text else [()] * 7
    return [
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": list(SCHEMA_ORG_DAYS[first : last + 1]),
            "opens": clock(opens),
            "closes": clock(1439 if closes == 1440 else closes),
        }
        for first, last, spans in _runs(days)
        for opens, closes in spans
    ]


def clock(minutes: int) -> str:
    """24:00 at the end of the day; past it, the time of the next day."""
    hour, minute = divmod(minutes if minutes <= 1440 else minutes - 1440, 60)
    return f"{hour:02}:{minute:02}"


def _span(opens: int, closes: int, dash: str = "–") -> str:
    return f"{clock(opens)}{dash}{clock(closes)}"


def _in_order(spans: Sequence[tuple[int, int]]) -> bool:
    minutes = [minute for span in spans for minute in span]
    return all(0 <= earlier < later <= 1440 for earlier, later in pairwise(minutes))


def _runs(days: Sequence) -> Iterator[tuple[int, int, Sequence]]:
    for spans, (first, *others) in groupby(range(7), key=lambda day: days[day]):
        yield first, first + len(others), spans


def _days_of_rules(rules: list[str]) -> tuple:
    """Seven days from rules as OpeningHours prints them, () when one says more; later rules win."""
    days = [()] * 7
    for rule in rules:
        match = RULE.fullmatch(rule)
        if not match:
            return ()
        times = [int(hour) * 60 + int(minute) for hour, minute in TIME.findall(match["hours"] or ALL_DAY)]
        spans = tuple(sorted(zip(times[::2], times[1::2], strict=True)))
        for day_range in (match["days"] or "Mo-Su").split(","):
            first, last = OSM_DAYS.index(day_range[:2]), OSM_DAYS.index(day_range[-2:])
            for day in range((last - first) % 7 + 1):
                days[(first + day) % 7] = spans
    return tuple(days)


def _wall_clock(at: datetime) -> datetime:
    """Naive, as the library misreads the hour that summer time repeats; held at 02:59:59 in that hour."""
    local = at.astimezone(UTC).astimezone(OSLO)
    held = local.replace(minute=59, second=59) if local.fold else local
    return held.replace(tzinfo=None, fold=0)


def _in_oslo(wall_clock: datetime) -> datetime:
    """The first moment with that time; for the hour that summer time skips, 03:00."""
    wanted = wall_clock.replace(tzinfo=OSLO)
    found = wanted.astimezone(UTC).astimezone(OSLO)
    return found if found == wanted else found.replace(minute=0)


def _evaluated(text: str, on: date) -> list[list[tuple[int, int]]]:
    sunday = datetime.combine(on - timedelta(days=on.weekday() + 1), time())
    days = [[] for _day in range(9)]
    for opens, closes in _open_minutes(text, sunday):
        day, minute = divmod(opens, 1440)
        days[day].append((minute, minute + closes - opens))
    return days[1:8]


def _open_minutes(text: str, sunday: datetime) -> Iterator[tuple[int, int]]:
    """Open times of nine days, in minutes from the first; those of a day or longer cut at midnight."""
    hours, last = OpeningHours(text, country="NO"), sunday + timedelta(days=9)
    for start, end, kind, _comment in hours.intervals(sunday, last):
        opens, closes = (start - sunday) // MINUTE, (end - sunday) // MINUTE
        while kind == opening_hours.State.OPEN and opens < closes:
            cut = closes if closes - opens < 1440 else (opens // 1440 + 1) * 1440
            yield opens, cut
            opens = cut
