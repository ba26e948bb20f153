"""Which state of a row somebody saw, so that a write that was made from an older one is refused."""

from functools import cache
from hashlib import sha256
from operator import attrgetter

from django.db.models import Field, Model

UNTRACKED = {"last_login", "password"}  # written by each login, and by forms of their own


def version_of(instance: Model, relations=(), many=None) -> str:
    """Return a text that differs after every change of the row, its many-to-many relations and rows of `relations`.

    `many` are the rows of each many-to-many relation, where whoever asks has read them.
    """
    if many is None:
        many = [getattr(instance, field.name).all() for field in instance._meta.many_to_many]
    related = [_state(row) for name in relations for row in getattr(instance, name).order_by("pk")]
    state = repr([_state(instance), [sorted(row.pk for row in rows) for rows in many], related])
    # Begins with a letter, lest a spreadsheet takes it for a number.
    return f"v{sha256(state.encode()).hexdigest()[:20]}"


def _state(instance) -> list[str]:
    return [str(read(instance)) for read in _readers(type(instance))]


@cache
def _readers(model) -> list:
    # What people edit or the history holds: derived columns may be computed anew without anybody changing the row.
    fields = model._meta.concrete_fields
    recorded = model.history.model.tracked_fields if hasattr(model, "history") else fields
    names = {field.name for field in recorded} - UNTRACKED
    tracked = (field for field in fields if field.name in names or (field.editable and field.name not in UNTRACKED))
    # Most fields only turn into text what the attribute is; that is quicker without them.
    return [
        attrgetter(field.attname) if type(field).value_to_string is Field.value_to_string else field.value_to_string
        for field in tracked
    ]
