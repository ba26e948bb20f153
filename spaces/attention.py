"""What waits for a coordinator: each a verb of Space.objects, counted on the start page and listed by the filter."""

from django.contrib.admin import SimpleListFilter
from django.utils.translation import gettext_lazy as _

from .models import Space

ATTENTION = {
    "approximate": _("Pins that are only approximate"),
    "without_photo": _("Spaces without a photo"),
    "without_opening_hours": _("Spaces without opening hours"),
    "without_contact": _("Spaces without contact details"),
    "on_the_way": _("Spaces on the way in"),
}


def counts() -> list[tuple[str, str, int]]:
    """Verb, label and number of spaces."""
    return [(verb, label, getattr(Space.objects, verb)().count()) for verb, label in ATTENTION.items()]


class AttentionFilter(SimpleListFilter):
    title = _("needs attention")
    parameter_name = "attention"

    def lookups(self, request, model_admin):
        return ATTENTION.items()

    def queryset(self, request, queryset):
        if self.value() not in ATTENTION:
            return queryset
        return queryset.filter(pk__in=getattr(Space.objects, self.value())().order_by().values("pk"))
