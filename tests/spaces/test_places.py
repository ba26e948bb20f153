"""The pages of towns and counties."""

import re
from html import unescape

import pytest

from tests.factories import SpaceFactory
from tests.spaces.pages import names, page_of, words

pytestmark = pytest.mark.django_db

BERGEN = {"town": "Bergen", "county": "46", "latitude": 60.39299, "longitude": 5.32415}
TROMSO = {"town": "Tromsø", "county": "55", "latitude": 69.6489, "longitude": 18.95508}


def links(page):
    return dict(re.findall(r'<a[^>]* href="([^"]+)"[^>]*>([^<]+)</a>', page))


def test_town_has_a_page_with_its_own_title_in_both_languages(client):
    SpaceFactory(name="Kaia", **BERGEN), SpaceFactory(name="Bryggen", **BERGEN, coming=True)
    SpaceFactory(name="I Oslo"), SpaceFactory(name="Skjult", hidden=True, **BERGEN)
    for address, other, title, count in [
        ("/steder/i/bergen/", "/en/spaces/in/bergen/", "Coworking i Bergen", "1 sted å jobbe i Bergen,"),
        ("/en/spaces/in/bergen/", "/steder/i/bergen/", "Coworking in Bergen", "1 space to work in Bergen,"),
    ]:
        page = page_of(client, address)
        assert f"<title>{title} – Coworking Norge</title>" in page
        assert re.search(r"<h1>(.+?)</h1>", page)[1] == title
        assert count in words(page)
        assert f'hreflang="{"en" if "/en/" in other else "nb"}" href="http://127.0.0.1:8000{other}"' in page
        assert names(page) == ["Kaia", "Bryggen", "I Oslo"], "the nearest member elsewhere comes last"
    assert links(page_of(client, "/steder/i/bergen/"))["/steder/fylke/vestland/"] == "Vestland"


def test_town_where_all_are_on_the_way_says_so(client):
    SpaceFactory(name="Flow", coming=True, **TROMSO)
    SpaceFactory(name="Kaia", **BERGEN)
    page = page_of(client, "/steder/i/tromso/")
    assert "Ingen medlemmer i Tromsø ennå, men 1 sted er på vei inn." in words(page)
    assert names(page) == ["Flow", "Kaia"]


def test_towns_of_one_name_share_a_page_that_names_their_counties(client):
    SpaceFactory(name="A", town="Vik", county="46"), SpaceFactory(name="B", town="Vik", county="18")
    page = page_of(client, "/steder/i/vik/")
    assert names(page) == ["A", "B"]
    assert "Vik, Vestland" in words(page)
    assert "Vik, Nordland" in words(page)


@pytest.mark.parametrize(
    ("address", "status", "leads_to"),
    [
        ("/steder/i/romsa/", 301, "/steder/i/tromso/"),
        ("/steder/i/drammen/", 302, "/steder/?q=Drammen"),
        ("/steder/i/atlantis/", 404, None),
        ("/steder/i/-/", 404, None),
        ("/steder/fylke/romsa/", 301, "/steder/fylke/troms/"),
        ("/steder/fylke/vestland/", 302, "/steder/?county=46"),
        ("/steder/fylke/atlantis/", 404, None),
        ("/steder/fylke/viken/", 404, None),
    ],
)
def test_place_without_spaces_leads_on_or_is_not_found(client, address, status, leads_to):
    SpaceFactory(**TROMSO)
    SpaceFactory(hidden=True, **BERGEN)
    response = client.get(address)
    assert (response.status_code, response.get("Location")) == (status, leads_to)


def test_county_lists_its_spaces_and_towns(client):
    SpaceFactory(name="Kaia", **BERGEN), SpaceFactory(name="Voss", **BERGEN | {"town": "Voss"}, coming=True)
    SpaceFactory(name="I Oslo")
    page = page_of(client, "/steder/fylke/vestland/")
    assert "<h1>Coworking i Vestland</h1>" in page
    assert names(page) == ["Kaia", "Voss", "I Oslo"]
    assert {"/steder/i/bergen/": "Bergen", "/steder/i/voss/": "Voss"}.items() <= links(page).items()
    assert "/steder/fylke/vestland/" in page_of(client, "/steder/")


def test_place_has_pages(client):
    SpaceFactory.create_batch(25, **BERGEN)
    first, second = (page_of(client, f"/steder/i/bergen/?page={number}") for number in (1, 2))
    assert [len(names(page)) for page in (first, second)] == [24, 1]
    assert 'canonical" href="http://127.0.0.1:8000/steder/i/bergen/?page=2"' in second
    assert unescape(re.search('rel="next" href="([^"]+)"', first)[1]) == "?page=2"


def test_norwegian_places_have_their_preposition(client):
    SpaceFactory(town="Hamar", county="34"), SpaceFactory(town="Longyearbyen", county="21")
    for address, title in {
        "/steder/i/hamar/": "Coworking på Hamar",
        "/en/spaces/in/hamar/": "Coworking in Hamar",
        "/steder/fylke/svalbard/": "Coworking på Svalbard",
        "/en/spaces/county/svalbard/": "Coworking on Svalbard",
    }.items():
        assert f"<h1>{title}</h1>" in page_of(client, address)
