from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .join_request import JoinRequest


class EventQuerySet(models.QuerySet):
    def for_applicant(self):
        return self.exclude(what=Event.What.NOTED)


class Event(models.Model):
    """One step of a join request; the applicant sees all but the coordinators' notes."""

    class What(models.TextChoices):
        CONFIRMED = "confirmed", _("The e-mail address was confirmed")
        TAKEN = "taken", _("A coordinator began to look at it")
        NOTED = "noted", _("A coordinator noted")
        ASKED = "asked", _("A coordinator asked")
        ANSWERED = "answered", _("The applicant answered")
        CORRECTED = "corrected", _("The applicant corrected what was sent")
        WITHDRAWN = "withdrawn", _("The applicant withdrew the request")
        DECLINED = "declined", _("The request was declined")
        APPROVED = "approved", _("The request was approved")

    join_request = models.ForeignKey(JoinRequest, models.CASCADE, related_name="events")
    what = models.CharField(max_length=10, choices=What)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    text = models.TextField(blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self):
        return self.get_what_display()
