"""Spaces from a file: every row checked first, then all of them stored or none."""

from collections import Counter
from itertools import islice
from typing import NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from simple_history.utils import bulk_create_with_history

from members.folding import BATCH, fold
from members.models import Organisation
from members.slugs import FreeSlugs

from .csv_columns import COLUMNS, OF_ORGANISATION, Cells, column_of, label
from .csv_draft import Draft
from .csv_file import Row, Unreadable, rows
from .csv_organisations import Organisations
from .history import difference
from .models import Space
from .titles import names_town

WHICH = {"name", "town", "postal_code"}  # of an organisation's spaces it is
REASON = gettext_noop("imported")
IN_A_ROW = tuple(field.attname for field in Space._meta.concrete_fields if not field.primary_key)


class Remark(NamedTuple):
    """What is wrong with a row, or worth a second look, in the reader's language."""

    number: int | None
    line: int | None
    column: str
    text: str

    @property
    def place(self) -> str:
        """The row, and the file's line where a cell of several lines lets them differ."""
        if self.line in (None, self.number):
            return str(self.number or "–")
        of_file = _("line %d of the file") % self.line
        return f"{self.number} ({of_file})" if self.number else of_file


def batches(items):
    items = list(items)
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


def lock():
    """Until the transaction ends nobody else imports; on SQLite the transaction itself sees to that."""
    ContentType.objects.select_for_update(no_key=True).get(app_label="spaces", model="space")


class SpaceImport:
    """What a file would make of the spaces; `store` makes it so. Raises Unreadable where nothing can be read."""

    def __init__(self, raw: bytes, *, for_update: bool = False):
        header, *self._rows = rows(raw, column_of)
        self._columns = _columns_of(header)
        self._labels = {column: label(column) for column in COLUMNS}
        self._cells, self.organisations = Cells(), Organisations()
        self.faults, self.drafts = [], []
        self._first_with_slug, self._first_alike, self._without_slug = {}, {}, []
        lines = [(row, self._by_column(row)) for row in self._rows]
        slugs = {line.get("slug", "").strip() for _row, line in lines} - {""}
        self._known = _with_slugs(slugs, for_update)
        self._renamed = _formerly(slugs - self._known.keys())
        for row, line in lines:
            self._draft(row, line)
        self._refuse_known()
        self.faults.sort(key=lambda fault: fault.number)

    @property
    def notes(self) -> list[Remark]:
        return [Remark(*draft.row[:2], "", text) for draft in self.drafts for text in draft.notes]

    @property
    def new(self) -> list[Draft]:
        return [draft for draft in self.drafts if draft.is_new]

    @property
    def changed(self) -> list[Draft]:
        return [draft for draft in self.drafts if not draft.is_new and draft.is_changed]

    @property
    def unchanged(self) -> list[Draft]:
        return [draft for draft in self.drafts if not draft.is_new and not draft.is_changed]

    def store(self, *, by):
        """All of it, with entries in the histories, in the caller's transaction; Unreadable if somebody was first."""
        try:
            self._store_organisations(by)
            self._store_new(by)
            self._store_changed(by)
        except IntegrityError as error:
            raise Unreadable(_("Somebody else changed the same spaces in the meantime. Try again.")) from error

    def _by_column(self, row: Row) -> dict[str, str]:
        if any(cell.strip() for place, cell in enumerate(row.cells) if place not in self._columns):
            self._fault(row, "", _("The row has more cells than the first row names columns."))
        return {column: "".join(row.cells[place : place + 1]) for place, column in self._columns.items()}

    def _fault(self, row, column, text):
        self.faults.append(Remark(row.number, row.line, self._labels.get(column, ""), text))

    def _draft(self, row, line):
        """Every fault of the row is told at once, but for what would follow from one that is told."""
        slug = line.get("slug", "").strip()
        draft = Draft(row, self._known.get(slug))
        before = len(self.faults)
        self._read(draft, line)
        self._check_slug(draft, slug)
        if slug not in self._renamed:
            self._take(draft, line)
        if len(self.faults) == before:
            self.drafts.append(draft)

    def _read(self, draft, line):
        stored = {} if draft.is_new else self._cells.of(draft.space)
        for column, cell in line.items():
            if cell == stored.get(column):
                if column not in OF_ORGANISATION:
                    draft.given[column] = draft.amenities if column == "amenities" else getattr(draft.space, column)
                continue
            try:
                draft.given[column] = self._cells.read(column, cell)
            except ValidationError as error:
                draft.unread.add(column)
                self._fault(draft.row, column, " ".join(error.messages))

    def _take(self, draft, line):
        organisation = self._organisation(draft, line)
        draft.take(organisation)
        for column, text in draft.faults:
            self._fault(draft.row, column, text)
        space = draft.space
        if organisation and space.name and space.town and not draft.unread & WHICH:
            self._compare(draft, line.get("slug", "").strip())

    def _check_slug(self, draft, slug):
        first = self._first_with_slug.setdefault(slug, draft.row.number) if slug else draft.row.number
        if first != draft.row.number:
            self._fault(draft.row, "slug", _("Row %d has the same web address.") % first)
        elif slug in self._renamed:
            text = _("This is an old web address of “%(name)s”. The new one is %(slug)s.")
            self._fault(draft.row, "slug", text % self._renamed[slug])
        elif draft.is_new:
            draft.space.slug = slug

    def _organisation(self, draft, line):
        """The cells are looked at as they are written, for those that say what is stored were not read."""
        if draft.unread & OF_ORGANISATION.keys():
            return None
        current = None if draft.is_new else draft.space.organisation
        name, number = (line.get(column, "").strip() for column in OF_ORGANISATION)
        if current and not name and not number:
            return current
        try:
            return self.organisations.find(name, draft.given.get("organisation_number", number), current)
        except ValidationError as error:
            self._fault(draft.row, "organisation", " ".join(error.messages))

    def _compare(self, draft, slug):
        """Without a slug of its own, a space may not be the same as one in another row."""
        space = draft.space
        alike = id(space.organisation) if space.organisation_id is None else space.organisation_id
        alike = alike, space.organisation_id is None, fold(space.name), fold(space.town)
        first = self._first_alike.setdefault(alike, draft.row.number)
        if slug:
            return
        if first != draft.row.number:
            text = _("Row %d is the same space: organisation, name and town. To add both, give this one a web address.")
            self._fault(draft.row, "", text % first)
        else:
            self._without_slug.append(draft)

    def _refuse_known(self):
        wanted = {(d.space.organisation_id, fold(d.space.name), fold(d.space.town)): d for d in self._without_slug}
        for keys in batches({key for key, _name, _town in wanted} - {None}):
            spaces = Space.objects.filter(organisation__in=keys).order_by()
            for key, name, town, slug in spaces.values_list("organisation", "name", "town", "slug"):
                draft = wanted.pop((key, fold(name), fold(town)), None)
                if draft:
                    text = _("We have this space already. To change it, write its web address: %(slug)s.")
                    self._fault(draft.row, "slug", text % {"slug": slug})

    def _store_organisations(self, by):
        slugs = FreeSlugs(Organisation)
        for organisation in self.organisations.new:
            organisation.slug = slugs.take(organisation.name)
        _create(self.organisations.new, by)

    def _store_new(self, by):
        slugs = FreeSlugs(Space, besides=self._first_with_slug)
        for draft in self.new:
            space = draft.space
            names = [space.name] if names_town(space.name, space.town) else [space.name, space.town]
            space.slug = space.slug or slugs.take(*names)
        _create([draft.space for draft in self.new], by)
        _offer(self.new)

    def _store_changed(self, by):
        """Rows inserted upon themselves: the one way that writes thousands of different rows in few queries."""
        spaces = [draft.space for draft in self.changed]
        Space.objects.bulk_create(
            spaces, BATCH, update_conflicts=True, unique_fields=["id"], update_fields=list(map(_field_name, IN_A_ROW))
        )
        Space.history.bulk_history_create(spaces, BATCH, update=True, default_user=by, default_change_reason=REASON)
        self._store_amenities(by)

    def _store_amenities(self, by):
        others = [draft for draft in self.changed if draft.amenities != draft.amenities_before]
        for some in batches(others):
            Space.amenities.through.objects.filter(space__in=[draft.space.pk for draft in some]).delete()
        _offer(others)
        for draft in others:
            draft.space._change_reason = difference(draft.amenities_before, draft.amenities)
        Space.history.bulk_history_create([draft.space for draft in others], BATCH, update=True, default_user=by)


