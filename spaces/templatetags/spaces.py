import json
from functools import cache
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join, json_script
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from members import norway

from ..map import TEXTS, Place, close_up
from ..tiles import ZOOMS

register = template.Library()

# As Django's json_script does: no text can end the element or open another.
ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}

# What the landing page says of each of 300: format_html takes a tenth of a template's time.
ENTRY = '<li><a class="entry entry-{}" href="{}" data-space="{}">\n<strong>{}</strong>\n<span>{}</span>\n{}</a></li>'
LINKED_PIN = '<a href="{}"><title>{}</title><rect class="pin-{}" x="{}" y="{}" width="{}" height="{}"/></a>'


@register.simple_tag
def json_ld(data):
    text = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False).translate(ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))  # noqa: S308


@register.filter
def distance(kilometres: float) -> str:
    if kilometres < 1:
        return _("less than 1 km")
    return _("%(distance)s km") % {"distance": _rounded(kilometres)}


@register.filter
def about_distance(kilometres: float) -> str:
    """Between places of which one is known only to the town."""
    if kilometres < 3:
        return _("in the same town")
    return _("about %(distance)s km") % {"distance": _rounded(kilometres)}


def _rounded(kilometres):
    decimals = 1 if kilometres < 10 else 0
    return number_format(round(kilometres, decimals), decimals)


@register.filter
def grouped(count: int) -> str:
    return number_format(count, force_grouping=True)


@register.filter
def moment(at) -> str:
    """The time of a moment to come, with the day where it is not today and the date where it is not this week."""
    local, today = timezone.localtime(at), timezone.localdate()
    days = (local.date() - today).days
    if days == 0:
        return _("at %(time)s") % {"time": date_format(local, "H:i")}
    if days < 7:
        return _("%(weekday)s at %(time)s") % {
            "weekday": WEEKDAYS[local.weekday()].lower(),
            "time": date_format(local, "H:i"),
        }
    return _("%(date)s at %(time)s") % {
        "date": date_format(local, "MONTH_DAY_FORMAT"),
        "time": date_format(local, "H:i"),
    }


@register.filter
def days(row) -> str:
    first, last = WEEKDAYS[row.first_day], WEEKDAYS[row.last_day]
    return str(first) if row.first_day == row.last_day else f"{first}–{last.lower()}"


@register.inclusion_tag("spaces/_pin_picture.html")
def pin_picture(latitude, longitude):
    """The surroundings of a pin that somebody proposes, in WGS 84 degrees; nothing where there is none in Norway."""
    try:
        place = Place(float(latitude), float(longitude))
    except (TypeError, ValueError):
        return {}
    return {"picture": close_up(place)} if norway.is_in_norway(place.latitude, place.longitude) else {}


@register.simple_tag
def linked_pins(picture):
    size = picture["size"]
    pins = ((pin.space.url, pin.space.title, pin.space.kind, pin.x, pin.y, size, size) for pin in picture["pins"])
    return format_html_join("\n", LINKED_PIN, pins)


@register.simple_tag
def entries(spots):
    soon = format_html('<span class="tag tag-coming">{}</span>', _("soon"))
    rows = ((s.kind, s.url, s.pk, s.name, s.town, "" if s.is_member else soon) for s in spots)
    return format_html('<ul class="entries">{}</ul>', format_html_join("\n", ENTRY, rows))


@register.simple_tag
def map_attributes():
    """What static/js/map.js reads of a map's element: where the outline is, and the street tiles if there are any."""
    outline = format_html('data-map data-basemap="{}"', static("map/norge.topo.json"))
    if not settings.TILES_URL:
        return outline
    streets = {
        "url": reverse("tile", args=[0, 0, 0]).replace("0/0/0", "{z}/{x}/{y}"),
        "minZoom": ZOOMS[0],
        "maxZoom": ZOOMS[-1],
        "bounds": [[norway.SOUTH, norway.WEST], [norway.NORTH, norway.EAST]],
    }
    return format_html('{} data-streets="{}"', outline, json.dumps(streets))


@register.simple_tag
def map_texts():
    """What static/js/map.js says, in the reader's language."""
    return _map_texts(get_language())


@cache
def _map_texts(_language):
    return json_script(TEXTS, "map-texts")


@register.filter
def host(address: str) -> str:
    return urlsplit(address).netloc.removeprefix("www.")
