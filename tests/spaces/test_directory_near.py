"""The directory by distance: from a place that is typed, from where the visitor is, and where nothing is found."""

import re

import pytest

from tests.factories import AmenityFactory, SpaceFactory

from .pages import names, page_of, words

pytestmark = pytest.mark.django_db

BERGEN, OSLO, TROMSO = (60.39299, 5.32415), (59.91273, 10.74609), (69.6489, 18.95508)


def place(name, position, **fields):
    latitude, longitude = position
    return SpaceFactory(name=name, latitude=latitude, longitude=longitude, **fields)


def test_near_lists_the_nearest_first_with_distances(client):
    place("I Tromsø", TROMSO)
    place("I Oslo", OSLO, precision="exact")
    place("I Bergen", (60.40, 5.33), precision="exact")
    page = page_of(client, "/en/spaces/?near=bergen")
    assert names(page) == ["I Bergen", "I Oslo", "I Tromsø"]
    assert "3 spaces, nearest to Bergen first" in words(page)
    assert re.findall("less than 1 km|(?:about )?[0-9,]+ km", page) == ["less than 1 km", "305 km", "about 1206 km"]


def test_near_a_postal_code_says_about(client):
    place("I Bergen", BERGEN, precision="exact")
    page = words(page_of(client, "/en/spaces/?near=5013"))
    assert "nearest to 5013 Bergen first" in page
    assert "in the same town" in page


def test_near_works_with_the_other_filters(client):
    sauna = AmenityFactory(slug="sauna")
    for name, position, county in [("Loftet", OSLO, "03"), ("Kaia", TROMSO, "55"), ("Loftet 2", TROMSO, "55")]:
        place(name, position, county=county).amenities.add(sauna)
    place("Loftet uten", OSLO)
    assert names(page_of(client, "/steder/?near=Bod%C3%B8&q=loftet&amenity=sauna")) == ["Loftet 2", "Loftet"]
    assert names(page_of(client, "/steder/?near=Bergen&q=loftet&amenity=sauna&county=55")) == ["Loftet 2"]


def test_near_orders_those_at_one_place_by_key_over_pages(client):
    spaces = [place(f"Space {number}", OSLO) for number in range(30)]
    shown = [names(page_of(client, f"/steder/?near=Bergen&page={number}")) for number in (1, 2)]
    assert (len(shown[0]), shown[0] + shown[1]) == (24, [space.name for space in spaces])


def test_near_shows_those_on_the_way_after_the_members(client):
    place("Snart", BERGEN, coming=True)
    place("Langt unna", TROMSO)
    assert names(page_of(client, "/steder/?near=Bergen")) == ["Langt unna", "Snart"]


def test_near_a_name_of_several_towns_offers_each(client):
    place("I Oslo", OSLO)
    page = page_of(client, "/en/spaces/?near=Vik&q=oslo")
    links = re.findall(r'href="\?([^"]+)">(Vik, [^<]+)<', page)
    assert [label for _query, label in links] == ["Vik, Buskerud", "Vik, Nordland", "Vik, Vestland"]
    assert names(page) == ["I Oslo"]
    assert "nearest to Vik, Nordland first" in words(
        page_of(client, f"/en/spaces/?{links[1][0].replace('&amp;', '&')}")
    )


def test_near_a_place_that_only_the_post_knows_offers_its_county(client, settings):
    settings.ADDRESS_SEARCH_URL = ""
    page = page_of(client, "/en/spaces/?near=1358")
    assert "We know that 1358 Jar is in Akershus, but not where." in page
    assert re.search(r'href="\?county=32">Search in all of Akershus', page)


def test_near_what_nobody_knows_is_said_by_the_field(client, settings):
    settings.ADDRESS_SEARCH_URL = ""
    place("I Oslo", OSLO)
    page = page_of(client, "/en/spaces/?near=Atlantis")
    assert re.search('id="near"[^>]*aria-describedby="near-told"', page)
    assert re.search('id="near-told"[^>]*>We do not know this place', page)
    assert names(page) == ["I Oslo"]


@pytest.mark.parametrize(
    "near", ["NaN", "inf,-inf", "60.39,5.32", "[1,2]", "999999", "0000", "%F0%9F%90%8B", "-", "%25", "'"]
)
def test_near_hostile_text_is_only_text(client, settings, near):
    settings.ADDRESS_SEARCH_URL = ""
    place("I Oslo", OSLO)
    assert names(page_of(client, f"/en/spaces/?near={near}")) == ["I Oslo"]


# Near me


def near_me(client, latitude, longitude, query=""):
    return client.post(f"/en/spaces/{query}", {"latitude": latitude, "longitude": longitude})


def test_near_me_is_told_in_the_body_and_kept_nowhere(client):
    place("I Tromsø", TROMSO)
    place("I Oslo", OSLO, precision="exact")
    response = near_me(client, "59.913", "10.746")
    page = response.content.decode()
    assert names(page) == ["I Oslo", "I Tromsø"]
    assert "2 spaces, nearest to you first" in words(page)
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies
    assert "59.913" not in page
    assert "59.913" not in str(response.headers)


