"""The space of the day, on the landing page."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from spaces.models import Space
from tests.factories import SpaceFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=ZoneInfo("Europe/Oslo"))


def shown(client, address="/"):
    part = re.search(r'<aside class="of-day".*?</aside>', client.get(address).content.decode(), re.DOTALL)
    return part[0] if part else ""


def test_each_member_has_its_day(client):
    for name in ("Loftet", "Kaia", "Brygga"):
        SpaceFactory(name=name)
    SpaceFactory(name="Snart", coming=True)
    SpaceFactory(name="Lagt ned", status=Space.Status.CLOSED)
    of_days = []
    for day in range(6):
        with time_machine.travel(NOON + timedelta(days=day), tick=False):
            of_days += re.findall(r">(Loftet|Kaia|Brygga|Snart|Lagt ned)</a>", shown(client))
    assert of_days[:3] == of_days[3:]
    assert sorted(of_days[:3]) == ["Brygga", "Kaia", "Loftet"]


def test_day_begins_at_midnight_in_norway(client):
    SpaceFactory.create_batch(2)
    midnight = NOON.replace(hour=0) + timedelta(days=1)
    seen = []
    for moment in (NOON, midnight - timedelta(minutes=1), midnight):
        with time_machine.travel(moment, tick=False):
            seen.append(shown(client))
    assert seen[0] == seen[1] != seen[2]


def test_says_whether_it_is_open_at_every_minute(client):
    SpaceFactory.create_batch(31, name="A")
    SpaceFactory(name="Å", opening_hours="Mo-Su 08:00-16:00", latitude=70)  # the list has no room for it
    turn = NOON + timedelta(days=31 - NOON.toordinal() % 32)
    with time_machine.travel(turn - timedelta(days=1), tick=False):
        assert "Åpne" not in shown(client)
    for hour, words in ((7, "Åpner"), (9, "Åpent"), (17, "Åpner")):
        with time_machine.travel(turn.replace(hour=hour), tick=False):
            assert words in shown(client)


def test_nothing_is_shown_of_nobody_or_where_something_is_searched(client):
    SpaceFactory(name="Snart", coming=True)
    assert not shown(client)
    SpaceFactory(name="Loftet")
    assert "Dagens hus" in shown(client)
    assert "Space of the day" in shown(client, "/en/")
    assert not shown(client, "/?q=loftet")
