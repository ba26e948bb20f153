from django.db import migrations

from core.search_text import BATCH, fold, sort_key, truncated


def reindex(apps, schema_editor):
    """Fold the names anew: ŋ and ŧ were left out, and "12 B" was not "12B"."""
    organisations = apps.get_model("members", "Organisation").objects.order_by()
    rows = list(organisations.only("name", "organisation_number"))
    for row in rows:
        row.search_text = truncated(" ".join(filter(None, [fold(row.name), row.organisation_number])))
        row.sort_name = truncated(sort_key(row.name))
    organisations.bulk_update(rows, ["search_text", "sort_name"], BATCH)


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]
    operations = [migrations.RunPython(reindex, migrations.RunPython.noop, elidable=True)]
