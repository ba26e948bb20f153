"""What changed of a space: opening hours in words, as on its page, and how far the pin was moved."""

from django.utils.html import format_html
from django.utils.translation import gettext as _

from core.changes import ChangesInWords, mark_difference
from core.distance import distance_km

from .opening_hours import in_words
from .practical import Language

PIN = ("latitude", "longitude", "precision")


class SpaceChanges(ChangesInWords):
    together = [("address", "postal_code", "town", "municipality", "county"), PIN]

    def label(self, field):
        return _("Pin") if field.name in PIN[:2] else super().label(field)

    def text(self, fields, before, after):
        if before and after and fields[0].name in PIN[:2]:
            km = distance_km(*((row.latitude, row.longitude) for row in (before, after)))
            moved = mark_difference("", _moved(km))
            others = [field for field in fields if field.name == "precision"]
            return format_html("{}; {}", moved, super().text(others, before, after)) if others else moved
        return super().text(fields, before, after)

    def value(self, field, row):
        value = super().value(field, row)
        if field.name == "opening_hours":
            return in_words(value)
        if field.name == "languages":
            return ", ".join(str(dict(Language.choices).get(code, code)) for code in value.split())
        return value


def _moved(km) -> str:
    if km < 1:
        return _("moved %(metres)d metres") % {"metres": round(km * 1000)}
    return _("moved %(km)d kilometres") % {"km": round(km)}
