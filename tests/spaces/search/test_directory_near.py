"""The directory by distance: from a place that is typed, from where the visitor is, and where nothing is found."""

import re

import pytest

from tests.factories import AmenityFactory, SpaceFactory
from tests.spaces.pages import names, page_of, words

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


def test_near_a_former_county_offers_those_of_today(client):
    page = page_of(client, "/en/spaces/?near=Viken")
    assert "Viken is no longer a county. It is now Akershus, Buskerud and Østfold." in page
    assert re.findall(r'href="\?county=(\d\d)">Search in all of', page) == ["32", "33", "31"]


def test_near_a_position(client):
    place("I Tromsø", TROMSO)
    place("I Oslo", OSLO, precision="exact")
    page = page_of(client, "/en/spaces/?near=59.9127,+10.7461")
    assert names(page) == ["I Oslo", "I Tromsø"]
    assert "nearest to 59.9127, 10.7461 first" in words(page)


def test_near_what_nobody_knows_is_said_by_the_field(client, settings):
    settings.ADDRESS_SEARCH_URL = ""
    place("I Oslo", OSLO)
    page = page_of(client, "/en/spaces/?near=Atlantis")
    assert re.search('id="near"[^>]*aria-describedby="near-error"', page)
    assert re.search('id="near-error"[^>]*>We do not know this place', page)
    assert names(page) == ["I Oslo"]


def test_near_hostile_text_is_only_text(client, settings):
    settings.ADDRESS_SEARCH_URL = ""
    place("I Oslo", OSLO)
    for near in ("NaN", "inf,-inf", "60.39,5.32", "[1,2]", "999999", "0000", "%F0%9F%90%8B", "-", "%25", "'"):
        assert names(page_of(client, f"/en/spaces/?near={near}")) == ["I Oslo"], near


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


def test_near_me_refuses_what_is_no_position_in_norway(client):
    pairs = [("nan", "10"), ("59", "inf"), ("1e400", "10"), ("48.85", "2.35"), ("[59]", "{}"), ("9" * 5000, "10")]
    positions = [{"latitude": latitude, "longitude": longitude} for latitude, longitude in [*pairs, ("\0", "10")]]
    told = "Your browser gave no position in Norway. Write a town or a postal code instead."
    for position in [*positions, {}, {"latitude": "59.9"}, {"latitude[]": "59", "longitude[]": "10"}]:
        response = client.post("/en/spaces/", position)
        assert (response.status_code, response.content.decode()) == (400, told), position


def test_near_me_asks_for_no_token(client):
    client.handler.enforce_csrf_checks = True
    assert near_me(client, *OSLO).status_code == 200


# Nothing found


def test_nothing_near_drops_the_other_filters(client):
    place("I Oslo", OSLO, county="03")
    place("I Tromsø", TROMSO, county="55")
    page = page_of(client, "/en/spaces/?near=Oslo&q=ingen")
    assert "No members for “ingen”." in words(page)
    assert "Nearest to Oslo" in words(page)
    assert names(page) == ["I Oslo", "I Tromsø"]


def test_nothing_for_a_town_offers_the_nearest_to_it(client):
    place("I Oslo", OSLO)
    place("I Bodø", (67.28, 14.405))
    for query in ("Troms%C3%B8", "9008", "sauna+tromso", "kontor+i+Mo+i+Rana"):
        page = page_of(client, f"/en/spaces/?q={query}")
        assert names(page) == ["I Bodø", "I Oslo"], query


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("q=drammen", "Ingen medlemmer i Drammen ennå. "),
        ("q=hamar&coming=0", "Ingen medlemmer på Hamar ennå. "),
        ("q=3044", "Ingen medlemmer i 3044 Drammen ennå. "),
        ("q=vestland", "Ingen medlemmer i Vestland ennå. "),
        ("county=18&town=Bodø", "Ingen medlemmer i Bodø, Nordland ennå. "),
        ("q=kontor+drammen", "Ingen medlemmer for «kontor drammen». "),
        ("q=drammen&open=1", "Ingen har oppgitt at de er åpne nå for «drammen». "),
        ("county=46&open=1", "Ingen har oppgitt at de er åpne nå i Vestland. "),
    ],
)
def test_nothing_is_said_in_words_that_fit(client, query, told):
    place("I Oslo", OSLO, opening_hours="Mo 08:00-08:01")
    page = page_of(client, f"/steder/?{query}")
    assert told in words(page)
    assert ("De nærmeste:" in words(page)) == ("ennå" in told)
    assert ("Driver du et hus" in words(page)) == ("ennå" in told)


def test_nothing_for_a_town_offers_three_at_most_and_members_only(client):
    for number in range(6):
        place(f"Space {number}", OSLO)
    place("Snart", TROMSO, coming=True)
    assert names(page_of(client, "/steder/?q=bod%C3%B8")) == [f"Space {number}" for number in range(3)]


def test_nothing_in_a_county_offers_the_nearest_to_its_middle(client):
    AmenityFactory(slug="sauna")
    place("I Oslo", OSLO)
    place("I Bodø", (67.28, 14.405))
    queries = ["county=55", "q=finnesikke&county=55", "q=kontor+i+Troms", "county=55&open=1", "county=55&amenity=sauna"]
    for query in queries:
        page = page_of(client, f"/en/spaces/?{query}")
        assert ("The nearest:" if query == "county=55" else "Nearest to Troms") in words(page), query
        assert names(page) == ["I Bodø", "I Oslo"], query
        assert not re.search("[0-9] km|in the same town", page), "the middle is no place that anybody is at"


def test_nothing_measures_from_what_was_said_most_plainly(client, settings):
    settings.ADDRESS_SEARCH_URL = ""
    place("I Oslo", OSLO)
    for query, meant in {
        "q=ingen&near=Bergen&county=55": "Bergen",
        "q=tromso+vestland&county=03": "Tromsø",
        "q=ingen+vestland&county=55": "Troms",
        "q=ingen&near=1358&county=55": "Akershus",
    }.items():
        assert f"Nearest to {meant} " in words(page_of(client, f"/en/spaces/?{query}"))


def test_nothing_that_is_open_or_offers_it_offers_the_nearest_in_the_county(client):
    AmenityFactory(slug="sauna")
    place("I Tromsø", TROMSO, county="55")
    place("I Oslo", OSLO)
    for query in ("open=1", "amenity=sauna"):
        assert names(page_of(client, f"/en/spaces/?county=03&{query}")) == ["I Oslo", "I Tromsø"], query


def test_nothing_without_a_place_to_measure_from_offers_none(client):
    place("I Oslo", OSLO)
    for query in ("q=finnesikke", "open=1"):
        page = page_of(client, f"/en/spaces/?{query}")
        assert (names(page), "earest" in words(page)) == ([], False), query


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
