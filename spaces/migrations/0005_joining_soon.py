from django.db import migrations, models

STATUSES = [("coming", "joining soon"), ("open", "open"), ("closed", "closed")]
VISIBILITIES = [(0, "not shown"), (1, "member"), (2, "joining soon")]


def status():
    return models.CharField(choices=STATUSES, default="coming", max_length=10, verbose_name="status")


class Migration(migrations.Migration):
    dependencies = [("spaces", "0004_mailboxes_others_can_reach")]

    operations = [
        migrations.AlterField("space", "status", status()),
        migrations.AlterField("historicalspace", "status", status()),
        migrations.AlterField(
            "space",
            "visibility",
            models.PositiveSmallIntegerField(choices=VISIBILITIES, db_default=0, default=0, editable=False),
        ),
    ]
