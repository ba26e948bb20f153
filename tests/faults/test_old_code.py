"""While an upgrade goes on, the code of before uses the database of after: at every migration of ours."""

from uuid import uuid4

import pytest
from django.db import Error, connection, models
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from core.search_text import DerivedTextField

pytestmark = pytest.mark.django_db(transaction=True)

APPS = ["members", "spaces"]
VALUES = {"latitude": 60.0, "longitude": 10.0, "email": "a@example.org"}


def made(field):
    """A value for a field that has no default."""
    if field.choices:
        return field.choices[0][0]
    if isinstance(field, models.DateTimeField):
        return timezone.now()
    if isinstance(field, models.UUIDField):
        return uuid4()
    if field.empty_strings_allowed:
        return "" if field.blank else uuid4().hex[: field.max_length]
    return 1


def row(model):
    """A new one of the model with those that it points to."""
    values = {}
    for field in model._meta.concrete_fields:
        given = isinstance(field, models.AutoField) or field.null or field.has_default() or field.has_db_default()
        if not given:
            values[field.name] = row(field.related_model) if field.is_relation else VALUES.get(field.name, made(field))
    return model.objects.create(**values)


def code_of_now() -> list:
    """Our models as the migrations applied so far describe them."""
    loader = MigrationExecutor(connection).loader
    applied = [node for node in loader.applied_migrations if node in loader.graph.nodes]
    known = loader.project_state(applied).apps.get_models(include_auto_created=True)
    ours = [model for model in known if model._meta.app_label in APPS]
    for field in (field for model in ours for field in model._meta.concrete_fields):
        if isinstance(field, DerivedTextField):
            setattr(field.model, field.derived_from, "derived")  # migrations know no properties
    return ours


def fault_of(model, old) -> str:
    """Why a row that was there cannot be read and changed any more, or none be added."""
    try:
        old.refresh_from_db()
        old.save(force_update=True)
        row(model)
    except Error as error:
        return str(error).strip()
    return ""


@pytest.fixture
def steps():
    """Our migrations in their order, with none applied; afterwards all are again."""
    try:
        executor = MigrationExecutor(connection)
        executor.migrate([(app, None) for app in APPS])
        plan = MigrationExecutor(connection).migration_plan(executor.loader.graph.leaf_nodes())
        yield [(migration.app_label, migration.name) for migration, _is_back in plan if migration.app_label in APPS]
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())


def test_old_code_reads_and_writes_the_new_schema(steps, lost):
    """Where it fails: give an added column a `db_default`, and let what goes stay until nothing uses it."""
    faults = []
    for step in steps:
        rows = [(model, row(model)) for model in code_of_now()]
        MigrationExecutor(connection).migrate([step])
        told = [(*step, model.__name__, fault_of(model, old)) for model, old in rows]
        faults += [" ".join(fault) for fault in told if fault[-1]]
    lost(f"old code on the new schema of {len(steps)} migrations, {connection.vendor}", faults)
