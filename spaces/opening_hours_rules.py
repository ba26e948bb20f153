"""The rules of an OpenStreetMap text, as the library prints them.

They are parsed for two things that the library does not do: it counts the hours after midnight to the next day, so that
a holiday's night is open and the one before a holiday closed; and it puts nothing in words.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

import opening_hours
from opening_hours import OpeningHours

ALL_DAY = ((0, 1440),)
OSM_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
OSM_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
CACHED_TEXTS = 10_000  # as many as a search for what is open now evaluates

_DAY, _MONTH = (f"(?:{'|'.join(names)})" for names in (OSM_DAYS, OSM_MONTHS))
_EASTER = r"easter(?: (?:-[2-7] days|[+-]1 day|\+(?:39|49|50) days))?"
_DATE = rf"(?:\d{{4}} )?(?:{_MONTH} \d\d?|{_EASTER})"
_PERIOD = rf"(?:{_DATE}(?:-{_DATE})?|(?:\d{{4}})?{_MONTH}(?:-{_MONTH})?|\d{{4}})"
_WEEKS = r"\d\d-\d\d/2|\d\d(?:-\d\d)?(?:,\d\d(?:-\d\d)?)*"
_NUMBER = "(?:[1-5]|-1)"
_DAYS = rf"(?:PH|{_DAY}(?:-{_DAY}|\[{_NUMBER}(?:,{_NUMBER})*\])?)"
_SPAN = r"\d\d:\d\d-\d\d:\d\d"
_SELECTORS = [
    rf"(?P<dates>{_PERIOD}(?:,{_PERIOD})*)",
    rf"week(?P<weeks>{_WEEKS})",
    rf"(?P<days>{_DAYS}(?:,{_DAYS})*)",
    rf"(?P<spans>{_SPAN}(?:,{_SPAN})*)",
    r"(?P<closed>closed)",
]
RULE = re.compile("".join(rf"(?:{selector}(?: |$))?" for selector in _SELECTORS))
SEPARATOR = re.compile(r"([;,] | \|\| )")
TIME = re.compile(r"(\d\d):(\d\d)")
YEAR = re.compile(r"\d{4}")


class UnknownRule(ValueError):
    """A rule that is valid, but more than a page can tell."""


@dataclass(frozen=True)
class Rule:
    """`spans` are (opens, closes) in minutes after midnight, past 1440 on the next day; without any it is all day.

    A rule that is not `is_added` replaces what the earlier ones say of its days.
    """

    is_added: bool
    dates: str
    weeks: str
    days: str
    spans: tuple[tuple[int, int], ...]
    is_closed: bool

    @property
    def is_of_every_week(self) -> bool:
        return not (self.dates or self.weeks or "[" in self.days)

    @property
    def is_of_holidays(self) -> bool:
        return "PH" in self.days

    @property
    def precision(self) -> int:
        """Rank how few days it is about: all year, months and weeks, then single days."""
        if self.is_of_holidays or "[" in self.days or re.search(rf"{_MONTH} \d|easter", self.dates):
            return 2
        return 1 if self.dates or self.weeks else 0

    def __str__(self):
        spans = ",".join(f"{_clock(opens)}-{_clock(closes)}" for opens, closes in self.spans)
        selectors = [self.dates, self.weeks and f"week{self.weeks}", self.days, spans]
        return " ".join(filter(None, [*selectors, self.is_closed and "closed"])) or "24/7"


HOLIDAY_RULES = frozenset({Rule(False, "", "", "PH", (), True), Rule(False, "Dec 24", "", "", (), True)})


def parse(text: str) -> tuple[Rule, ...]:
    """Return the rules of a valid text. Raise UnknownRule."""
    first, *others = SEPARATOR.split(str(OpeningHours(text)))
    return (_rule("; ", first), *map(_rule, others[::2], others[1::2]))


def known_rules(text: str) -> tuple[Rule, ...]:
    """Return no rules if the text is blank, invalid or not what a page can tell."""
    try:
        rules = parse(text) if text.strip() and opening_hours.validate(text) else ()
    except UnknownRule:
        return ()
    return () if overridden(rules) else rules


@lru_cache(CACHED_TEXTS)
def texts_by_night(text: str) -> tuple[str, str]:
    return split_at_midnight(known_rules(text))


def split_at_midnight(rules: Iterable[Rule]) -> tuple[str, str]:
    """Return what holds before midnight, and after it: as hours of the day on which the night began.

    The second is blank where no night passes midnight.
    """
    rules = tuple(rules)
    evenings = to_text(
        replace(rule, spans=tuple((opens, min(closes, 1440)) for opens, closes in rule.spans)) for rule in rules
    )
    if not any(closes > 1440 for rule in rules for _opens, closes in rule.spans):
        return evenings, ""
    return evenings, to_text(filter(None, map(_after_midnight, rules)))


def to_text(rules: Iterable[Rule]) -> str:
    return "".join(f"{', ' if rule.is_added else '; '}{rule}" for rule in rules)[2:]


def without_holidays(rules: tuple[Rule, ...]) -> tuple[tuple[Rule, ...], bool]:
    """Return the other rules, and whether the last ones close it on public holidays and 24 December."""
    return (rules[:-2], True) if set(rules[-2:]) == HOLIDAY_RULES else (rules, False)


def overridden(rules: tuple[Rule, ...]) -> tuple[Rule, Rule] | None:
    """Return the first rule that a later and more general one says otherwise of, and that one."""
    for place, rule in enumerate(rules):
        for later in rules[place + 1 :]:
            if later.precision < rule.precision and not (later.is_closed and rule.is_closed):
                return rule, later
    return None


def _rule(separator: str, text: str) -> Rule:
    match = RULE.fullmatch("" if text == "24/7" else text.removeprefix("24/7 "))
    # A year is the first date's alone, or all dates'; the library's text does not say which.
    if separator == " || " or not match or ("," in (match["dates"] or "") and YEAR.search(match["dates"])):
        raise UnknownRule(text)
    times = [int(hour) * 60 + int(minute) for hour, minute in TIME.findall(match["spans"] or "")]
    spans = sorted(
        (opens, closes if closes > opens else closes + 1440)
        for opens, closes in zip(times[::2], times[1::2], strict=True)
    )
    dates, weeks, days = (match[selector] or "" for selector in ("dates", "weeks", "days"))
    return Rule(separator == ", ", dates, weeks, days, tuple(spans), bool(match["closed"]))


def _after_midnight(rule: Rule) -> Rule | None:
    spans = tuple((0, closes - 1440) for _opens, closes in rule.spans if closes > 1440)
    if spans:
        return replace(rule, spans=spans)
    is_of_whole_days = not rule.spans if rule.is_closed else not rule.is_added
    return replace(rule, spans=(), is_closed=True) if is_of_whole_days else None


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
