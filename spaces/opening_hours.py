"""Opening hours in Norway, written as https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification.

"PH" is Norway's public holidays; 24 December isn't one of them and has to be written out.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from heapq import merge
from itertools import groupby, pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

import opening_hours
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from opening_hours import OpeningHours

from .opening_hours_rules import (
    ALL_DAY,
    OSM_DAYS,
    Rule,
    UnknownRule,
    known_rules,
    overridden,
    parse,
    split_at_midnight,
    texts_by_night,
    to_text,
    without_holidays,
)
from .opening_hours_words import day_range, notes, span, week_of

OSLO = ZoneInfo("Europe/Oslo")
MAX_LENGTH = 500
MINUTE, DAY, YEAR = timedelta(minutes=1), timedelta(days=1), timedelta(days=366)
ANY_MONDAY = date(2001, 1, 1)
ROUND_THE_CLOCK = "Mo-Su 00:00-24:00"
HOLIDAYS_OFF = "; PH off; Dec 24 off"
OPEN_END = re.compile(r":\d\d\+")

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Week:
    """The hours of an ordinary week. Raise ValueError if they overlap or are out of order.

    `days` has seven entries from Monday; each is a tuple of (opens, closes) in minutes after midnight,
    0 to 1440, in order and apart. Closed on holidays means the public ones and 24 December.
    """

    days: tuple[Spans, ...]
    closed_on_holidays: bool = False

    def __post_init__(self):
        if len(self.days) != 7 or not all(map(_in_order, self.days)):
            raise ValueError(self.days)


class Row(NamedTuple):
    """Days in a row (0 is Monday) with the same spans, such as "08:00–16:00"; none when closed."""

    first_day: int
    last_day: int
    spans: list[str]


class Timetable(NamedTuple):
    """`week` names the one that the rows are of, blank if they are of every week; `notes` tell what differs."""

    rows: list[Row]
    week: str
    notes: list[str]


@dataclass(frozen=True)
class State:
    """`until` is when it changes, None if it does not within a year."""

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
        raise ValidationError(_("Opening hours cannot follow the sun; write the times."), code="sun")
    # The library counts commented times as open: "by appointment" would mean open round the clock.
    if '"' in value:
        message = _("Leave out comments in quotation marks; write them in the text about the space.")
        raise ValidationError(message, code="comment")
    if OPEN_END.search(value):
        raise ValidationError(_("Opening hours need an end: write “08:00-16:00”, not “08:00+”."), code="open_end")
    _validate_rules(value)


def _validate_rules(value: str) -> None:
    try:
        pair = overridden(parse(value))
    except UnknownRule as unknown:
        message = _(
            "We cannot put “%(rule)s” in words for visitors. Use weekdays, months, dates, weeks, PH for public "
            "holidays, times and off."
        )
        raise ValidationError(message, code="unknown", params={"rule": str(unknown)}) from unknown
    if pair:
        message = _("“%(later)s” undoes “%(rule)s”. Write first what holds all year, then months and weeks, then days.")
        raise ValidationError(message, code="order", params={"rule": pair[0], "later": pair[1]})


def to_osm(week: Week) -> str:
    text = to_text(
        Rule(False, "", "", "-".join(OSM_DAYS[day] for day in sorted({first, last})), spans, False)
        for first, last, spans in runs(week.days)
        if spans
    )
    if text and week.closed_on_holidays:
        return text + HOLIDAYS_OFF
    return "24/7" if text == ROUND_THE_CLOCK else text


def from_osm(text: str) -> Week | None:
    """Return None if the text is invalid, never open, or says more than a Week can."""
    rules, closed_on_holidays = without_holidays(known_rules(text))
    if not all(map(_is_of_a_week, rules)):
        return None
    days = [()] * 7
    for rule in rules:
        for some in (rule.days or "Mo-Su").split(","):
            first, last = OSM_DAYS.index(some[:2]), OSM_DAYS.index(some[-2:])
            for day in range((last - first) % 7 + 1):
                days[(first + day) % 7] = () if rule.is_closed else rule.spans or ALL_DAY
    return Week(tuple(days), closed_on_holidays) if any(days) and all(map(_in_order, days)) else None


def state(text: str, at: datetime) -> State | None:
    """Return None if the text tells nothing."""
    return _state(text, at.replace(second=0, microsecond=0))  # it changes on full minutes only


@lru_cache(maxsize=1000)
def _state(text, at):
    if not any(texts_by_night(text)):
        return None
    now = _wall_clock(at)
    opens, closes = next(_openings(text, now, now + YEAR), (None, None))
    if opens and opens <= _in_oslo(now):
        return State(True, closes if closes < _in_oslo(now + YEAR) else None)
    return State(False, opens)


def opens_on(text: str, day: date) -> bool:
    """Return whether it opens that day; a night belongs to the day on which it began."""
    return any(days_from(text, day, 1))


def timetable(text: str, on: date) -> Timetable | None:
    """Return an ordinary week or, if there is none, the week with that date. None if the text tells nothing."""
    rules, closed_on_holidays = without_holidays(known_rules(text))
    if not rules:
        return None
    days, monday = week_on(text, on)
    lines = notes(rules, _rows(_ordinary_days(rules)))
    if closed_on_holidays:
        lines.append(_("Closed on public holidays and Christmas Eve"))
    return Timetable(_rows(days), week_of(monday) if monday else "", lines)


def in_words(text: str) -> str:
    """Return the timetable in one line, as the history tells it, or the text as it is."""
    table = timetable(text, timezone.localdate())
    if not table:
        return text
    days = [f"{day_range(row.first_day, row.last_day)} {', '.join(row.spans) or _('closed')}" for row in table.rows]
    return "; ".join([*filter(None, [table.week]), *days, *table.notes])


def spans_on(text: str, on: date) -> list[str]:
    """Return what is open on the day, such as "08:00–16:00"; holidays and the night after it are counted."""
    return [span(*each) for each in days_from(text, on, 1)[0]]


def _in_order(spans: Spans) -> bool:
    minutes = [minute for span in spans for minute in span]
    return all(0 <= earlier < later <= 1440 for earlier, later in pairwise(minutes))


def _is_of_a_week(rule: Rule) -> bool:
    return rule.is_of_every_week and not (rule.is_added or rule.is_of_holidays or (rule.is_closed and rule.spans))


def runs(days: Sequence[Spans]) -> Iterator[tuple[int, int, Spans]]:
    for spans, (first, *others) in groupby(range(len(days)), key=lambda day: days[day]):
        yield first, first + len(others), spans


def _rows(days: Sequence[Spans]) -> list[Row]:
    return [Row(first, last, [span(*each) for each in spans]) for first, last, spans in runs(days)]


def week_on(text: str, on: date) -> tuple[Sequence[Spans], date | None]:
    """Return an ordinary week, or the one with that date and its Monday; no days if the text tells nothing."""
    rules, _closed_on_holidays = without_holidays(known_rules(text))
    if not rules:
        return (), None
    if all(rule.is_of_every_week for rule in rules):
        return _ordinary_days(rules), None
    monday = on - on.weekday() * DAY
    return days_from(text, monday, 7), monday


def days_from(text: str, first: date, count: int) -> list[Spans]:
    return _days(texts_by_night(text), first, count)


def _ordinary_days(rules: Sequence[Rule]) -> list[Spans]:
    every_week = split_at_midnight(rule for rule in rules if rule.is_of_every_week)
    return _days(every_week, ANY_MONDAY, 7, country=None)  # in a land without holidays


def _days(texts: Sequence[str], first: date, count: int, country: str | None = "NO") -> list[Spans]:
    """Return what is open on the days, each with the night that began on it."""
    days = zip(*(_parts_of_days(text, first, count, country) for text in texts), strict=True)
    return [
        tuple(_joined(evening, [(opens + 1440, closes + 1440) for opens, closes in night])) for evening, night in days
    ]


def _parts_of_days(text: str, first: date, count: int, country: str | None) -> list[list[tuple[int, int]]]:
    days, midnight = [[] for _day in range(count)], datetime.combine(first, time())
    for start, end in _intervals(text, midnight, midnight + count * DAY, country=country):
        opens, closes = (start - midnight) // MINUTE, (end - midnight) // MINUTE
        for day in range(opens // 1440, -(-closes // 1440)):
            days[day].append((max(opens - day * 1440, 0), min(closes - day * 1440, 1440)))
    return days


def _joined(spans: Iterable[tuple], others: Iterable[tuple]) -> Iterator[tuple]:
    """Yield the spans of both, in order, as one where they meet."""
    opens = closes = None
    for start, end in merge(spans, others):
        if closes is None or start > closes:
            if closes is not None:
                yield opens, closes
            opens, closes = start, end
        closes = max(closes, end)
    if closes is not None:
        yield opens, closes


def _openings(text: str, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield from when until when it is open, in Oslo."""
    evenings, nights = texts_by_night(text)
    before = _intervals(evenings, start, end)
    after = ((opens + DAY, closes + DAY) for opens, closes in _intervals(nights, start - DAY, end - DAY))
    oslo = (((_in_oslo(opens), _in_oslo(closes)) for opens, closes in each) for each in (before, after))
    return _joined(*(((opens, closes) for opens, closes in each if opens < closes) for each in oslo))


def _intervals(text: str, start: datetime, end: datetime, *, country: str | None = "NO") -> Iterator[tuple]:
    if text:
        for opens, closes, kind, _comment in OpeningHours(text, country=country).intervals(start, end):
            if kind == opening_hours.State.OPEN:
                yield opens, closes


def _wall_clock(at: datetime) -> datetime:
    local = at.astimezone(UTC).astimezone(OSLO)
    # The library misreads the hour that summer time repeats: stay at 02:59:59 meanwhile.
    clamped = local.replace(minute=59, second=59) if local.fold else local
    return clamped.replace(tzinfo=None, fold=0)


def _in_oslo(wall_clock: datetime) -> datetime:
    local = wall_clock.replace(tzinfo=OSLO)
    existing = local.astimezone(UTC).astimezone(OSLO)
    # In the hour that summer time skips, return its end, 03:00.
    return existing if existing == local else existing.replace(minute=0)
