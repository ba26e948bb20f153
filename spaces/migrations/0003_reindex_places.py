from django.db import migrations

from core.search_text import BATCH, fold, sort_key, truncated
from norway.counties import COUNTY_NAMES
from norway.places import other_names, town_name


def reindex(apps, schema_editor):
    """Spell each town one way, and fold the texts anew, with the towns' other names."""
    spaces = apps.get_model("spaces", "Space").objects.order_by()
    rows = list(spaces.select_related("organisation"))
    for row in rows:
        row.town = town_name(row.town, row.county)
        own = [row.name, row.address, row.postal_code, row.town, row.municipality, COUNTY_NAMES.get(row.county, "")]
        own += other_names(row.county, row.town, row.municipality)
        row.search_text = truncated(f"{fold(' '.join(own))} {row.organisation.search_text}")
        row.sort_name = truncated(f"{sort_key(row.name)}\t{sort_key(row.town)}")
    if spaces.bulk_update(rows, ["town", "search_text", "sort_name"], BATCH):
        apps.get_model("core", "ContentVersion").objects.create()


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0001_initial"),
        ("members", "0002_reindex_names"),
        ("spaces", "0002_add_jan_mayen"),
    ]
    operations = [migrations.RunPython(reindex, migrations.RunPython.noop, elidable=True)]
