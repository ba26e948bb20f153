"""Fills in the form for joining as a browser would."""

import re
from datetime import timedelta

import time_machine
from django.test import Client
from django.utils import timezone

from core.models import RateLimit

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


def submission_in(response):
    return re.search('name="submission" value="([^"]+)"', response.content.decode())[1]


def stamp(client, address="/bli-med/"):
    return submission_in(client.get(address))


def rows(*spaces):
    data = {"spaces-TOTAL_FORMS": len(spaces), "spaces-INITIAL_FORMS": 0}
    for index, space in enumerate(spaces):
        data |= {f"spaces-{index}-{name}": value for name, value in space.items()}
    return data


def filled(client, *spaces, address="/bli-med/", **values):
    """Return what the form would send, opened SLOWLY ago."""
    with time_machine.travel(timezone.now() - SLOWLY, tick=False):
        submission = stamp(client, address)
    return ORGANISATION | {"submission": submission} | rows(*(spaces or [SPACE])) | values


def send(client, *spaces, address="/bli-med/", **values):
    return client.post(address, filled(client, *spaces, address=address, **values))


def visitor(address):
    return Client(REMOTE_ADDR=address)


def do_more(kind, times):
    """Count it as done so many times more, just now."""
    limit = RateLimit.objects.get(kind=kind)
    limit.timestamps += [timezone.now().timestamp()] * times
    limit.save()
