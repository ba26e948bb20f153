"""The steps of join requests in the shared log: what was done, and never what was written."""

from django.urls import reverse
from django.utils.translation import gettext as _

from core.history import name_or_gone
from core.log import Entry, Order, Wanted

from .models import Event

MAILED = {Event.Kind.TAKEN, Event.Kind.ASKED, Event.Kind.DECLINED, Event.Kind.APPROVED}


class JoinRequestSource:
    kind = "joinrequest"

    @property
    def label(self):
        return _("Join requests")

    def is_visible(self, user):
        return user.has_perm("members.view_joinrequest")

    def newest(self, number, wanted: Wanted):
        events = Event.objects.select_related("by", "join_request").defer("text")
        return [(self._order(event, number), event) for event in wanted.select(events, number, at="at", by="by")]

    def entries(self, user, number, rows):
        return [self._entry(event, number) for event in rows]

    def _order(self, event, number) -> Order:
        return event.at, -number, event.pk

    def _entry(self, event, number):
        kind = Event.Kind(event.kind)
        return Entry(
            order=self._order(event, number),
            who=_("The applicant") if kind.is_by_applicant else name_or_gone(event.by),
            what=str(kind.label),
            title=str(event.join_request),
            url=reverse("admin:members_joinrequest_change", args=[event.join_request_id]),
            note=_("The mail is sent") if kind in MAILED else "",
        )
