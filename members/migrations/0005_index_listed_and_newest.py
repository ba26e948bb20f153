from django.db import migrations, models

STATUSES = [("prospect", "joining soon"), ("member", "member"), ("former", "former member")]
KINDS = [
    ("confirmed", "The e-mail address was confirmed"),
    ("taken", "A coordinator began to look at it"),
    ("noted", "A coordinator noted"),
    ("assessed", "A coordinator changed the ticks"),
    ("asked", "A coordinator asked"),
    ("answered", "The applicant answered"),
    ("corrected", "The applicant corrected what was sent"),
    ("withdrawn", "The applicant withdrew the application"),
    ("declined", "The application was declined"),
    ("approved", "The application was approved"),
]


def status():
    return models.CharField(choices=STATUSES, default="prospect", max_length=10, verbose_name="status")


class Migration(migrations.Migration):
    dependencies = [("members", "0004_event_assessed")]

    operations = [
        migrations.RemoveIndex("organisation", name="organisation_status"),
        migrations.AddIndex(
            "organisation", models.Index(fields=["status", "sort_name", "id"], name="organisation_listed")
        ),
        migrations.AddIndex(
            "organisation", models.Index(fields=["status", "member_since", "id"], name="organisation_newest")
        ),
        migrations.AlterField("organisation", "status", status()),
        migrations.AlterField("historicalorganisation", "status", status()),
        migrations.AlterField("event", "kind", models.CharField(choices=KINDS, max_length=10)),
    ]
