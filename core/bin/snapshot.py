"""A row as data, with what goes when it is deleted and comes back with it."""

import json
from collections.abc import Iterator
from contextlib import suppress

from django.apps import apps
from django.core import serializers
from django.db import models


def rows_with(row) -> list:
    """Return the row, the rows of its BINNED_WITH, and which rows its many-to-many relations join it to."""
    rows = [row]
    for name in getattr(row, "BINNED_WITH", ()):
        rows += getattr(row, name).order_by("pk")
    for relation in _relations_to(row):
        if relation.related_model._meta.auto_created:
            rows += relation.related_model._base_manager.filter(**{relation.field.name: row})
    return rows


def snapshot(rows) -> list[dict]:
    """Return the rows as data, after moving their files to addresses that nobody has been given."""
    for row in rows:
        if hasattr(row, "hide_files"):
            with suppress(FileNotFoundError):
                row.hide_files()
    return [_as_data(row) for row in rows]


def links(rows) -> list[list]:
    """Return what points to the rows and will point to nothing: model, column, keys and the row's key."""
    found = [
        [relation.related_model._meta.label_lower, relation.field.name, list(_keys(relation, row)), row.pk]
        for row in rows
        for relation in _relations_to(row)
        if relation.on_delete is models.SET_NULL
    ]
    return [link for link in found if link[2]]


def restore_link(link: list, row_key: int):
    """Point to the row again, where nothing else is pointed to meanwhile, unless that has been erased in the bin."""
    label, column, keys, *own_key = link  # an older one has no key of its own: it is the row's
    key, model = own_key[0] if own_key else row_key, apps.get_model(label)
    if _exists(model._meta.get_field(column).related_model, key):
        model._base_manager.filter(pk__in=keys, **{column: None}).update(**{f"{column}_id": key})


def rows_of(data: list[dict]) -> Iterator:
    """Yield the rows, unsaved."""
    return (each.object for each in serializers.deserialize("python", data, ignorenonexistent=True))


def missing(row) -> list[tuple]:
    """Return the foreign keys of which the row is gone: field and key."""
    keys = [(field, getattr(row, field.attname)) for field in row._meta.concrete_fields if field.many_to_one]
    return [(field, key) for field, key in keys if key and not _exists(field.related_model, key)]


def _exists(model, key):
    return model._base_manager.filter(pk=key).exists()


def _keys(relation, row):
    return relation.related_model._base_manager.filter(**{relation.field.name: row}).values_list("pk", flat=True)


def _relations_to(row):
    return [relation for relation in row._meta.get_fields(include_hidden=True) if relation.one_to_many]


def _as_data(row):
    # Without many-to-many columns: these are rows of their own.
    names = [field.name for field in row._meta.concrete_fields]
    return json.loads(serializers.serialize("json", [row], fields=names))[0]
