"""What changed between two states of a row, in words and with the difference marked, and how to bring a state back."""

import re
from datetime import date, timedelta
from difflib import SequenceMatcher
from typing import NamedTuple

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.formats import date_format, localize
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from .bin.models import validate

WORDS = re.compile(r"\S+\s*|\s+")
ERASED, ERASED_AFTER = ("email", "phone"), timedelta(days=365)  # from entries of the history, by purge_contacts
LEAST_IN_COMMON = 0.3  # of two texts; below that one is shown after the other
MARKS = {
    "equal": "{0}",
    "delete": "<del>{0}</del>",
    "insert": "<ins>{1}</ins>",
    "replace": "<del>{0}</del> <ins>{1}</ins>",
}


class Stale(Exception):
    """Somebody changed the row since the page was made. Carries the newest entry of its history."""

    def __init__(self, latest):
        self.latest = latest
        super().__init__(str(latest))


class Change(NamedTuple):
    """`columns` are brought back together; none if that cannot be done."""

    columns: tuple[str, ...]
    label: str
    text: SafeString


def mark_difference(before: str, after: str) -> SafeString:
    """Return both texts as one, escaped, with <del> and <ins> around the words that differ."""
    words, others = WORDS.findall(before), WORDS.findall(after)
    matcher = SequenceMatcher(str.isspace, words, others)
    steps = matcher.get_opcodes()
    if before and after and matcher.ratio() < LEAST_IN_COMMON:
        steps = [("replace", 0, len(words), 0, len(others))]
    parts = [
        format_html(MARKS[step], "".join(words[first:last]), "".join(others[start:end]))
        for step, first, last, start, end in steps
    ]
    return format_html_join("", "{}", ((part,) for part in parts))


class ChangesInWords:
    """Tells of a model's fields as the form does: labels of choices, yes and no, names of what it belongs to."""

    together = ()  # columns that are right together alone; the first one's label names the change

    def __init__(self, model):
        self.model, self.tracked = model, model.history.model.tracked_fields
        # A file is deleted once it is replaced: its history says no more than that it was.
        self.fields = [each for each in self.tracked if each.editable or is_file(each)]

    def between(self, before, after) -> list[Change]:
        """Return what differs between two entries of the history, or between the row and one; None is no row."""
        changed = {field.name: field for field in self.fields if _raw(field, before) != _raw(field, after)}
        found = []
        for name, field in changed.items():
            group = next((group for group in self.together if name in group), (name,))
            fields = [changed[each] for each in group if each in changed]
            if field is fields[0]:
                columns = () if is_file(field) or is_erased(field, before) else group
                found.append(Change(columns, self.label(field), self.text(fields, before, after)))
        return found

    def differ(self, columns, one, other) -> bool:
        return any(field.name in columns and _raw(field, one) != _raw(field, other) for field in self.fields)

    def title(self, entry) -> str:
        """Return what the row was called then, without a query for what its history does not hold."""
        return str(self.model(**{field.attname: getattr(entry, field.attname) for field in self.tracked}))

    def label(self, field) -> str:
        return capfirst(field.verbose_name)

    def text(self, fields, before, after) -> SafeString:
        first, *others = (self.marked(field, before, after) for field in fields)
        labels = map(self.label, fields[1:])
        return first + format_html_join("", "; {}: {}", zip(labels, others, strict=True))

    def marked(self, field, before, after) -> SafeString:
        return mark_difference(self.value(field, before), self.value(field, after))

    def value(self, field, row) -> str:
        value = _raw(field, row)
        if value in (None, ""):
            return ""
        if field.many_to_one:
            return _name(row, field)
        if is_file(field):
            return _("a picture")
        if isinstance(value, bool):
            return str(_("yes") if value else _("no"))
        if isinstance(value, date):
            return date_format(value)
        return str(dict(field.flatchoices).get(value, localize(value)))

    def columns(self, names) -> list[str]:
        """Return the columns of these that can be brought back, each with those that belong together."""
        known = [field.name for field in self.fields if not is_file(field)]
        groups = [group for group in self.together if set(group) & set(names)]
        return [name for name in known if name in names or any(name in group for group in groups)]


@transaction.atomic
def bring_back(row, version, columns, *, by, made_from: str) -> bool:
    """Set the columns of the row to what they were; return whether any was another.

    `made_from` is the key of the newest entry that whoever asks has seen. Raise Stale, or ValidationError by field.
    """
    row = type(row)._default_manager.select_for_update().get(pk=row.pk)
    latest = row.history.select_related("history_user").first()
    if str(latest and latest.pk) != made_from:
        raise Stale(latest)
    fields = [type(row)._meta.get_field(name) for name in columns]
    changed = [field for field in fields if _raw(field, row) != _raw(field, version)]
    for field in changed:
        setattr(row, field.attname, _raw(field, version))
    if changed:
        _save(row, {field.name for field in changed}, by)
    return bool(changed)


def _save(row, columns, by):
    validate(row, columns)
    row._history_user, row._change_reason = by, gettext_noop("brought back from an earlier version")
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        validate(row, columns)  # somebody took what is unique since the check above
        raise


def is_erased(field, entry) -> bool:
    """Return whether an entry of the history is blank because it is old, and not because the row was."""
    at = getattr(entry, "history_date", None)
    return bool(at and field.name in ERASED and not _raw(field, entry) and at <= timezone.now() - ERASED_AFTER)


def is_file(field) -> bool:
    return isinstance(field, models.FileField)


def _raw(field, row):
    return getattr(row, field.attname) if row else None


def _name(row, field) -> str:
    try:
        return str(getattr(row, field.name))
    except ObjectDoesNotExist:
        return _("something that is no longer here")
