"""WGS 84 degrees around Norway with Jan Mayen and Svalbard, and a margin of about half a degree."""

from django.db.models import Q

SOUTH, NORTH, WEST, EAST = 57, 82, -10, 35

IN_NORWAY = Q(latitude__range=(SOUTH, NORTH), longitude__range=(WEST, EAST))


def is_in_norway(latitude: float, longitude: float) -> bool:
    return SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST
