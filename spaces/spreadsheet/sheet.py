"""A file of rows, each of which is a new row of a model or changes one: all are checked, then all stored or none."""

from collections import Counter
from itertools import islice
from typing import NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from core.forms import who_and_when
from core.search_text import BATCH
from core.slugs import FreeSlugs
from core.versions import version_of
from norway.positions import split_position

from .column_set import ColumnSet
from .file import Row, Unreadable, rows

REASON = gettext_noop("imported")


class RowMessage(NamedTuple):
    """An error of a row or a warning, in the reader's language."""

    number: int | None
    line: int | None
    column: str
    text: str

    @property
    def place(self) -> str:
        if self.line in (None, self.number):
            return str(self.number or "–")
        of_file = _("line %d of the file") % self.line
        return f"{self.number} ({of_file})" if self.number else of_file


class Difference(NamedTuple):
    label: str
    old: str
    new: str


class RowChange(NamedTuple):
    """What a row changes of the row that we have, nothing if it is a new one."""

    number: int
    title: str
    differences: list[Difference]


def batches(items):
    items = iter(items)
    while some := list(islice(items, BATCH)):
        yield some


def lock_imports():
    """Let nobody else import until the transaction ends. On SQLite the transaction itself locks."""
    ContentType.objects.select_for_update(no_key=True).get(app_label="spaces", model="space")


def save_all(model, new, changed, *, by):
    """Save the records with their history in few queries."""
    if not (new or changed):
        return
    # An upsert is the one way to write thousands of different rows in few queries.
    columns = [field.name for field in model._meta.concrete_fields if not field.primary_key]
    model.objects.bulk_create(
        [*new, *changed], BATCH, update_conflicts=True, unique_fields=["id"], update_fields=columns
    )
    for records, update in [(new, False), (changed, True)]:
        model.history.bulk_history_create(records, BATCH, update=update, default_user=by, default_change_reason=REASON)


