"""Distances on the globe between pairs of latitude and longitude in WGS 84 degrees."""

from math import asin, cos, radians, sin, sqrt

EARTH_DIAMETER_KM = 2 * 6371.0088  # IUGG mean radius


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance along the great circle."""
    north, north2, eastward = radians(one[0]), radians(other[0]), radians(other[1] - one[1])
    haversine = sin((north2 - north) / 2) ** 2 + cos(north) * cos(north2) * sin(eastward / 2) ** 2
    return EARTH_DIAMETER_KM * asin(sqrt(min(1, haversine)))
