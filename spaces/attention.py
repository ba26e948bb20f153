"""What waits for a coordinator: each a verb of Space.objects, counted on the start page and listed by the filter."""

from django.contrib.admin import SimpleListFilter
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .models import Space

ATTENTION = {
    "approximate": _("Pins that are only approximate"),
    "without_photo": _("Spaces without a photo"),
    "without_opening_hours": _("Spaces without opening hours"),
    "without_contact": _("Spaces without contact details"),
    "on_the_way": _("Spaces on the way in"),
}


def notes(user) -> list[tuple[str, str, int]]:
    """For the start page: where each kind is listed, its label, and how many there are."""
    if not user.has_perm("spaces.view_space"):
        return []
    page = reverse("admin:spaces_space_changelist")
    counts = Space.objects.aggregate(**{verb: Count("pk", filter=Q(pk__in=_keys(verb))) for verb in ATTENTION})
    return [(f"{page}?attention={verb}", label, counts[verb]) for verb, label in ATTENTION.items()]


def _keys(verb):
    return getattr(Space.objects, verb)().order_by().values("pk")


class AttentionFilter(SimpleListFilter):
    title = _("needs attention")
    parameter_name = "attention"

    def lookups(self, request, model_admin):
        return ATTENTION.items()

    def queryset(self, request, queryset):
        if self.value() not in ATTENTION:
            return queryset
        return queryset.filter(pk__in=_keys(self.value()))
