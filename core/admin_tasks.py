"""What the admin's start page tells: what needs a coordinator today, and what can wait."""

from datetime import datetime
from itertools import chain
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MAX_ITEMS = 5  # of each kind
MAX_COUNT = 50  # more are not counted, so that no table is read to its end


class Item(NamedTuple):
    """One thing to do; `is_awaited` if a person waits for it. Without `since`, nobody knows for how long."""

    since: datetime | None
    title: str
    text: str
    url: str
    action: str
    is_awaited: bool = False

    @property
    def age(self) -> tuple[str, str] | None:
        """Return a number and its unit, the number a blank for less than an hour; none for an unknown age."""
        if not self.since:
            return None
        hours = int((timezone.now() - self.since).total_seconds() // 3600)
        if days := hours // 24:
            return str(days), ngettext("day", "days", days)
        return (str(hours), ngettext("hour", "hours", hours)) if hours else ("", _("less than an hour"))


class Listed(NamedTuple):
    """A list of the admin, and in words how many rows it has."""

    url: str
    text: str


class Tasks(NamedTuple):
    """What one app has for a coordinator: the first items, the lists with the rest of them, and what can wait."""

    items: list[Item] = []
    more: list[Listed] = []
    later: list[Listed] = []


def first_rows(queryset) -> tuple[list, int]:
    """Return the rows to show as items, and how many there are besides, by one bounded query."""
    rows = list(queryset[: MAX_ITEMS + MAX_COUNT + 1])
    return rows[:MAX_ITEMS], len(rows[MAX_ITEMS:])


def bounded_count(queryset) -> int:
    """Return how many rows there are, but at most MAX_COUNT + 1."""
    return queryset.order_by()[: MAX_COUNT + 1].count()


def in_figures(count: int) -> str:
    return f"{MAX_COUNT}+" if count > MAX_COUNT else str(count)


def listed(url: str, count: int, text) -> list[Listed]:
    """Return the list unless it is empty; `text` is a lazy ngettext text with %(number)s, by `count`."""
    return [Listed(url, text % {"number": in_figures(count), "count": count})] if count else []


def gather(sources, user) -> Tasks:
    """Return the tasks of all apps: first what a person waits for, then the oldest."""
    found = [tasks(user) for tasks in sources]
    items, more, later = ([*chain.from_iterable(lists)] for lists in zip(*found, strict=True))
    return Tasks(sorted(items, key=_urgency), more, later)


def _urgency(item):
    return not item.is_awaited, item.since or timezone.now()
