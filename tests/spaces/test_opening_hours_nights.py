"""A night belongs to the day on which it began: before a holiday, after one, and where a day is written as closed."""

from datetime import datetime

import pytest
import time_machine

from spaces.models import Space
from spaces.opening_hours import HOLIDAYS_OFF, OSLO, state
from tests.factories import SpaceFactory


def oslo(*args):
    return datetime(*args, tzinfo=OSLO)


def test_night_of_a_holiday():
    friday_night = "Fr 18:00-02:00" + HOLIDAYS_OFF
    opens = oslo(2026, 5, 8, 18)
    for at in (oslo(2026, 5, 1, 20), oslo(2026, 5, 2), oslo(2026, 5, 2, 1)):  # 1 May 2026 is a Friday
        assert (state(friday_night, at).is_open, state(friday_night, at).until) == (False, opens), at


def test_night_before_a_holiday():
    for text in ("Th 18:00-02:00" + HOLIDAYS_OFF, "Th 18:00-26:00; PH off", "Th 18:00-02:00, PH off"):
        for at in (oslo(2026, 4, 30, 23), oslo(2026, 5, 1, 0, 30)):
            assert (state(text, at).is_open, state(text, at).until) == (True, oslo(2026, 5, 1, 2)), (text, at)
        assert state(text, oslo(2026, 5, 1, 2)).is_open is False


def test_night_where_the_rules_meet():
    for text, at, is_open in [
        ("Th 18:00-02:00; Fr off", oslo(2026, 11, 27, 1), True),
        ("Th-Fr 18:00-02:00; Fr 10:00-12:00", oslo(2026, 11, 28, 1), False),
        ("Th-Fr 18:00-02:00, Fr 10:00-12:00", oslo(2026, 11, 28, 1), True),
        ("Fr 18:00-02:00; Nov 27 off", oslo(2026, 11, 28, 1), False),
        ("Fr 18:00-02:00; Nov 28 off", oslo(2026, 11, 28, 1), True),
        ("Fr 18:00-02:00; Jul off", oslo(2026, 8, 1, 1), False),  # a night that began on 31 July
        ("Tu 18:00-02:00; Jul off", oslo(2026, 7, 1, 1), True),  # one that began on 30 June
        ("Th 18:00-02:00; Dec 31 18:00-04:00", oslo(2027, 1, 1, 3), True),
        ("Sa-Su 00:00-24:00; Fr 20:00-02:00", oslo(2026, 11, 28, 1), True),
        ("Fr 18:00-02:00; Fr 23:00-24:00 off", oslo(2026, 11, 28, 1), True),
        ("Fr 18:00-02:00; Fr 23:00-01:00 off", oslo(2026, 11, 28, 0, 30), False),
        ("Fr 18:00-42:00", oslo(2026, 11, 28, 17), True),
    ]:
        assert state(text, at).is_open is is_open, (text, at)


def test_night_that_meets_the_next_day_is_one_opening():
    assert state("Fr 18:00-02:00; Sa 02:00-04:00", oslo(2026, 11, 27, 20)).until == oslo(2026, 11, 28, 4)


@pytest.mark.django_db
def test_open_now_finds_nights_by_the_same_rule(client):
    SpaceFactory(slug="fredag", opening_hours="Fr 18:00-02:00" + HOLIDAYS_OFF)
    SpaceFactory(slug="torsdag", opening_hours="Th 18:00-02:00" + HOLIDAYS_OFF)
    for at, slug in [(oslo(2026, 5, 1, 0, 30), "torsdag"), (oslo(2026, 5, 9, 1), "fredag")]:
        with time_machine.travel(at, tick=False):
            assert [space.slug for space in Space.objects.open_at(at)] == [slug]
            assert "Åpent til kl. 02:00" in client.get(f"/steder/{slug}/").text
    assert not Space.objects.open_at(oslo(2026, 5, 1, 20))
