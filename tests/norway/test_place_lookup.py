"""Kartverket is asked for addresses only, and the directory works whatever it does."""

import json
import re
import time
from contextlib import ExitStack
from html import unescape
from urllib.parse import quote

import pytest
import time_machine
from django.core.cache import cache
from django.utils import translation
from werkzeug import Response

from core.models import RateLimit
from members.joining.limits import HOUR
from norway.counties import County
from norway.place_lookup import known_place, place_named_in
from tests import stand_ins
from tests.factories import SpaceFactory
from tests.spaces.pages import names, page_of, words

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


@pytest.mark.parametrize("typed", ["Bergen", "5013", "5013 Bergen", "Vik", "Vik, Vestland", "Vestland", "9170"])
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
        ("8099", "8099 Jan Mayen"),
        ("9178", "9178 Barentsburg"),
        ("9999 Bodø", "Bodø"),
        ("Svalbard", "Svalbard"),
        ("Kristiansand S", "Kristiansand"),
        ("KRISTIANSUND N", "Kristiansund"),
        ("Innbygda", "Trysil"),
        ("guovdageaidnu", "Kautokeino"),
        ("Kárášjohka", "Karasjok"),
        ("Karasjohka", "Karasjok"),
        ("Deatnu", "Tana"),
        ("Bådåddjo", "Bodø"),
        ("Deatnu/Tana", "Tana"),
        ("Porsanger – Porsáŋgu – Porsanki", "Porsanger"),
        ("Bærum", "Bærum"),
    ],
)
def test_known_place_is_found_however_it_is_written(typed, name):
    assert known_place(typed).centre.name == name


def test_known_place_that_is_a_county_leads_there():
    assert known_place("vestland").counties == [County.VESTLAND]
    assert known_place("Oslo").centre


def test_known_place_that_was_a_county_leads_to_those_of_today():
    for name, counties in {
        "Viken": ["Akershus", "Buskerud", "Østfold"],
        "troms og finnmark": ["Finnmark", "Troms"],
        "Hordaland": ["Vestland"],
        "Sør-Trøndelag": ["Trøndelag"],
        "Sor Trondelag": ["Trøndelag"],
        "Finnmárku": ["Finnmark"],
        "Trøndelag – Trööndelage": ["Trøndelag"],
    }.items():
        assert [county.label for county in known_place(name).counties] == counties, name
    assert known_place("Trøndelag – Finnmárku") is None


def test_known_position_is_a_pair_as_maps_copy_it():
    oslo = 59.9127, 10.7461
    for typed in (
        *("59.9127, 10.7461", "59.9127,10.7461", "59,9127, 10,7461", "59.9127 10.7461", "59,9127; 10,7461"),
        *("59.9127° N, 10.7461° E", "59.9127N 10.7461Ø", " 59.9127,\u00a010.7461 ", "N 59,9127 E 10,7461"),
        *("59°54.762'N 10°44.766'E", "59° 54′ 45,72″ N, 10° 44′ 45,96″ Ø", "59°54'45.72\"N 10°44'45.96\"E"),
    ):
        assert known_place(typed).centre[1:3] == pytest.approx(oslo), typed
    assert known_place("59°54'N 10°E").centre[1:3] == pytest.approx((59.9, 10))
    assert known_place("70.9498, -8.638").centre
    for typed in ("48.8566, 2.3522", "10.7461, 59.9127"):
        with translation.override("en"):
            assert "not in Norway" in known_place(typed).message, typed
    for typed in ("60 5", "Storgata 60, 5", "59.9127", "59.9127, 10.7461, 5.0", "59.912710.7461", "59°75'N 10°E"):
        assert known_place(typed) is None, typed


def test_code_that_is_newer_than_ours_is_where_its_first_address_is(client, services):
    services.answer({"adresser": [stand_ins.HIT | {"postnummer": "9999"}]})
    assert "nearest to 9999 Bergen first" in words(page_of(client, "/en/spaces/?near=9999"))
    services.answer({"adresser": [stand_ins.HIT]})
    for typed in ("9998", "9998 Atlantis"):
        page = words(page_of(client, f"/en/spaces/?near={typed}"))
        assert "We do not know the postal code 9998. Check it, or write a town." in page, typed


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
    [("1305", "1305", "1305 Haslum"), ("1305", "1344", "1305 Haslum"), ("Haslum", "1344", "Haslum")],
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


