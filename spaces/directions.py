"""Links that lead visitors from where they are to a space, in the services that they use."""

from typing import NamedTuple
from urllib.parse import urlencode

from django.utils.translation import gettext as _


class Route(NamedTuple):
    """A way to a space: `kind` is "transit" or "car", `service` is who shows it."""

    kind: str
    label: str
    service: str
    url: str


def routes_to(space) -> list[Route]:
    """Return none if neither the pin nor the address tells where the door is."""
    if not space.is_approximate:
        place = f"{space.latitude},{space.longitude}"
    elif space.address:
        place = f"{space.address}, {space.postal_line}, Norge"
    else:
        return []
    google = urlencode({"api": 1, "destination": place, "travelmode": "driving"})
    apple = urlencode({"daddr": place, "dirflg": "d"})
    routes = [
        # https://developers.google.com/maps/documentation/urls/get-started
        Route("car", _("By car"), "Google Maps", f"https://www.google.com/maps/dir/?{google}"),
        # https://developer.apple.com/library/archive/featuredarticles/iPhoneURLScheme_Reference/MapLinks/MapLinks.html
        Route("car", _("By car"), _("Apple Maps"), f"https://maps.apple.com/?{apple}"),
    ]
    if not space.is_approximate:
        # https://developer.entur.org/pages-deep-links knows coordinates and stops, but no addresses.
        entur = urlencode({"stopLat": space.latitude, "stopLon": space.longitude})
        transit = Route("transit", _("By public transport"), "Entur", f"https://entur.no/travel-result?{entur}")
        routes.insert(0, transit)
    return routes