class SheetImport:
    """A checked file. Raises Unreadable if its rows cannot be read; store() saves drafts that have no faults.

    A draft is the unsaved `record` of a row: it has values, invalid, changed, faults, notes, is_new, is_changed and
    differences().
    """

    model = draft_class = None
    columns: ColumnSet
    needed, needed_text = {"name"}, ""  # columns of new rows, and what is said where one is missing

    def __init__(self, raw: bytes, *, for_update: bool = False):
        header, *self._rows = rows(raw, self.columns.named)
        self._columns = self.columns.make()
        self._columns_by_index = self._columns_of(header)
        self.faults, self.drafts = [], []
        self._first_with_slug, self._stale = {}, []
        lines = [(row, self._by_column(row)) for row in self._rows]
        slugs = {line.get("slug", "").strip() for _row, line in lines} - {""}
        self._existing = self._by_slug(slugs, for_update)
        self._renamed = self._renamed_since(slugs - self._existing.keys())
        for row, line in lines:
            self._check_row(row, line)
        self._check_new()
        self._check_versions()
        self.faults.sort(key=lambda fault: fault.number)

    @property
    def notes(self) -> list[RowMessage]:
        return [RowMessage(*draft.row[:2], "", text) for draft in self.drafts for text in draft.notes]

    @property
    def new(self) -> list:
        return [draft for draft in self.drafts if draft.is_new]

    @property
    def changed(self) -> list:
        return [draft for draft in self.drafts if not draft.is_new and draft.is_changed]

    @property
    def unchanged(self) -> list:
        return [draft for draft in self.drafts if not draft.is_new and not draft.is_changed]

    @property
    def changes(self) -> list[RowChange]:
        """What would be stored, a row each: for those who check it, and to tell whether it is still the same."""
        rows = [*self.new, *self.changed]
        rows.sort(key=lambda draft: draft.row.number)
        return [
            RowChange(draft.row.number, str(draft.record), [] if draft.is_new else draft.differences(self._columns))
            for draft in rows
        ]

    @property
    def summary(self) -> str:
        counts = {name: len(getattr(self, name)) for name in ("new", "changed", "unchanged")}
        return (
            ngettext(
                "%(new)d new, %(changed)d changed, %(unchanged)d unchanged.",
                "%(new)d new, %(changed)d changed, %(unchanged)d unchanged.",
                counts["new"],
            )
            % counts
        )

    def store(self, *, by):
        """Save everything with its history, in the caller's transaction. Raise Unreadable on a conflicting write."""
        try:
            self._store(by)
        except IntegrityError as error:
            raise Unreadable(_("Somebody else changed the same rows in the meantime. Try again.")) from error

    def _store(self, by):
        slugs, new = FreeSlugs(self.model, besides=self._first_with_slug), [draft.record for draft in self.new]
        for record in new:
            record.slug = record.slug or slugs.take(str(record))
        save_all(self.model, new, [draft.record for draft in self.changed], by=by)

    def _columns_of(self, header: Row) -> dict[int, str]:
        """Return the columns by their index in a row. Raise Unreadable if they are unknown, repeated or missing."""
        unknown = (cell.strip()[:60] for cell in header.cells if cell.strip() and not self.columns.named(cell))
        if names := ", ".join(islice(unknown, 10)):
            text = _("We do not know these columns: %s. The first row must name the columns.")
            raise Unreadable(text % names, header.line)
        places = {place: self.columns.named(cell) for place, cell in enumerate(header.cells) if cell.strip()}
        twice = sorted(self._columns[name].label for name, times in Counter(places.values()).items() if times > 1)
        if twice:
            raise Unreadable(_("These columns are there twice: %s.") % ", ".join(twice), header.line)
        if "slug" not in places.values() and not self.needed <= set(places.values()):
            text = self.needed_text % {name: column.label for name, column in self._columns.items()}
            raise Unreadable(text, header.line)
        return places

    def _by_column(self, row: Row) -> dict[str, str]:
        if any(cell.strip() for place, cell in enumerate(row.cells) if place not in self._columns_by_index):
            self._fault(row, "", _("The row has more cells than the first row names columns."))
        cells = {column: "".join(row.cells[place : place + 1]) for place, column in self._columns_by_index.items()}
        return split_position(cells)

    def _fault(self, row, column, text):
        self.faults.append(RowMessage(row.number, row.line, self._columns[column].label if column else "", text))

    def _check_row(self, row, line):
        slug = line.get("slug", "").strip()
        draft = self.draft_class(row, self._existing.get(slug))
        before = len(self.faults)
        version = line.pop("version", "").strip()
        is_stale = version and not draft.is_new and version != version_of(draft.record)
        self._read(draft, line)
        self._check_slug(draft, slug)
        if slug not in self._renamed:
            self._apply(draft, line)
        if is_stale and draft.is_changed:
            self._stale.append(draft)
        if len(self.faults) == before:
            self.drafts.append(draft)

    def _read(self, draft, line):
        for name, cell in line.items():
            column = self._columns[name]
            if not draft.is_new and cell == column.write(draft.record):
                draft.values[name] = column.value(draft.record)
                continue
            try:
                draft.values[name] = column.read(cell)
            except ValidationError as error:
                draft.invalid.add(name)
                self._fault(draft.row, name, " ".join(error.messages))

    def _check_slug(self, draft, slug):
        first = self._first_with_slug.setdefault(slug, draft.row.number) if slug else draft.row.number
        if first != draft.row.number:
            self._fault(draft.row, "slug", _("Row %d has the same web address.") % first)
        elif slug in self._renamed:
            text = _("This is an old web address of “%(name)s”. The new one is %(slug)s.")
            self._fault(draft.row, "slug", text % self._renamed[slug])
        elif draft.is_new:
            draft.record.slug = slug

    def _check_versions(self):
        latest = {}
        for drafts in batches(self._stale):
            entries = self.model.history.filter(id__in=[draft.record.pk for draft in drafts]).select_related(
                "history_user"
            )
            latest |= {entry.id: entry for entry in entries.order_by("history_date", "history_id")}
        text = _("%(who)s changed this on %(when)s, after the file was made. Export it again, or leave the row out.")
        for draft in self._stale:
            self._fault(draft.row, "version", text % who_and_when(latest.get(draft.record.pk)))

    def _stored(self):
        """Return the rows that a file may change."""
        return self.model.objects.order_by()

    def _by_slug(self, slugs, for_update) -> dict:
        stored = self._stored()
        if for_update:
            stored = stored.select_for_update(of=("self",))
        return {row.slug: row for some in batches(sorted(slugs)) for row in stored.filter(slug__in=some)}

    def _renamed_since(self, slugs) -> dict[str, dict]:
        """Return the present name and slug of the rows that once had one of these slugs, by the old slug."""
        former, now = {}, {}
        for some in batches(sorted(slugs)):
            former |= dict(self.model.history.order_by().filter(slug__in=some).values_list("slug", "id"))
        for some in batches(set(former.values())):
            now |= {row.pk: row for row in self.model.objects.order_by().filter(pk__in=some)}
        return {slug: {"name": str(now[key]), "slug": now[key].slug} for slug, key in former.items() if key in now}
