from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models.functions import Now
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.utils import timezone
from django.utils.crypto import salted_hmac

from .client_ip import networks_around


class ContentVersion(models.Model):
    """A change of public data; the rows together identify a version of the data.

    Rows are added and never updated, so that nobody waits for a lock; erase_expired deletes old ones except the newest.
    """

    at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self):
        return str(self.at)

    @classmethod
    def bump(cls, **_):
        """Record a change in its transaction; call it after bulk writes, `track` does it for all others."""
        cls.objects.create()

    @classmethod
    def purge_before(cls, moment):
        """Delete older rows except the newest one, without which a version could be repeated."""
        newest = cls.objects.order_by("-pk").values("pk")[:1]
        cls.objects.filter(at__lt=moment).exclude(pk__in=newest).delete()

    @classmethod
    def current(cls) -> str:
        """Return a text that differs after every committed change, in whatever order transactions end."""
        with connection.cursor() as cursor:  # every public page asks; by the ORM it takes five times as long
            cursor.execute(f"SELECT min(id), max(id), count(*), max(at) FROM {cls._meta.db_table}")  # noqa: S608
            return "-".join(map(str, cursor.fetchone()))


def track(model):
    """Bump the content version at each write, by signals: the admin's, a verb's and a cascade's all count."""
    for signal in (post_save, post_delete):
        signal.connect(ContentVersion.bump, sender=model, weak=False)
    m2m_changed.connect(bump_after_relation_changed, sender=model)


def bump_after_relation_changed(action, **_):
    """Bump once for an addition or removal, which Django announces before and after."""
    if action.startswith("post_"):
        ContentVersion.bump()


class RateLimitQuerySet(models.QuerySet):
    def purge_before(self, moment) -> int:
        return self.filter(latest__lt=moment).delete()[0]

    purge_before.alters_data = True


class RateLimit(models.Model):
    """The times of what is limited for one subject, which is stored as a hash."""

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=64)
    timestamps = models.JSONField(default=list, help_text="Seconds since 1970, the latest last.")
    latest = models.DateTimeField(default=timezone.now, db_default=Now(), db_index=True)

    objects = RateLimitQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="rate_limit_one_row_each")]

    def __str__(self):
        return self.kind

    @classmethod
    @transaction.atomic
    def allows(cls, kind: str, subject: str, *, at_most: int, within: timedelta) -> bool:
        """Return whether it may be done once more in the time just passed; if so, count it as done.

        Exact however many ask at once: the row is locked while it is counted.
        """
        limit, now = cls._locked(kind, subject), timezone.now()
        recent = [timestamp for timestamp in limit.timestamps if timestamp > (now - within).timestamp()]
        if len(recent) >= at_most:
            return False
        limit._count(recent, now)
        return True

    @classmethod
    @transaction.atomic
    def allows_client(cls, kind: str, client: str, *, at_most: tuple[int, ...], within: timedelta) -> bool:
        """Do as `allows`, with a limit for the client and one for each wider network around it."""
        # The widest first: whoever has very many addresses makes few rows.
        networks = zip([client, *networks_around(client)], at_most, strict=False)
        for level, (network, limit) in reversed(list(enumerate(networks))):
            if not cls.allows(f"{kind}-{level}" if level else kind, network, at_most=limit, within=within):
                transaction.set_rollback(True)  # what one client is refused counts for none of its neighbours
                return False
        return True

    @classmethod
    @transaction.atomic
    def reserve(cls, kind: str, subject: str, *, at_most: int, within: timedelta) -> datetime:
        """Return the first moment, now or later, at which it may be done once more, and count it as done then."""
        limit, slot = cls._locked(kind, subject), timezone.now()
        recent = limit.timestamps[-at_most:]
        if len(recent) == at_most:
            slot = max(slot, datetime.fromtimestamp(recent[0], UTC) + within)
        limit._count(recent[len(recent) == at_most :], slot)
        return slot

    @classmethod
    def _locked(cls, kind, subject):
        # Keyed with SECRET_KEY: a plain hash of an IP address is soon guessed.
        key = salted_hmac(f"limit-{kind}", subject, algorithm="sha256").hexdigest()
        return cls.objects.select_for_update().get_or_create(kind=kind, key=key)[0]

    def _count(self, earlier, moment):
        self.timestamps, self.latest = [*earlier, moment.timestamp()], moment
        self.save(update_fields=["timestamps", "latest"])


class KeptFileQuerySet(models.QuerySet):
    def of(self, user, kind: str):
        return self.filter(user=user, kind=kind, kept_at__gt=timezone.now() - KeptFile.AGE)

    def keep(self, user, kind: str, content: bytes, name: str = "") -> str:
        """Return the token of a new one; the user's oldest go where they would have too much."""
        kept = self.create(user=user, kind=kind, content=content, size=len(content), name=name[:200])
        room = KeptFile.MAX_BYTES
        for number, (key, size) in enumerate(self.filter(user=user).order_by("-kept_at").values_list("pk", "size")):
            room -= size
            if key != kept.pk and (room < 0 or number >= KeptFile.MAX_FILES):
                self.filter(pk=key).delete()
        return str(kept.pk)

    keep.alters_data = True

    def with_token(self, token: str):
        """Return the file, None if there is none."""
        try:
            return self.filter(pk=UUID(token)).first()
        except ValueError:
            return None

    def purge_expired(self) -> int:
        return self.filter(kept_at__lte=timezone.now() - KeptFile.AGE).delete()[0]

    purge_expired.alters_data = True


class KeptFile(models.Model):
    """What somebody sent, was checked and is not stored yet: theirs alone, for some hours.

    In the database, for any of several machines may answer the next request.
    """

    AGE = timedelta(hours=12)  # as long as somebody may be logged in
    MAX_FILES, MAX_BYTES = 40, 40_000_000  # of a user

    token = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=200, blank=True)
    content = models.BinaryField()
    size = models.PositiveIntegerField()
    kept_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = KeptFileQuerySet.as_manager()

    def __str__(self):
        return f"{self.kind} {self.token}"
