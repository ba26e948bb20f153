from django.db import migrations, models
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Concat


def settle(apps, schema_editor):
    """As SpaceQuerySet.settle() does from now on; the organisation's words join the space's own."""
    organisation = apps.get_model("members", "Organisation").objects.filter(pk=OuterRef("organisation"))
    spaces = apps.get_model("spaces", "Space").objects.order_by()
    of_member, of_prospect = Q(standing="member"), Q(standing="prospect")
    spaces.annotate(
        standing=Subquery(organisation.values("status")), words=Subquery(organisation.values("search_text"))
    ).update(
        search_text=Concat(F("search_text"), Value(" "), F("words"), output_field=models.TextField()),
        shown=Case(
            When(of_member, hidden=False, status="open", then=1),
            When(of_member, hidden=False, status="coming", then=2),
            When(of_prospect, hidden=False, status__in=["coming", "open"], then=2),
            default=0,
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("members", "0004_ascii_postal_codes"), ("spaces", "0002_ascii_postal_codes")]

    operations = [
        migrations.AddField(
            model_name="space",
            name="shown",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "To Nobody"), (1, "As Member"), (2, "On The Way")], db_default=0, default=0, editable=False
            ),
        ),
        migrations.RunPython(settle, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            model_name="space",
            index=models.Index(
                fields=["shown", "county", "id", "opening_hours", "search_text"], name="space_counted"
            ),
        ),
        migrations.AddIndex(
            model_name="space",
            index=models.Index(
                fields=["shown", "sort_name", "id", "county", "latitude", "longitude", "opening_hours", "search_text"],
                name="space_listed",
            ),
        ),
    ]