def answer_by_name(httpserver, *texts):
    """Kartverket knows these addresses, each by its own letters alone."""

    def answer(request):
        found = [stand_ins.HIT | {"adressetekst": text} for text in texts if text in request.args["sok"]]
        return Response(json.dumps({"adresser": found}), mimetype="application/json")

    httpserver.expect_request("/api/sok").respond_with_handler(answer)


@pytest.mark.parametrize(
    "pair", [("Havegen 5", "Håvegen 5"), ("Haavegen 5", "Håvegen 5"), ("Ovre vei 1", "Øvre vei 1")]
)
def test_address_with_other_letters_is_another_address(client, httpserver, pair):
    answer_by_name(httpserver, *pair)
    for typed in (*pair, *reversed(pair)):
        assert f"nearest to {typed}, 5013 Bergen first" in words(page_of(client, f"/en/spaces/?near={typed}"))


def test_wrong_spelling_does_not_spoil_the_right_one(client, httpserver):
    answer_by_name(httpserver, "Håvegen 5")
    assert "We found no such place" in page_of(client, "/en/spaces/?near=Havegen 5")
    assert "nearest to Håvegen 5" in words(page_of(client, "/en/spaces/?near=Håvegen 5"))


def test_address_is_the_same_however_its_letters_are_coded_and_spaced(client, httpserver):
    answer_by_name(httpserver, "Håvegen 5")
    for typed in ("Håvegen 5", "Ha\u030avegen 5", " Håvegen  5", "håvegen 5", "HÅVEGEN 5"):
        assert "nearest to Håvegen 5" in words(page_of(client, f"/en/spaces/?near={quote(typed)}")), typed
    assert len(httpserver.log) == 1


def test_address_chosen_among_alike_ones_is_taken(client, services):
    alike = [stand_ins.HIT | {"adressetekst": text} for text in ("Havegen 5", "Håvegen 5")]
    services.answer({"adresser": alike})
    page = words(page_of(client, "/en/spaces/?near=Håvegen 5, 5013 Bergen"))
    assert "nearest to Håvegen 5, 5013 Bergen first" in page


def test_nothing_is_remembered_for_a_minute_and_an_address_for_an_hour(client, services, httpserver):
    found, start = {"adresser": [stand_ins.HIT]}, time.time()
    services.answer({"adresser": []})
    for seconds, answer, visits in ((0, found, 1), (59, found, 1), (62, {"adresser": []}, 2), (3600, None, 2)):
        with time_machine.travel(start + seconds):
            assert ("nearest to" in page_of(client, ADDRESS)) == (seconds > 60), seconds
        assert len(httpserver.log) == visits, seconds
        if answer:
            services.answer(answer)


def test_page_that_kartverket_had_a_part_in_is_not_kept(client, services):
    services.answer({"adresser": []})
    response = client.get(ADDRESS)
    assert "We found no such place" in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert "no-store" not in client.get("/en/spaces/?near=Bergen").get("Cache-Control", "")


def test_lookups_are_limited_for_each_visitor(client, httpserver):
    RateLimit.allows("lookup", "127.0.0.1", at_most=99, within=HOUR)
    RateLimit.objects.update(timestamps=[time.time()] * 60)
    assert "You have looked up very many addresses" in page_of(client, ADDRESS)
    assert not httpserver.log


FAULTS = {
    "500": lambda: stand_ins.send(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"),
    "wrong shape": lambda: stand_ins.send(stand_ins.HEAD, b"\r\n", b'{"adresser": 7}'),
    "hang": lambda: stand_ins.hang,
    "reset": lambda: stand_ins.reset,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_directory_works_whatever_kartverket_does(client, settings, services, fault):
    settings.LOOKUP_SECONDS = 0.5
    with ExitStack() as stack:
        server = stack.enter_context(stand_ins.Rogue(FAULTS[fault]()))
        services.move_to(f"http://127.0.0.1:{server.server_address[1]}/")
        start = time.monotonic()
        page = page_of(client, ADDRESS)
        assert time.monotonic() - start < 30, "and it hangs for a minute"
    assert re.search('id="near-error"[^>]*>The address search is not answering just now', page)
    assert names(page) == ["I Bergen", "I Oslo"]


def test_fault_is_asked_again(client, services):
    services.answer(b"", status=500)
    page_of(client, ADDRESS)
    services.answer({"adresser": [stand_ins.HIT]})
    assert "nearest to Strandgaten 5, 5013 Bergen first" in words(page_of(client, ADDRESS))
