"""The shared log: what was done, by whom, over everything; each app has a source in the registry of the admin site."""

import re
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime
from heapq import nlargest
from operator import attrgetter, itemgetter
from typing import NamedTuple, Protocol

from django.contrib.auth import get_permission_codename
from django.db.models import Model, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from .bin.deleting import in_bin_until
from .bin.models import Deletion
from .changes import Change, ChangesInWords
from .history import BY_THE_SYSTEM, what_was_done, who_did

CURSOR = re.compile(r"([\dT:.+-]{19,32})~(\d{1,2})~(\d{1,18})")
MAX_TEXT = 160  # characters of a change; a longer one is read in the history
UNDONE_BY = {"+": "delete", "~": "change", "-": "add"}
UNSAID = {"email", "phone"}  # erased from the history after a year, and not to be copied by eye from a list


Order = tuple[datetime, int, int]  # time, source downwards, key


class Undo(NamedTuple):
    """A button: where it posts, the columns and what it was made from; or the page that asks whether to delete."""

    url: str
    label: str
    is_page: bool = False
    columns: tuple[str, ...] = ()
    made_from: int | None = None


class Entry(NamedTuple):
    """`order` is time, source and key: no two have the same."""

    order: Order
    who: str
    what: str
    title: str
    url: str
    changes: list[Change] = ()
    undo: Undo | None = None
    note: str = ""  # why it cannot be undone, or until when

    @property
    def at(self) -> datetime:
        return self.order[0]

    @property
    def cursor(self) -> str:
        at, source, key = self.order
        return f"{at.isoformat()}~{-source}~{key}"


class Wanted(NamedTuple):
    """Which entries: those before a cursor, of one user, since a moment; at most `limit`."""

    limit: int
    before: Order | None = None
    user_id: int | None = None
    since: datetime | None = None

    def select(self, rows, number: int, *, at: str, by: str):
        """Return the newest rows of the source with this number, whose columns of time and user are named."""
        if self.before:
            moment, source, key = self.before
            rows = rows.filter(**{f"{at}__lte": moment})
            if number <= source:  # of that moment, sources with a lower number are shown already
                rows = rows.filter(Q(**{f"{at}__lt": moment}) | Q(pk__lt=key if number == source else 0))
        if self.user_id:
            rows = rows.filter(**{f"{by}_id": self.user_id})
        if self.since:
            rows = rows.filter(**{f"{at}__gte": self.since})
        return rows.order_by(f"-{at}", "-pk")[: self.limit]


class Source(Protocol):
    """What an app adds: `kind` is in addresses, `label` in the filter.

    Of the newest rows of all sources the few that are shown are told as entries.
    """

    kind: str

    @property
    def label(self) -> str: ...

    def is_visible(self, user) -> bool: ...

    def newest(self, number: int, wanted: Wanted) -> list[tuple[Order, Model]]: ...

    def entries(self, user, number: int, rows: list[Model]) -> list[Entry]: ...


def read_cursor(text: str):
    found = CURSOR.fullmatch(text)
    with suppress(ValueError, OverflowError):  # no such day, or one that is none in UTC
        moment = found and parse_datetime(found[1])
        if moment and moment.tzinfo:
            return moment.astimezone(UTC), int(found[2]), int(found[3])
    return None


def latest(sources: list[Source], user, wanted: Wanted, kind: str = "") -> list[Entry]:
    """Return the newest entries of all sources, or of one kind: each is asked for a limited number."""
    chosen = {
        number: source for number, source in enumerate(sources) if kind in ("", source.kind) and source.is_visible(user)
    }
    found = [pair for number, source in chosen.items() for pair in source.newest(number, wanted)]
    rows, entries = defaultdict(list), []
    for (_at, source, _key), row in nlargest(wanted.limit, found, key=itemgetter(0)):
        rows[-source].append(row)
    for number, own in rows.items():
        entries += chosen[number].entries(user, number, own)
    return sorted(entries, key=attrgetter("order"), reverse=True)


