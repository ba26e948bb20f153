"""The practical facts of a space in words: a row for each that is known."""

from typing import NamedTuple

from django.utils.formats import number_format
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.fields import host


class Row(NamedTuple):
    label: str
    text: str
    url: str = ""


def practical_rows(space) -> list[Row]:
    """Return the rows in the order in which a visitor asks, none of them blank."""
    rows = [
        Row(_("A desk for a day"), price(space.day_price)),
        Row(_("A desk for a month"), price(space.month_price, is_lowest=True)),
        Row(_("Trial day"), {"yes": _("The first day is free"), "no": _("No free trial day")}.get(space.trial_day, "")),
        Row(_("Desks"), str(space.desks or "")),
        Row(_("Meeting rooms"), rooms(space.room_seats)),
        Row(_("Booking"), host(space.booking_url), space.booking_url),
        Row(_("Accessibility"), access(space)),
        Row(_("Languages"), capfirst(get_text_list(space.language_names, _("and")))),
        Row(_("Welcomes you"), space.welcomed_by),
        Row(_("Opened"), str(space.since or "")),
    ]
    return [row for row in rows if row.text]


def price(kroner: int | None, *, is_lowest=False) -> str:
    if not kroner:
        return "" if kroner is None else _("Free of charge")
    text = _("from NOK %(kroner)s incl. VAT") if is_lowest else _("NOK %(kroner)s incl. VAT")
    return text % {"kroner": number_format(kroner, force_grouping=True)}


def rooms(seats: list[int]) -> str:
    if not seats:
        return ""
    text = ngettext("One room, for %(seats)s people", "%(count)s rooms, for %(seats)s people", len(seats))
    return text % {"count": len(seats), "seats": get_text_list(list(map(str, sorted(seats))), _("and"))}


def access(space) -> str:
    """Return "Step-free entrance, no lift": what is there, then what is not, of what is known."""
    words = {
        "step_free": (_("step-free entrance"), _("steps at the entrance")),
        "lift": (_("lift"), _("no lift")),
        "accessible_toilet": (_("wheelchair-accessible toilet"), _("no wheelchair-accessible toilet")),
    }
    told = [pair[answer == "no"] for field, pair in words.items() if (answer := getattr(space, field))]
    return capfirst(", ".join(told))
