"""What spaces have for a coordinator: pins to place, on the start page, and a filter by verb of Space.objects."""

from django.contrib.admin import SimpleListFilter
from django.urls import reverse
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from core.admin_tasks import Item, Tasks, bounded_count, first_rows, listed

from .models import Space

ATTENTION = {
    "address_left_pin": _("Pins that stayed when the address changed"),
    "address_without_pin": _("Pins at the town centre although the address is known"),
    "approximate": _("Pins that are only approximate"),
    "without_photo": _("Spaces without a photo"),
    "without_opening_hours": _("Spaces without opening hours"),
    "without_contact": _("Spaces without contact details"),
    "upcoming": _("Spaces joining soon"),
}


PINS = [
    (
        "address_left_pin",
        _("The address is now %(address)s, but the pin stands where it stood."),
        _("Look at the pin"),
    ),
    (
        "address_without_pin",
        _("It stands at the town centre, but the address is known: %(address)s."),
        _("Place the pin"),
    ),
]
MORE = ngettext_lazy("%(number)s more pin to place", "%(number)s more pins to place", "count")
LATER = ngettext_lazy("%(number)s space is joining soon", "%(number)s spaces are joining soon", "count")


def tasks(user) -> Tasks:
    if not user.has_perm("spaces.view_space"):
        return Tasks()
    page = reverse("admin:spaces_space_changelist")
    items, more = [], []
    for verb, text, action in PINS:
        pins = getattr(Space.objects, verb)().recorded().only("name", "town", "address", "postal_code", "organisation")
        spaces, besides = first_rows(pins.select_related(None))
        items += [_item(space, text, action) for space in spaces]
        more += listed(f"{page}?attention={verb}", besides, MORE)
    later = listed(f"{page}?attention=upcoming", bounded_count(Space.objects.upcoming()), LATER)
    return Tasks(items, more, later)


def _item(space, text, action) -> Item:
    return Item(
        since=space.recorded_at,
        title=gettext("The pin of %(space)s") % {"space": space.title},
        text=text % {"address": ", ".join([space.address, space.postal_line])},
        url=reverse("admin:spaces_space_change", args=[space.pk]) + "#id_latitude",
        action=action,
    )


class AttentionFilter(SimpleListFilter):
    title = _("needs attention")
    parameter_name = "attention"

    def lookups(self, request, model_admin):
        return ATTENTION.items()

    def queryset(self, request, queryset):
        if self.value() not in ATTENTION:
            return queryset
        return getattr(queryset, self.value())()
