import json

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join, json_script
from django.utils.translation import gettext as _

from core.inline_styles import inline_styles
from norway import bounds

from ..art.kept import hero
from ..map.notes import EDGES
from ..map.points import NORWAY, TEXTS, Place, close_up, project
from ..map.tiles import ZOOMS
from ..opening_hours_words import day_range

register = template.Library()

DOT = '<circle class="small-map-{kind}" data-dot="{pk}" cx="{x}" cy="{y}" r="1.5"/>'


@register.filter
def distance(kilometres: float) -> str:
    if kilometres < 1:
        return _("less than 1 km")
    return _("%(distance)s km") % {"distance": _rounded(kilometres)}


@register.filter
def about_distance(kilometres: float) -> str:
    if kilometres < 3:
        return _("in the same town")
    return _("about %(distance)s km") % {"distance": _rounded(kilometres)}


def _rounded(kilometres):
    decimals = 1 if kilometres < 10 else 0
    return number_format(round(kilometres, decimals), decimals)


@register.filter
def moment(at) -> str:
    """Format a future time: today "at 16:00", this week with the weekday, later with the date."""
    local, today = timezone.localtime(at), timezone.localdate()
    days = (local.date() - today).days
    if days == 0:
        return _("at %(time)s") % {"time": date_format(local, "H:i")}
    if days < 7:
        return _("%(weekday)s at %(time)s") % {
            "weekday": WEEKDAYS[local.weekday()],
            "time": date_format(local, "H:i"),
        }
    return _("%(date)s at %(time)s") % {
        "date": date_format(local, "MONTH_DAY_FORMAT"),
        "time": date_format(local, "H:i"),
    }


@register.filter
def briefly(state) -> str:
    """Say in a few words whether it is open: "Open until 16:00"."""
    if not state.until:
        return _("Always open") if state.is_open else _("Closed")
    if not state.is_open:
        return _("Opens %(moment)s") % {"moment": moment(state.until)}
    if timezone.localtime(state.until).date() == timezone.localdate():
        return _("Open until %(time)s") % {"time": date_format(timezone.localtime(state.until), "H:i")}
    return _("Open until %(moment)s") % {"moment": moment(state.until)}


@register.filter
def days(row) -> str:
    return day_range(row.first_day, row.last_day)


@register.inclusion_tag("spaces/_picture.html")
def pin_picture(latitude, longitude):
    try:
        place = Place(float(latitude), float(longitude))
    except (TypeError, ValueError):
        return {}
    if not bounds.is_in_norway(place.latitude, place.longitude):
        return {}
    return {"picture": close_up(place), "label": _("The pin on the map")}


@register.inclusion_tag("spaces/_small_map.html")
def small_map(spaces, others=()):
    dots = []
    for space in [*spaces, *(others or ())]:
        x, y = (f"{side:.2f}" for side in project(space.latitude, space.longitude))
        dots.append({"kind": "member" if space.is_member else "coming", "pk": space.pk, "x": x, "y": y})
    return {"dots": format_html_join("\n", DOT, dots), "norway": NORWAY, "landing_url": reverse("landing")}


@register.simple_tag
def space_hero_art(space):
    return hero(space).svg


@register.simple_tag
def space_art_caption(space):
    """Say what the large picture shows."""
    terraces = hero(space).terraces
    if terraces is None:
        return _("The coast around %(town)s") % {"town": space.town}
    text = _("Each shade is %(step)s km farther from the sea. The space stands on the line of %(distance)s km.")
    return text % {"step": _rounded(terraces.step_km), "distance": _rounded(terraces.from_sea_km)}


@register.simple_tag
def map_attributes():
    """Return what map.js reads of a map's element: where the outline is, and the street tiles if there are any."""
    outline = format_html('data-map data-basemap="{}"', static("norway/norge.topo.json"))
    if not settings.TILES_URL:
        return outline
    streets = {
        "url": reverse("tile", args=[0, 0, 0]).replace("0/0/0", "{z}/{x}/{y}"),
        "minZoom": ZOOMS[0],
        "maxZoom": ZOOMS[-1],
        "bounds": [[bounds.SOUTH, bounds.WEST], [bounds.NORTH, bounds.EAST]],
    }
    return format_html('{} data-streets="{}"', outline, json.dumps(streets))


@register.simple_tag
def map_texts():
    """What static/spaces/map.js says, in the reader's language, and where Norway ends: notes stand off its coast."""
    return json_script(TEXTS | {"edges": EDGES}, "map-texts")


@register.simple_tag
def styles(names):
    return inline_styles(names)
