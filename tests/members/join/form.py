"""Fills in the form for joining as a browser would."""

import re
from datetime import timedelta

import time_machine
from django.utils import timezone

SPACE = {"name": "Loftet", "address": "Gata 1", "postal_code": "0150", "town": "Oslo", "is_open": "True"}
ORGANISATION = {
    "name": "Ærlig hus",
    "place": "Et hus med åpne bord",
    "community": "Folk som deler",
    "facilitation": "En vert som kobler",
    "contact_name": "Test Testesen",
    "contact_email": "test@example.org",
}
QUICKLY, SLOWLY = timedelta(seconds=1), timedelta(minutes=5)


def stamp(client, address="/bli-med/"):
    """The number that a page's form is sent under."""
    return re.search('name="submission" value="([^"]+)"', client.get(address).content.decode())[1]


def rows(*spaces):
    data = {"spaces-TOTAL_FORMS": len(spaces), "spaces-INITIAL_FORMS": 0}
    for index, space in enumerate(spaces):
        data |= {f"spaces-{index}-{name}": value for name, value in space.items()}
    return data


def filled(client, *spaces, address="/bli-med/", **values):
    """What the form would send, opened a while ago."""
    with time_machine.travel(timezone.now() - SLOWLY, tick=False):
        submission = stamp(client, address)
    return ORGANISATION | {"submission": submission} | rows(*(spaces or [SPACE])) | values


def send(client, *spaces, address="/bli-med/", **values):
    return client.post(address, filled(client, *spaces, address=address, **values))
