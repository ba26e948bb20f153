"""Searches that one press makes."""

import re
from html import unescape

import pytest
import time_machine

from tests.factories import AmenityFactory, SpaceFactory
from tests.spaces.pages import names, page_of, words

pytestmark = pytest.mark.django_db


def chips(page):
    """Where each chip leads, and whether it is on."""
    found = re.findall(r'<a class="chip( is-on)?" data-chip="[^"]+" href="([^"]+)"[^>]*>([^<]+)</a>', page)
    return {label: (unescape(address), bool(is_on)) for is_on, address, label in found}


def test_chips_add_a_filter_and_take_it_away(client):
    SpaceFactory().amenities.add(AmenityFactory(slug="wifi", name_en="Wi-Fi"))
    assert chips(page_of(client, "/en/spaces/?q=hus&page=2")) == {
        "Open now": ("?q=hus&open=1", False),
        "Open tomorrow": ("?q=hus&tomorrow=1", False),
        "Wi-Fi": ("?q=hus&amenity=wifi", False),
    }
    assert chips(page_of(client, "/en/spaces/?amenity=wifi&open=1")) == {
        "Open now": ("?amenity=wifi", True),
        "Open tomorrow": ("?amenity=wifi&open=1&tomorrow=1", False),
        "Wi-Fi": ("?open=1", True),
    }


def test_links_name_a_filter_once_however_often_it_was_sent(client):
    page = page_of(client, "/en/spaces/?" + "practical=step_free&" * 900)
    links = re.findall("<(?:a|link) [^>]*>", page)
    long = [link for link in links if len(link) > 500]
    assert len(long) == 1, "the link to the other language is as it was asked for"


def test_chips_stay_on_when_the_form_is_sent(client):
    page = page_of(client, "/steder/?open=1&tomorrow=1")
    assert re.findall('type="hidden" name="(open|tomorrow)" value="1"', page) == ["open", "tomorrow"]


def test_chips_offer_what_most_members_do(client):
    for name, members in {"Scene": 1, "Badstue": 3, "Kantine": 2, "Møterom": 4, "Ingen": 0}.items():
        amenity = AmenityFactory(name_nb=name)
        for number in range(4):
            SpaceFactory(coming=number >= members).amenities.add(amenity)
    assert [*chips(page_of(client, "/steder/"))] == ["Åpent nå", "Åpent i morgen", "Møterom", "Badstue", "Kantine"]


def test_chips_look_at_the_latest_offers_only(client, monkeypatch):
    monkeypatch.setattr("spaces.search.chips.MAX_COUNTED", 1)
    for name in ("Før", "Sist"):
        SpaceFactory().amenities.add(AmenityFactory(name_nb=name))
    assert [*chips(page_of(client, "/steder/"))][2:] == ["Sist"]


@pytest.mark.parametrize(
    ("today", "found"),
    [("2026-11-26", ["Dag", "Natt"]), ("2026-11-27", []), ("2026-12-23", []), ("2026-12-24", [])],
)
def test_open_tomorrow_is_the_day_on_which_it_opens(client, today, found):
    SpaceFactory(name="Dag", opening_hours="Mo-Fr 08:00-16:00; PH off; Dec 24 off")
    SpaceFactory(name="Natt", opening_hours="Fr 18:00-02:00; PH off")
    SpaceFactory(name="Ukjent")
    SpaceFactory(name="Snart", opening_hours="24/7", coming=True)
    with time_machine.travel(f"{today} 23:30+01:00", tick=False):
        assert names(page_of(client, "/steder/?tomorrow=1")) == found


def test_nobody_open_is_told_with_who_has_said_nothing(client):
    SpaceFactory(opening_hours="Mo 08:00-09:00")
    SpaceFactory.create_batch(2)
    with time_machine.travel("2026-11-25 12:00+01:00", tick=False):
        page = words(page_of(client, "/steder/?open=1"))
    assert "Ingen har oppgitt at de er åpne nå." in page
    assert "2 steder har ikke oppgitt åpningstidene sine." in page
