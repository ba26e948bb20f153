from typing import NamedTuple

from django import template

from ..counties import County
from ..map import picture
from ..models import Space
from ..querysets import FAR_KM

register = template.Library()


class Placed(NamedTuple):
    """A space that somebody wants on the map, and where it would stand."""

    asked: object
    latitude: float
    longitude: float
    county: str
    is_approximate: bool
    km_too_far: int


@register.simple_tag
def requested_spaces(join_request):
    """The spaces of a join request, each with its place or None, and what the map of them needs."""
    rows = [(space, _placed(space, join_request.member)) for space in join_request.spaces.all()]
    placed = [place for _space, place in rows if place]
    points = [
        {
            "number": number,
            "name": str(space),
            "lat": place.latitude,
            "lon": place.longitude,
            "approximate": place.is_approximate,
        }
        for number, (space, place) in enumerate(rows, start=1)
        if place
    ]
    return {"rows": rows, "points": points, "picture": picture(placed)}


def _placed(space, organisation):
    location = Space.objects.location_of(space, organisation)
    if location is None:
        return None
    county = County(location.county).label
    is_approximate = location.precision == Space.Precision.TOWN
    too_far = round(location.km_from_town) if location.km_from_town > FAR_KM else 0
    return Placed(space, location.latitude, location.longitude, county, is_approximate, too_far)
