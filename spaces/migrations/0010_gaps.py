from django.db import migrations

from spaces.completeness import gaps


def store(apps, schema_editor):
    photos, organisations = apps.get_model("spaces", "Photo").objects, apps.get_model("members", "Organisation").objects
    apps.get_model("spaces", "Space")._base_manager.update(gaps=gaps(photos, organisations))


class Migration(migrations.Migration):
    dependencies = [("spaces", "0009_board")]
    operations = [migrations.RunPython(store, migrations.RunPython.noop, elidable=True)]
