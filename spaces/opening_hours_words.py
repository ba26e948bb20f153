"""Opening hours in the reader's language: what holds besides the week that a page shows."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby

from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from .opening_hours_rules import OSM_DAYS, OSM_MONTHS, Rule

MONTH_DAY = re.compile(r"(?:(\d{4}) )?(\w{3}) (\d+)")
MONTH_RANGE = re.compile(r"(\d{4})?([A-Z]..)(?:-(...))?")
DATE = re.compile(rf"{MONTH_DAY.pattern}|(?:\d{{4}} )?easter(?: [+-]\d+ days?)?")


def clock(minutes: int) -> str:
    # 24:00 ends the day; what is later is the next day's.
    hour, minute = divmod(minutes if minutes <= 1440 else minutes - 1440, 60)
    return f"{hour:02}:{minute:02}"


def span(opens: int, closes: int) -> str:
    return _("round the clock") if closes - opens == 1440 else f"{clock(opens)}–{clock(closes)}"


def day_range(first: int, last: int) -> str:
    return str(WEEKDAYS[first]) if first == last else f"{WEEKDAYS[first]}–{WEEKDAYS[last]}"


def week_of(monday: date) -> str:
    days = _same_month_or_both(monday, monday + timedelta(days=6))
    return _("This week (week %(number)d, %(days)s)") % {"number": monday.isocalendar().week, "days": days}


def notes(rules: Iterable[Rule], usual: Iterable) -> list[str]:
    """Return a line for each time of the year that the rules name; `usual` are the rows of an ordinary week."""
    varying = [rule for rule in rules if rule.is_of_holidays or not rule.is_of_every_week]
    groups = groupby(varying, key=lambda rule: _period(rule) or _weekdays(rule.days))
    lines = [_line(label, map(_hours, group)) for label, group in groups]
    if all(rule.is_of_every_week for rule in varying):
        return lines
    rows = [f"{day_range(first, last)} {_all(spans)}" for first, last, spans in usual if spans]
    return [_line(_("usually"), rows), *lines] if rows else lines


def _line(label, hours):
    return f"{capfirst(label)}: {', '.join(hours)}"


def _hours(rule):
    times = _all(span(*each) for each in rule.spans)
    if rule.is_closed:
        hours = _("closed %(times)s") % {"times": times} if times else _("closed")
    else:
        hours = times or _("round the clock")
    if rule.days and _period(rule):
        hours = f"{_weekdays(rule.days)} {hours}"
    return _("also %(hours)s") % {"hours": hours} if rule.is_added else hours


def _all(texts):
    return get_text_list(list(texts), _("and"))


def _period(rule):
    return ", ".join([*map(_dates, filter(None, rule.dates.split(","))), *([_weeks(rule.weeks)] if rule.weeks else [])])


def _dates(text):
    if text.isdecimal():
        return _("in %(period)s") % {"period": text}
    if match := MONTH_RANGE.fullmatch(text):
        year, *months = match.groups()
        names = [" ".join(filter(None, [_month(month), year])) for month in months if month]
        if len(names) == 1:
            return _("in %(period)s") % {"period": names[0]}
        return _("from %(first)s to %(last)s") % {"first": names[0], "last": names[1]}
    first, *last = (match[0] for match in DATE.finditer(text))
    return _date_range(first, last[0]) if last else _date(first)


def _date_range(first, last):
    days = [MONTH_DAY.fullmatch(each) for each in (first, last)]
    if all(days) and days[0].group(1, 2) == days[1].group(1, 2):
        return _with_year(_days_of_month(days[0][3], days[1][3], _month(days[0][2])), days[0][1])
    return f"{_date(first)}–{_date(last)}"


def _date(text):
    if match := MONTH_DAY.fullmatch(text):
        return _with_year(_day_of_month(match[3], _month(match[2])), match[1])
    year, offset = re.fullmatch(r"(\d{4} )?easter(?: ([+-]\d+) days?)?", text).groups()
    return _with_year(_easter()[int(offset or 0)], (year or "").strip())


def _with_year(text, year):
    return f"{text} {year}" if year else text


def _same_month_or_both(first, last):
    if first.month == last.month:
        return _days_of_month(first.day, last.day, MONTHS[first.month])
    return "–".join(_day_of_month(each.day, MONTHS[each.month]) for each in (first, last))


def _day_of_month(day, month):
    return _("%(day)s %(month)s") % {"day": day, "month": month}


def _days_of_month(first, last, month):
    return _("%(first)s–%(last)s %(month)s") % {"first": first, "last": last, "month": month}


def _month(name):
    return str(MONTHS[OSM_MONTHS.index(name) + 1])


def _weeks(text):
    weeks, _slash, step = text.partition("/")
    numbers = re.sub(r"\d\d", lambda match: str(int(match[0])), weeks).replace("-", "–").replace(",", ", ")
    count = 1 if numbers.isdecimal() else 2
    named = ngettext("in week %(weeks)s", "in weeks %(weeks)s", count) % {"weeks": numbers}
    if not step:
        return named
    first, last = map(int, weeks.split("-"))
    which = _("in odd-numbered weeks") if first % 2 else _("in even-numbered weeks")
    is_whole_year = first <= 2 and last >= 52 + first % 2
    return which if is_whole_year else f"{which} ({named})"


def _weekdays(text):
    items = re.findall(r"PH|\w\w(?:-\w\w)?(?:\[.*?\])?", text)
    return _all(map(_weekday, items))


def _weekday(item):
    if item == "PH":
        return _("public holidays")
    first, last = OSM_DAYS.index(item[:2]), OSM_DAYS.index(item[3:5] if item[2:3] == "-" else item[:2])
    if "[" not in item:
        return day_range(first, last)
    which = _all(_ordinals()[int(number)] for number in item[3:-1].split(","))
    return _("the %(which)s %(weekday)s of the month") % {"which": which, "weekday": WEEKDAYS[first]}


def _ordinals():
    return {
        1: pgettext("weekday of the month", "first"),
        2: pgettext("weekday of the month", "second"),
        3: pgettext("weekday of the month", "third"),
        4: pgettext("weekday of the month", "fourth"),
        5: pgettext("weekday of the month", "fifth"),
        -1: pgettext("weekday of the month", "last"),
    }


def _easter():
    return {
        -7: _("Palm Sunday"),
        -6: _("Monday before Easter"),
        -5: _("Tuesday before Easter"),
        -4: _("Wednesday before Easter"),
        -3: _("Maundy Thursday"),
        -2: _("Good Friday"),
        -1: _("Easter Eve"),
        0: _("Easter Sunday"),
        1: _("Easter Monday"),
        39: _("Ascension Day"),
        49: _("Whit Sunday"),
        50: _("Whit Monday"),
    }
