"""The join requests that wait, by verbs of JoinRequest.objects: told on the start page, filtered in the list."""

from django.contrib.admin import SimpleListFilter
from django.db.models import OuterRef, Subquery, prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext, ngettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from core.admin_tasks import Item, Tasks, bounded_count, first_rows, listed
from core.history import full_name

from .models import Event, JoinRequest

WAITS = {
    "for_coordinators": _("Join requests that wait for you"),
    "for_applicants": _("Join requests that wait for the applicant"),
    "unconfirmed": _("Join requests that are not confirmed"),
}
MORE = ngettext_lazy("%(number)s more join request waits", "%(number)s more join requests wait", "count")
LATER = ngettext_lazy(
    "%(number)s join request waits for the applicant", "%(number)s join requests wait for the applicant", "count"
)


def tasks(user) -> Tasks:
    if not user.has_perm("members.view_joinrequest"):
        return Tasks()
    page = reverse("admin:members_joinrequest_changelist")
    latest = Event.objects.for_applicant().filter(join_request=OuterRef("pk")).order_by("-at", "-pk").values("kind")
    waiting = JoinRequest.objects.for_coordinators().select_related("reviewer").annotate(latest=Subquery(latest[:1]))
    requests, besides = first_rows(waiting.only("name", "state", "waits_since", "reviewer"))
    prefetch_related_objects(requests, "spaces")
    waits_for_applicants = bounded_count(JoinRequest.objects.for_applicants())
    return Tasks(
        [_item(request) for request in requests],
        listed(f"{page}?waits=for_coordinators", besides, MORE),
        listed(f"{page}?waits=for_applicants", waits_for_applicants, LATER),
    )


def _item(request) -> Item:
    is_answered = request.latest == Event.Kind.ANSWERED
    title = gettext("Answer from %(name)s") if is_answered else gettext("Join request: %(name)s")
    towns = [*dict.fromkeys(space.town for space in request.spaces.all())]
    number = len(request.spaces.all())
    texts = [ngettext("%(count)d space", "%(count)d spaces", number) % {"count": number}]
    if request.reviewer:
        texts.append(gettext("%(who)s is looking at it") % {"who": full_name(request.reviewer)})
    return Item(
        since=request.waits_since,
        title=title % {"name": ", ".join([request.name, *towns])},
        text=". ".join(texts) + ".",
        url=reverse("admin:members_joinrequest_change", args=[request.pk]),
        action=gettext("Read the answer") if is_answered else gettext("Read and decide"),
        is_awaited=True,
    )


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
