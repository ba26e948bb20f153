from django.db import migrations


def answer(apps, schema_editor):
    """Move what was an amenity to the question that replaces it."""
    Amenity, Space = apps.get_model("spaces", "Amenity"), apps.get_model("spaces", "Space")
    Space._base_manager.filter(amenities__slug="step-free").update(step_free="yes")
    Amenity.objects.filter(slug="step-free").delete()


class Migration(migrations.Migration):
    dependencies = [("spaces", "0006_practical")]

    operations = [migrations.RunPython(answer, migrations.RunPython.noop)]
