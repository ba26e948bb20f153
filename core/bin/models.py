from datetime import date, timedelta

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.history import RESTORED

from . import snapshot

RETENTION = timedelta(days=90)  # the privacy page says so


class Gone(Exception):
    """It is in the bin no more: restored, erased, or its time is over."""


class DeletionQuerySet(models.QuerySet):
    def expired(self):
        return self.filter(at__lte=timezone.now() - RETENTION)

    def of(self, model, key):
        return self.filter(kind=ContentType.objects.get_for_model(model), key=key)

    @transaction.atomic
    def put(self, row, *, by):
        """Delete the row into the bin; return nothing if somebody was first. Raise ProtectedError."""
        row = type(row)._base_manager.select_for_update().filter(pk=row.pk).first()
        if row is None:
            return None
        rows = snapshot.rows_with(row)
        deletion = self.create(
            kind=ContentType.objects.get_for_model(row),
            key=row.pk,
            label=_label(row)[:200],
            data=snapshot.snapshot(rows),
            links=snapshot.links(rows),
            by=by,
        )
        row._history_user, row.is_binned = by, True
        row.delete()
        return deletion

    def purge(self) -> int:
        return sum(deletion.erase() for deletion in self.expired())

    def linked(self, model) -> set[int]:
        """Return the keys of such rows that a restored row would be linked with again."""
        links = (link for links in self.values_list("links", flat=True) for link in links)
        return {key for label, _column, keys, *_ in links if label == model._meta.label_lower for key in keys}

    def targets(self, row, column: str) -> set[int]:
        """Return the keys of what the row's column pointed to before that went into the bin."""
        links = (link for links in self.values_list("links", flat=True) for link in links)
        named = (link for link in links if link[:2] == [row._meta.label_lower, column] and row.pk in link[2])
        return {key for _label, _column, _keys, *own_key in named for key in own_key}

    @transaction.atomic
    def erase_persons(self, is_meant) -> int:
        """Erase the persons in the snapshots for whom is_meant(row, first row) holds; return how many."""
        erased = 0
        for deletion in self.select_for_update():
            kept = [row for row in deletion.data if not (_is_person(row) and is_meant(row, deletion.data[0]))]
            if len(kept) < len(deletion.data):
                erased += len(deletion.data) - len(kept)
                deletion.data = kept
                deletion.save(update_fields=["data"])
        return erased

    def values_of(self, model, field: str) -> set:
        """Return the column's values in all snapshots of such rows."""
        rows = (row for data in self.values_list("data", flat=True) for row in data)
        return {row["fields"][field] for row in rows if row["model"] == model._meta.label_lower}

    put.alters_data = purge.alters_data = erase_persons.alters_data = True


