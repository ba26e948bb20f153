"""Spaces from a file."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.history import difference
from core.search_text import BATCH, fold
from core.slugs import FreeSlugs
from members.models import Organisation

from ..models import Space
from .columns import ORGANISATION_COLUMNS, SPACE_COLUMNS
from .draft import Draft
from .organisations import Organisations
from .sheet import SheetImport, batches, save_all

IDENTITY = {"name", "town", "postal_code"}  # tell the spaces of an organisation apart


class SpaceImport(SheetImport):
    model, draft_class, columns = Space, Draft, SPACE_COLUMNS
    needed = {"organisation", "name"}
    needed_text = gettext_lazy(
        "The columns %(organisation)s and %(name)s are missing, or %(slug)s for spaces that we have."
    )

    def __init__(self, raw: bytes, *, for_update: bool = False):
        self.organisations, self._first_identical, self._without_slug = Organisations(), {}, []
        super().__init__(raw, for_update=for_update)

    @property
    def summary(self) -> str:
        text, added = super().summary, [organisation.name for organisation in self.organisations.new]
        if added:
            text += " " + _("New organisations: %s.") % ", ".join(added[:10] + ["…"][: len(added) > 10])
        return text

    def _stored(self):
        return super()._stored().select_related("organisation").prefetch_related("amenities")

    def _apply(self, draft, line):
        organisation = self._organisation(draft, line)
        draft.apply(organisation)
        for column, text in draft.faults:
            self._fault(draft.row, column, text)
        space = draft.space
        if organisation and space.name and space.town and not draft.invalid & IDENTITY:
            self._check_duplicate(draft, line.get("slug", "").strip())

    def _organisation(self, draft, line):
        if draft.invalid.intersection(ORGANISATION_COLUMNS):
            return None
        current = None if draft.is_new else draft.space.organisation
        # As they are written: unchanged cells have been replaced by stored values.
        name, number = (line.get(column, "").strip() for column in ORGANISATION_COLUMNS)
        if current and not name and not number:
            return current
        try:
            return self.organisations.find(name, draft.values.get("organisation_number", number), current)
        except ValidationError as error:
            self._fault(draft.row, "organisation", " ".join(error.messages))

    def _check_duplicate(self, draft, slug):
        space = draft.space
        alike = id(space.organisation) if space.organisation_id is None else space.organisation_id
        alike = alike, space.organisation_id is None, fold(space.name), fold(space.town)
        first = self._first_identical.setdefault(alike, draft.row.number)
        if slug:  # a web address of its own makes it another space
            return
        if first != draft.row.number:
            text = _("Row %d is the same space: organisation, name and town. To add both, give this one a web address.")
            self._fault(draft.row, "", text % first)
        else:
            self._without_slug.append(draft)

    def _check_new(self):
        wanted = {(d.space.organisation_id, fold(d.space.name), fold(d.space.town)): d for d in self._without_slug}
        for keys in batches({key for key, _name, _town in wanted} - {None}):
            spaces = Space.objects.filter(organisation__in=keys).order_by()
            for key, name, town, slug in spaces.values_list("organisation", "name", "town", "slug"):
                draft = wanted.pop((key, fold(name), fold(town)), None)
                if draft:
                    text = _("We have this space already. To change it, write its web address: %(slug)s.")
                    self._fault(draft.row, "slug", text % {"slug": slug})

    def _store(self, by):
        slugs = FreeSlugs(Organisation)
        for organisation in self.organisations.new:
            organisation.slug = slugs.take(organisation.name)
        save_all(Organisation, self.organisations.new, [], by=by)
        super()._store(by)
        _add_amenities(self.new)
        self._store_amenities(by)

    def _store_amenities(self, by):
        others = [draft for draft in self.changed if draft.amenities != draft.amenities_before]
        for some in batches(others):
            Space.amenities.through.objects.filter(space__in=[draft.space.pk for draft in some]).delete()
        _add_amenities(others)
        for draft in others:
            draft.space._change_reason = difference(draft.amenities_before, draft.amenities)
        Space.history.bulk_history_create([draft.space for draft in others], BATCH, update=True, default_user=by)


def _add_amenities(drafts):
    through = Space.amenities.through
    through.objects.bulk_create(
        (through(space=draft.space, amenity=amenity) for draft in drafts for amenity in draft.amenities), BATCH
    )