class HistorySource:
    """The entries of the history of a model, but for what the site began with: nobody did that.

    `stays` says of a row, by its newest entry, that nobody may change it.
    """

    def __init__(self, model, changes_in_words=ChangesInWords, *, stays=lambda newest: False):
        self.model, self.words, self.stays = model, changes_in_words(model), stays
        self.history = model.history  # once: each look makes a manager's class anew
        self.kind = model._meta.model_name
        self.relations = [field.name for field in self.words.fields if field.many_to_one]

    @property
    def label(self):
        return capfirst(self.model._meta.verbose_name_plural)

    def is_visible(self, user):
        return self._has_permission(user, "view")

    def newest(self, number, wanted):
        rows = self.history.select_related("history_user", *self.relations)
        rows = rows.exclude(history_change_reason=BY_THE_SYSTEM, history_user=None)
        own = self.history.filter(id=OuterRef("id")).order_by("-history_date", "-pk").values("pk")
        earlier = own.filter(pk__lt=OuterRef("pk"))
        rows = rows.annotate(earlier=Subquery(earlier[:1]), newest=Subquery(own[:1]))
        rows = wanted.select(rows, number, at="history_date", by="history_user")
        return [(self._order(row, number), row) for row in rows]

    def entries(self, user, number, rows):
        keys = {key for row in rows for key in (row.earlier, row.newest) if key}
        others = self.history.select_related(*self.relations).in_bulk(keys)
        deleted = [row.id for row in rows if row.history_type == "-"]
        of_kind = Deletion.objects.filter(kind__app_label=self.model._meta.app_label, kind__model=self.kind)
        binned = {each.key: each for each in of_kind.filter(key__in=deleted)} if deleted else {}
        return [self._entry(row, others, binned, user, number) for row in rows]

    def _entry(self, row, others, binned, user, number):
        newest, earlier = others[row.newest], others.get(row.earlier)
        is_change = row.history_type == "~" and earlier
        changes = self.words.between(earlier, row) if is_change else []
        can_undo = self._has_permission(user, UNDONE_BY[row.history_type])
        undo, note = self._undo(row, newest, changes, binned) if can_undo else (None, "")
        return Entry(
            order=self._order(row, number),
            who=who_did(row),
            what=what_was_done(row),
            title=self.words.title(row),
            url=self._url("history", row.id),
            changes=[_shortened(change) for change in changes],
            undo=undo,
            note=note,
        )

    def _order(self, row, number) -> Order:
        return row.history_date, -number, row.pk

    def _undo(self, row, newest, changes, binned):
        if row.history_type == "-":
            return self._undo_deletion(row, binned)
        if newest.history_type == "-":
            return None, _("Deleted since")
        if self.stays(newest):
            return None, _("Published, and stays as it is")
        if row.history_type == "+":
            if newest.pk != row.pk:
                return None, _("Changed since")
            return Undo(self._url("delete", row.id), _("Undo …"), is_page=True), ""
        columns = tuple(dict.fromkeys(column for change in changes for column in change.columns))
        if not columns:
            is_photo_binned = "photo −" in (row.history_change_reason or "")
            return None, _("The photo is in the bin") if is_photo_binned else _("Change it back in the form")
        if self.words.differ(columns, row, newest):
            return None, _("Changed again since")
        url = self._url("bring_back", row.id, row.earlier)
        return Undo(url, _("Undo"), columns=columns, made_from=newest.pk), ""

    def _undo_deletion(self, row, binned):
        if deletion := binned.get(row.id):
            url = reverse("admin:bin_deletion_restore", args=[deletion.pk])
            return Undo(url, _("Undo")), in_bin_until(deletion.until)
        return None, _("Restored, or erased for good")

    def _url(self, page, *keys):
        return reverse(f"admin:{self.model._meta.app_label}_{self.kind}_{page}", args=keys)

    def _has_permission(self, user, verb):
        return user.has_perm(f"{self.model._meta.app_label}.{get_permission_codename(verb, self.model._meta)}")


def _shortened(change: Change) -> Change:
    is_unsaid = not UNSAID.isdisjoint(change.columns)
    return change._replace(text="") if is_unsaid or len(change.text) > MAX_TEXT else change
