from django.db import transaction

from .models import ContentVersion
from .search_text import SearchableQuerySet


class VerbQuerySet(SearchableQuerySet):
    def formerly_at(self, slug: str):
        return self.filter(pk__in=self.model.history.filter(slug=slug).values("id"))

    def change(self, *, by, reason: str, **values) -> int:
        """Set the values on the rows that differ, each with an entry in its history; return how many did.

        The reason is an English text of the catalogue, stored as it is and translated where it is shown.
        """
        changed = 0
        with transaction.atomic():
            # Row by row, as update() would leave no history; locked, so that two at once do not both count a row.
            rows = self.model.objects.filter(pk__in=self.order_by().values("pk")).exclude(**values)
            for changed, row in enumerate(rows.select_for_update(of=("self",)), start=1):  # noqa: B007
                for field, value in values.items():
                    setattr(row, field, value)
                row._history_user, row._change_reason = by, reason
                row.save(update_fields=values)
        return changed

    change.alters_data = True

    @transaction.atomic(savepoint=False)
    def update(self, **values):
        changed = super().update(**values)
        ContentVersion.bump()
        return changed

    @transaction.atomic(savepoint=False)
    def bulk_create(self, *args, **options):
        created = super().bulk_create(*args, **options)
        ContentVersion.bump()
        return created

    update.alters_data = bulk_create.alters_data = True