class Deletion(models.Model):
    """Something that was deleted: a snapshot to restore it from, until it is erased.

    A model says in BINNED_WITH which relations come back with its rows, in PERSONAL what is a person's, by IS_PERSON
    that all of a row is. hide_files() moves a row's files, discard_files() deletes them with the snapshot. What is a
    part of a row, and has its history there, says in PART_OF of which; that has a verb record_restored().
    """

    kind = models.ForeignKey(ContentType, models.CASCADE, verbose_name=_("what it was"))
    key = models.PositiveBigIntegerField()
    label = models.CharField(_("deleted"), max_length=200)
    data = models.JSONField()
    links = models.JSONField(default=list)
    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who")
    )

    objects = DeletionQuerySet.as_manager()

    class Meta:
        verbose_name = _("deleted")
        verbose_name_plural = _("deleted things")
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="deletion_one_of_each_row")]

    def __str__(self):
        return self.label

    @property
    def until(self) -> date:
        return timezone.localdate(self.at + RETENTION)

    @property
    def names_person(self) -> bool:
        return bool(self.personal_data)

    @property
    def personal_data(self) -> list[str]:
        pairs = ((row["fields"], row["fields"] if _is_person(row) else _personal(row)) for row in self.data)
        return [str(values[name]) for values, names in pairs for name in names if values.get(name)]

    @property
    def persons(self) -> list[dict]:
        return [row for row in self.data if _is_person(row)]

    @transaction.atomic
    def restore(self, *, by):
        """Return the row, back with its key. Raise Gone, or ValidationError by field with what is in the way."""
        row, *others = snapshot.rows_of(self._lock(to_restore=True).data)
        validate(row)
        row._history_user, row._change_reason = by, RESTORED
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            validate(row)  # somebody took it since the check above
            raise
        if part_of := _owner(row):
            part_of.record_restored(row, by=by)
        for other in others:
            self._restore_with(other)
        for link in self.links:
            snapshot.restore_link(link, row.pk)
        self.delete()
        return row

    def _restore_with(self, other):
        if not (gone := snapshot.missing(other)):
            other.save(force_insert=True)
        for field, key in gone:  # if that is in the bin too, it brings the relation along when it is restored
            for deletion in Deletion.objects.of(field.related_model, key).select_for_update():
                deletion.data += [row for row in self.data[1:] if _is_same(row, other)]
                deletion.save(update_fields=["data"])

    @transaction.atomic
    def erase(self) -> int:
        """Delete snapshot and files; return how many were still there."""
        try:
            self._lock()
        except Gone:
            return 0
        for row in snapshot.rows_of(self.data):
            if hasattr(row, "discard_files"):
                row.discard_files()
        self.delete()
        return 1

    @transaction.atomic
    def erase_person(self, key: int | None = None):
        """Erase what is a person's, of persons the one with the key, and leave the rest to be restored. Raise Gone."""
        self.data = [row for row in self._lock().data if not (_is_person(row) and key in (None, row["pk"]))]
        for row in self.data if key is None else []:
            model = apps.get_model(row["model"])
            row["fields"] |= {field: model._meta.get_field(field).get_default() for field in _personal(row)}
        self.save(update_fields=["data"])

    def _lock(self, *, to_restore=False):
        locked = Deletion.objects.select_for_update().filter(pk=self.pk).first()
        if locked is None or (to_restore and locked.at <= timezone.now() - RETENTION):
            raise Gone
        self.data, self.links = locked.data, locked.links
        return self

    restore.alters_data = erase.alters_data = erase_person.alters_data = True


def _owner(row):
    return getattr(row, row.PART_OF) if hasattr(row, "PART_OF") else None


def _label(row) -> str:
    owner = _owner(row)
    return f"{row} ({owner})" if owner else str(row)


def _personal(row: dict):
    return getattr(apps.get_model(row["model"]), "PERSONAL", ())


def _is_person(row: dict) -> bool:
    return getattr(apps.get_model(row["model"]), "IS_PERSON", False)


def _is_same(row: dict, other) -> bool:
    return (row["model"], row["pk"]) == (other._meta.label_lower, other.pk)


def validate(row, columns=()):
    """Raise ValidationError, by field, for what the row may not be, or no longer: of the columns, and as a whole."""
    errors = {field.name: [_why_missing(field, key)] for field, key in snapshot.missing(row)}
    others = {field.name for field in row._meta.concrete_fields} - set(columns)
    for check, exclude in [(row.clean_fields, others), (row.validate_unique, set()), (row.validate_constraints, set())]:
        try:
            check(exclude=exclude | set(errors))
        except ValidationError as error:
            errors = error.update_error_dict(errors)
    if errors:
        raise ValidationError({name: _name_holder(row, name, faults) for name, faults in errors.items()})


def _name_holder(row, name, faults) -> list:
    """Say which row has what is unique instead of that one has."""
    if not any(getattr(fault, "code", "") == "unique" for fault in faults):
        return faults
    holder = type(row)._base_manager.exclude(pk=row.pk).filter(**{name: getattr(row, name)}).first()
    return [_("“%(row)s” has it now.") % {"row": holder}] if holder else faults


def _why_missing(field, key):
    if deletion := Deletion.objects.of(field.related_model, key).first():
        return _("“%(row)s” is in the bin, too. Restore that first.") % {"row": deletion}
    return _("It belonged to something that is no longer here.")
