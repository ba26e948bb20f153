"""Which join requests wait, and for whom: each a verb of JoinRequest.objects, counted and listed as the spaces' are."""

from django.contrib.admin import SimpleListFilter
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ..models import JoinRequest

WAITS = {
    "for_coordinators": _("Join requests that wait for you"),
    "for_applicants": _("Join requests that wait for the applicant"),
    "unconfirmed": _("Join requests that are not confirmed"),
}
NOTED = ["for_coordinators", "for_applicants"]


def notes(user) -> list[tuple[str, str, int]]:
    if not user.has_perm("members.view_joinrequest"):
        return []
    page = reverse("admin:members_joinrequest_changelist")
    counts = JoinRequest.objects.aggregate(**{verb: Count("pk", filter=Q(pk__in=_keys(verb))) for verb in NOTED})
    return [(f"{page}?waits={verb}", WAITS[verb], counts[verb]) for verb in NOTED]


def _keys(verb):
    return getattr(JoinRequest.objects, verb)().order_by().values("pk")


class WaitsFilter(SimpleListFilter):
    title = _("whose turn it is")
    parameter_name = "waits"

    def lookups(self, request, model_admin):
        return [
            ("for_coordinators", _("us")),
            ("for_applicants", _("the applicant")),
            ("unconfirmed", _("the applicant’s confirmation")),
        ]

    def queryset(self, request, queryset):
        if self.value() not in WAITS:
            return queryset
        return queryset.filter(pk__in=_keys(self.value()))