def test_near_me_works_with_the_filters(client):
    for number in range(26):
        place(f"Vest {number}", BERGEN, county="46")
    place("I Oslo", OSLO)
    page = near_me(client, *OSLO, "?county=46&near=Vik&page=2").content.decode()
    assert names(page) == ["Vest 24", "Vest 25"]
    assert "several places called" not in page, "the position stands for what was typed"


@pytest.mark.parametrize(
    "position",
    [
        {},
        {"latitude": "59.9"},
        {"latitude": "nan", "longitude": "10"},
        {"latitude": "59", "longitude": "inf"},
        {"latitude": "1e400", "longitude": "10"},
        {"latitude": "48.85", "longitude": "2.35"},
        {"latitude[]": "59", "longitude[]": "10"},
        {"latitude": "[59]", "longitude": "{}"},
        {"latitude": "9" * 5000, "longitude": "10"},
        {"latitude": "\0", "longitude": "10"},
    ],
    ids=str,
)
def test_near_me_refuses_what_is_no_position_in_norway(client, position):
    response = client.post("/en/spaces/", position)
    assert response.status_code == 400
    assert response.content.decode() == (
        "Your browser gave no position in Norway. Write a town or a postal code instead."
    )


def test_near_me_asks_for_no_token(client):
    client.handler.enforce_csrf_checks = True
    assert near_me(client, *OSLO).status_code == 200


# Nothing found


def test_nothing_near_drops_the_other_filters(client):
    place("I Oslo", OSLO, county="03")
    place("I Tromsø", TROMSO, county="55")
    page = page_of(client, "/en/spaces/?near=Oslo&q=ingen")
    assert "0 spaces for “ingen”" in words(page)
    assert "Nearest to Oslo" in words(page)
    assert names(page) == ["I Oslo", "I Tromsø"]


@pytest.mark.parametrize("query", ["Troms%C3%B8", "9008", "sauna+tromso", "kontor+i+Mo+i+Rana"])
def test_nothing_for_a_town_offers_the_nearest_to_it(client, query):
    place("I Oslo", OSLO)
    place("I Bodø", (67.28, 14.405))
    page = page_of(client, f"/en/spaces/?q={query}")
    assert names(page) == ["I Bodø", "I Oslo"]
    assert "These do not fit all that you asked for." in page


def test_nothing_for_a_town_offers_four_at_most_and_members_only(client):
    for number in range(6):
        place(f"Space {number}", OSLO)
    place("Snart", TROMSO, coming=True)
    assert names(page_of(client, "/steder/?q=bod%C3%B8")) == [f"Space {number}" for number in range(4)]


@pytest.mark.parametrize(
    "query",
    ["county=55", "q=finnesikke&county=55", "q=kontor+i+Troms", "county=55&open=1", "county=55&amenity=sauna"],
)
def test_nothing_in_a_county_offers_the_nearest_to_its_middle(client, query):
    AmenityFactory(slug="sauna")
    place("I Oslo", OSLO)
    place("I Bodø", (67.28, 14.405))
    page = page_of(client, f"/en/spaces/?{query}")
    assert "Nearest to Troms" in words(page)
    assert names(page) == ["I Bodø", "I Oslo"]
    assert not re.search("[0-9] km|in the same town", page), "the middle is no place that anybody is at"


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("q=ingen&near=Bergen&county=55", "Bergen"),
        ("q=tromso+vestland&county=03", "Tromsø"),
        ("q=ingen+vestland&county=55", "Troms"),
        ("q=ingen&near=1358&county=55", "Akershus"),
    ],
)
def test_nothing_measures_from_what_was_said_most_plainly(client, settings, query, meant):
    settings.ADDRESS_SEARCH_URL = ""
    place("I Oslo", OSLO)
    assert f"Nearest to {meant} These do not" in words(page_of(client, f"/en/spaces/?{query}"))


@pytest.mark.parametrize("query", ["open=1", "amenity=sauna"])
def test_nothing_that_is_open_or_offers_it_offers_the_nearest_in_the_county(client, query):
    AmenityFactory(slug="sauna")
    place("I Tromsø", TROMSO, county="55")
    place("I Oslo", OSLO)
    assert names(page_of(client, f"/en/spaces/?county=03&{query}")) == ["I Oslo", "I Tromsø"]


@pytest.mark.parametrize("query", ["q=finnesikke", "county=21", "open=1"])
def test_nothing_without_a_place_to_measure_from_offers_none(client, query):
    place("I Oslo", OSLO)
    page = page_of(client, f"/en/spaces/?{query}")
    assert (names(page), "Nearest to" in page) == ([], False)


def test_nothing_where_there_is_no_member_offers_none(client):
    place("Snart", OSLO, coming=True)
    assert "Nearest to" not in page_of(client, "/en/spaces/?q=bergen&county=55")


def test_nothing_can_be_widened_a_filter_at_a_time(client):
    AmenityFactory(slug="wifi")
    filters = {"q": "ingen", "near": "Oslo", "area": "5,60,6,61", "county": "46"}
    filters |= {"amenity": "wifi", "open": "1", "coming": "0"}
    page = page_of(client, "/en/spaces/?" + "&".join(f"{name}={value}" for name, value in filters.items()))
    links = re.findall(r'class="chip" href="\?([^"]+)">', page)
    dropped = [filters.keys() - {pair.split("=")[0] for pair in link.split("&amp;")} for link in links]
    assert dropped == [{name} for name in filters]
