"""WGS 84 degrees around Norway with Jan Mayen and Svalbard, and a margin of about half a degree."""

from math import asin, cos, radians, sin, sqrt

from django.db.models import Q

SOUTH, NORTH, WEST, EAST = 57, 82, -10, 35

EARTH_DIAMETER_KM = 2 * 6371.0088  # IUGG mean radius

IN_NORWAY = Q(latitude__range=(SOUTH, NORTH), longitude__range=(WEST, EAST))


def is_in_norway(latitude: float, longitude: float) -> bool:
    return SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Along the great circle between two pairs of latitude and longitude."""
    return km(haversine(one, other))


def haversine(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Of the angle between two pairs of latitude and longitude: grows with the distance, and is sooner worked out."""
    north, north2, eastward = radians(one[0]), radians(other[0]), radians(other[1] - one[1])
    return sin((north2 - north) / 2) ** 2 + cos(north) * cos(north2) * sin(eastward / 2) ** 2


def km(of_haversine: float) -> float:
    return EARTH_DIAMETER_KM * asin(sqrt(min(1, of_haversine)))
