"""Kartverket is asked for addresses only, and the directory works whatever it does."""

import re
import time
from contextlib import ExitStack
from html import unescape

import pytest
from django.core.cache import cache

from members.join.limits import HOUR
from members.models import Limit
from spaces.counties import County
from spaces.near import known_place, place_named_in
from tests import stand_ins
from tests.factories import SpaceFactory

from .pages import names, page_of, words

pytestmark = pytest.mark.django_db

ADDRESS = "/en/spaces/?near=Strandgaten+5"
NEIGHBOUR = stand_ins.HIT | {"adressetekst": "Strandgaten 5B"}


@pytest.fixture(autouse=True)
def services(settings, httpserver):
    cache.clear()
    SpaceFactory(name="I Oslo")
    SpaceFactory(name="I Bergen", latitude=60.39299, longitude=5.32415, precision="exact")
    yield stand_ins.Services(settings, httpserver)
    cache.clear()


@pytest.mark.parametrize("typed", ["Bergen", "5013", "5013 Bergen", "Vik", "Vik, Vestland", "Vestland", "9999"])
def test_what_we_ship_is_not_asked_for(client, httpserver, typed):
    page_of(client, f"/en/spaces/?near={typed}")
    assert not httpserver.log


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("bergen", "Bergen"),
        ("aalesund", "Ålesund"),
        ("Ås, Trøndelag", "Ås, Trøndelag"),
        ("5013", "5013 Bergen"),
        ("5013  Bergen", "5013 Bergen"),
        ("Ørnes", "Ørnes"),
    ],
)
def test_known_place_is_found_however_it_is_written(typed, name):
    assert known_place(typed).centre.name == name


def test_known_place_that_is_a_county_leads_there():
    assert known_place("vestland").county == County.VESTLAND
    assert known_place("Oslo").centre


def test_place_named_in_a_search_is_the_longest():
    assert place_named_in("kontor i Mo i Rana nå").name == "Mo i Rana"
    assert place_named_in("Bergen eller Tromsø").name == "Tromsø"
    assert place_named_in("ingen steder") is None


def test_address_is_found(client, services):
    services.answer({"adresser": [stand_ins.HIT]})
    page = page_of(client, ADDRESS)
    assert "nearest to Strandgaten 5, 5013 Bergen first" in words(page)
    assert names(page) == ["I Bergen", "I Oslo"]
    assert "less than 1 km" in page


def test_address_with_several_answers_offers_each_and_knows_the_chosen_one(client, services):
    services.answer({"adresser": [stand_ins.HIT, NEIGHBOUR]})
    page = page_of(client, ADDRESS)
    links = re.findall(r'class="chip" href="(\?near=[^"]+)">', page)
    assert "We found several addresses" in page
    assert len(links) == 2
    assert "nearest to Strandgaten 5B, 5013 Bergen first" in words(page_of(client, f"/en/spaces/{unescape(links[1])}"))


@pytest.mark.parametrize(
    ("typed", "code", "name"),
    [
        ("1305", "1305", "1305 Haslum"),
        ("1305", "1344", "1305 Haslum"),
        ("Haslum", "1344", "Haslum"),
    ],
)
def test_place_without_a_known_centre_is_where_one_of_its_addresses_is(client, services, typed, code, name):
    haslum = stand_ins.HIT | {"postnummer": code, "poststed": "HASLUM"}
    services.answer({"adresser": [stand_ins.HIT, haslum, NEIGHBOUR]})
    page = page_of(client, f"/en/spaces/?near={typed}")
    assert f"nearest to {name} first" in words(page)
    assert "in the same town" in page


@pytest.mark.parametrize(("typed", "name"), [("1305", "1305 Haslum"), ("Haslum", "Haslum")])
def test_place_without_a_known_centre_is_not_where_another_place_is(client, services, typed, name):
    services.answer({"adresser": [stand_ins.HIT | {"postnummer": "0001", "poststed": "OSLO"}]})
    page = page_of(client, f"/en/spaces/?near={typed}")
    assert f"We know that {name} is in Akershus, but not where." in page
    assert "nearest to" not in page


def test_address_of_the_very_code_comes_before_others_of_its_town(client, services):
    far = {"lat": 69.65, "lon": 18.96}
    other = stand_ins.HIT | {"postnummer": "1344", "representasjonspunkt": stand_ins.POINT | far}
    services.answer({"adresser": [other, stand_ins.HIT | {"postnummer": "1305"}]})
    assert names(page_of(client, "/en/spaces/?near=1305")) == ["I Bergen", "I Oslo"]


def test_address_is_asked_for_once_however_many_pages(client, services, httpserver):
    services.answer({"adresser": [stand_ins.HIT]})
    for query in ("", "&county=46", "&open=1"):
        page_of(client, ADDRESS + query)
    assert len(httpserver.log) == 1


def test_page_that_kartverket_had_a_part_in_is_not_kept(client, services):
    services.answer({"adresser": []})
    response = client.get(ADDRESS)
    assert "We found no such place" in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert "no-store" not in client.get("/en/spaces/?near=Bergen").get("Cache-Control", "")


def test_lookups_are_limited_for_each_visitor(client, httpserver):
    Limit.allows("lookup", "127.0.0.1", at_most=99, within=HOUR)
    Limit.objects.update(moments=[time.time()] * 60)
    assert "You have looked up very many addresses" in page_of(client, ADDRESS)
    assert not httpserver.log


FAULTS = {
    "500": lambda: stand_ins.send(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"),
    "wrong shape": lambda: stand_ins.send(stand_ins.HEAD, b"\r\n", b'{"adresser": 7}'),
    "hang": lambda: stand_ins.hang,
    "reset": lambda: stand_ins.reset,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_directory_works_whatever_kartverket_does(client, services, fault):
    with ExitStack() as stack:
        server = stack.enter_context(stand_ins.Rogue(FAULTS[fault]()))
        services.move_to(f"http://127.0.0.1:{server.server_address[1]}/")
        start = time.monotonic()
        page = page_of(client, ADDRESS)
        assert time.monotonic() - start < 2.5
    assert re.search('id="near-told"[^>]*>The search for addresses does not answer now', page)
    assert names(page) == ["I Bergen", "I Oslo"]


def test_fault_is_asked_again(client, services):
    services.answer(b"", status=500)
    page_of(client, ADDRESS)
    services.answer({"adresser": [stand_ins.HIT]})
    assert "nearest to Strandgaten 5, 5013 Bergen first" in words(page_of(client, ADDRESS))