def _columns_of(header: Row) -> dict[int, str]:
    """The columns by their places in a row; empty cells name none."""
    unknown = (cell.strip()[:60] for cell in header.cells if cell.strip() and not column_of(cell))
    names = ", ".join(islice(unknown, 10))
    if names:
        raise Unreadable(
            _("We do not know these columns: %s. The first row must name the columns.") % names, header.line
        )
    columns = {place: column_of(cell) for place, cell in enumerate(header.cells) if cell.strip()}
    twice = sorted(label(column) for column, times in Counter(columns.values()).items() if times > 1)
    if twice:
        raise Unreadable(_("These columns are there twice: %s.") % ", ".join(twice), header.line)
    if "slug" not in columns.values() and not {"organisation", "name"} <= set(columns.values()):
        text = _("The columns %(organisation)s and %(name)s are missing, or %(slug)s for spaces that we have.")
        raise Unreadable(text % {name: label(name) for name in ("organisation", "name", "slug")}, header.line)
    return columns


def _with_slugs(slugs, for_update) -> dict[str, Space]:
    """Spaces with these slugs; held until the transaction ends, if they are to be changed."""
    spaces = Space.objects.order_by().select_related("organisation").prefetch_related("amenities")
    if for_update:
        spaces = spaces.select_for_update(of=("self",))
    return {space.slug: space for some in batches(sorted(slugs)) for space in spaces.filter(slug__in=some)}


def _formerly(slugs) -> dict[str, dict]:
    """For the slugs that a space once had, its name and the slug that it has now."""
    former = {}
    for some in batches(sorted(slugs)):
        former |= dict(Space.history.order_by().filter(slug__in=some).values_list("slug", "id"))
    now = {}
    for some in batches(set(former.values())):
        now |= {space.pk: space for space in Space.objects.order_by().filter(pk__in=some)}
    return {slug: {"name": now[key].title, "slug": now[key].slug} for slug, key in former.items() if key in now}


def _field_name(attname):
    return attname.removesuffix("_id")


def _create(rows, by):
    if rows:
        bulk_create_with_history(rows, type(rows[0]), BATCH, default_user=by, default_change_reason=REASON)


def _offer(drafts):
    through = Space.amenities.through
    through.objects.bulk_create(
        (through(space=draft.space, amenity=amenity) for draft in drafts for amenity in draft.amenities), BATCH
    )
