from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from .enumerations import PRIVATE, Kind
from .join_request import JoinRequest
from .requested_space import RequestedSpace


class EventQuerySet(models.QuerySet):
    def for_applicant(self):
        return self.exclude(kind__in=PRIVATE)


class Event(models.Model):
    """A step of a join request; the applicant sees all but what is private."""

    Kind = Kind

    join_request = models.ForeignKey(JoinRequest, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    text = models.TextField(blank=True)
    changes = models.JSONField(default=list, db_default=models.Value([], models.JSONField()), blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        app_label = "members"
        ordering = ["at", "pk"]

    def __str__(self):
        return self.get_kind_display()

    @property
    def is_private(self) -> bool:
        return Kind(self.kind).is_private

    @property
    def for_applicant(self) -> str:
        return Kind(self.kind).for_applicant(self.by.get_full_name() if self.by else "")

    @property
    def differences(self) -> list[tuple]:
        """Return label, old and new text of each field that the applicant changed."""
        return [(_label(**change), _in_words(change["old"]), _in_words(change["new"])) for change in self.changes]


def _label(space, field, old, **_new) -> str:
    if not field:
        return _("Space taken out") if old else _("Space added")
    if not space:
        return capfirst(JoinRequest._meta.get_field(field).verbose_name)
    label = _("pin") if field == "pin" else RequestedSpace._meta.get_field(field).verbose_name
    return f"{space}: {label}"


def _in_words(value) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return value
