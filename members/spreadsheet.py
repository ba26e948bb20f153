"""Organisations as a file of rows."""

from copy import copy
from datetime import date
from functools import partial

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.search_text import fold
from norway.forms import OrganisationNumberField
from spaces.spreadsheet.column_set import ColumnSet
from spaces.spreadsheet.column_types import ChoiceColumn, Column, PhoneColumn, VersionColumn
from spaces.spreadsheet.sheet import Difference, SheetImport, batches

from .models import Organisation


class OrganisationNumberColumn(Column):
    is_number = True


class DateColumn(Column):
    """A date as it is written in Norway, or as a spreadsheet of another country writes it."""

    FORMATS = ["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"]

    def __init__(self, name, **options):
        invalid = {"invalid": gettext_lazy("Write the date like 2026-01-31 or 31.01.2026.")}
        super().__init__(
            name, form_class=forms.DateField, input_formats=self.FORMATS, error_messages=invalid, **options
        )

    def write(self, organisation) -> str:
        value = self.value(organisation)
        return value.isoformat() if isinstance(value, date) else str(value or "")

    def parse(self, text):
        return super().parse(text) if text else None


COLUMNS = ColumnSet(
    partial(column, name, model=Organisation, **options)
    for column, name, options in [
        (Column, "name", {}),
        (
            Column,
            "slug",
            {
                "is_special": True,
                "hint": gettext_lazy("Says which organisation the row changes. Empty: a new one."),
                "error_messages": {"invalid": gettext_lazy("Use only the letters a to z, digits and hyphens.")},
            },
        ),
        (
            OrganisationNumberColumn,
            "organisation_number",
            {"form_class": OrganisationNumberField, "hint": gettext_lazy("Nine digits.")},
        ),
        (
            ChoiceColumn,
            "status",
            {
                "hint": gettext_lazy("Empty for a new one: joining soon."),
                "message": gettext_lazy("Choose one of the statuses."),
            },
        ),
        (DateColumn, "member_since", {"hint": gettext_lazy("Leave empty where the date is not known.")}),
        (DateColumn, "left_on", {"hint": gettext_lazy("Only for a former member.")}),
        (Column, "website", {}),
        (Column, "email", {}),
        (PhoneColumn, "phone", {}),
        (Column, "description_nb", {}),
        (Column, "description_en", {}),
        (
            VersionColumn,
            "version",
            {
                "is_special": True,
                "hint": gettext_lazy(
                    "Leave it as it is: it stops the file from undoing what somebody changed after it was made."
                ),
            },
        ),
    ]
)
SPECIAL = {"slug", "version"}


class OrganisationDraft:
    """The unsaved organisation of a row: the one with its slug, or a new one."""

    def __init__(self, row, organisation: Organisation | None):
        self.row, self.is_new = row, organisation is None
        self.record, self._before = organisation or Organisation(), copy(organisation)
        self.values, self.invalid, self.changed, self.notes = {}, set(), set(), []

    @property
    def is_changed(self) -> bool:
        return bool(self.changed)

    def differences(self, columns) -> list[Difference]:
        changed = [column for name, column in columns.items() if name in self.changed]
        return [Difference(column.label, column.write(self._before), column.write(self.record)) for column in changed]

    def apply(self):
        for name in self.values.keys() - SPECIAL:
            value, before = self.values[name], getattr(self.record, name)
            may_be_set = value is not None or Organisation._meta.get_field(name).null
            if may_be_set and _written(value) != _written(before):
                setattr(self.record, name, value)
                self.changed.add(name)


class OrganisationImport(SheetImport):
    model, draft_class, columns = Organisation, OrganisationDraft, COLUMNS
    needed_text = gettext_lazy("The column %(name)s is missing, or %(slug)s for organisations that we have.")

    def __init__(self, raw: bytes, *, for_update: bool = False):
        self._faults_of_kind = {}
        super().__init__(raw, for_update=for_update)

    def _apply(self, draft, line):
        draft.apply()
        for text in [] if draft.invalid else self._wrong_together(draft.record):
            self._fault(draft.row, "", text)
        if not draft.record.name and "name" not in draft.invalid:
            self._fault(draft.row, "name", _("What is the organisation called?"))

    def _wrong_together(self, organisation) -> list[str]:
        # Each constraint asks the database. They compare the dates with one another alone: few rows differ in that.
        since, left = organisation.member_since, organisation.left_on
        kind = organisation.status, since is None, left is None, bool(since and left and since <= left)
        if kind not in self._faults_of_kind:
            try:
                organisation.validate_constraints(exclude={"organisation_number"})
                self._faults_of_kind[kind] = []
            except ValidationError as error:
                self._faults_of_kind[kind] = error.messages
        return self._faults_of_kind[kind]

    def _check_new(self):
        self._refuse_alike(
            [draft for draft in self.drafts if draft.is_new and not draft.record.slug],
            key=lambda organisation: fold(organisation.name),
            column="name",
            others=Organisation.objects.order_by().only("name", "slug"),
            text=_("We have this organisation already. To change it, write its web address: %(slug)s."),
        )
        numbered = [draft for draft in self.drafts if draft.record.organisation_number]
        numbers = [draft.record.organisation_number for draft in numbered if "organisation_number" in draft.changed]
        others = Organisation.objects.order_by()
        self._refuse_alike(
            numbered,
            key=lambda organisation: organisation.organisation_number,
            column="organisation_number",
            others=[other for some in batches(numbers) for other in others.filter(organisation_number__in=some)],
            text=_("Another organisation has this organisation number."),
        )

    def _refuse_alike(self, drafts, *, key, column, others, text):
        """Refuse drafts that are alike by the key: to one another, or to others that the file does not change."""
        stored = {key(other): other for other in others} if drafts else {}
        first = {}
        for draft in drafts:
            value = key(draft.record)
            same = first.setdefault(value, draft)
            if same is not draft:
                self._fault(draft.row, column, _("Row %d is the same organisation.") % same.row.number)
            elif (other := stored.get(value)) and other.pk != draft.record.pk:
                self._fault(draft.row, column, text % {"slug": other.slug})

    def _store(self, by):
        super()._store(by)
        fields = set().union(*(draft.changed for draft in self.changed))
        for some in batches(draft.record.pk for draft in self.changed):
            Organisation.objects.filter(pk__in=some).update_spaces(fields)


def _written(value) -> str:
    # Spreadsheets change line ends.
    return "" if value is None else str(value).replace("\r\n", "\n")
