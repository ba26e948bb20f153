from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac


class LimitQuerySet(models.QuerySet):
    def forget(self, before) -> int:
        """Delete the rows in which nothing happened since then; how many they were."""
        deleted = 0
        for limit in self:
            if max(limit.moments, default=0) < before.timestamp():
                # as it was read: it may have counted once more since
                deleted += self.filter(pk=limit.pk, moments=limit.moments).delete()[0]
        return deleted

    forget.alters_data = True


class Limit(models.Model):
    """When something was last done by or to one party, known only by a hash, so that it is not done too often."""

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=64)
    moments = models.JSONField(default=list, help_text="Seconds since 1970, the latest last.")

    objects = LimitQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="limit_one_row_each")]

    def __str__(self):
        return self.kind

    @classmethod
    @transaction.atomic
    def allows(cls, kind: str, party: str, *, at_most: int, within: timedelta) -> bool:
        """Whether it may be done once more in the time that has just passed; if so it counts as done.

        Exact however many ask at once: the row is locked while it is counted.
        """
        key = salted_hmac(f"limit-{kind}", party, algorithm="sha256").hexdigest()
        limit, _is_new = cls.objects.select_for_update().get_or_create(kind=kind, key=key)
        now = timezone.now()
        recent = [moment for moment in limit.moments if moment > (now - within).timestamp()]
        if len(recent) >= at_most:
            return False
        limit.moments = [*recent, now.timestamp()]
        limit.save(update_fields=["moments"])
        return True
