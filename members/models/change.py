from django.db import connection, models
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.utils import timezone


class Change(models.Model):
    """A change of what the public may see: which rows there are tells one version of the data from another.

    Rows are added and never updated, so that nobody waits for a lock; old ones are taken away by erase_expired, but for
    the newest.
    """

    at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self):
        return str(self.at)

    @classmethod
    def note(cls, **_):
        """In the transaction of the change; after bulk writes by hand, after others by `watch`."""
        cls.objects.create()

    @classmethod
    def forget(cls, before):
        """The newest stays, so that no two versions of the data are ever told alike."""
        newest = cls.objects.order_by("-pk").values("pk")[:1]
        cls.objects.filter(at__lt=before).exclude(pk__in=newest).delete()

    @classmethod
    def version(cls) -> str:
        """Differs after every change that was committed, in whatever order transactions end."""
        with connection.cursor() as cursor:  # every public page asks; by the ORM it takes five times as long
            cursor.execute(f"SELECT min(id), max(id), count(*), max(at) FROM {cls._meta.db_table}")  # noqa: S608
            return "-".join(map(str, cursor.fetchone()))


def watch(model):
    """Signals, because every way of writing counts: the admin's, a verb's, a cascade's."""
    for signal in (post_save, post_delete, m2m_changed):
        signal.connect(Change.note, sender=model, weak=False)
