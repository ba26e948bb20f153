"""The directory: what its filters find, and what it offers where they find nothing."""

import re

import pytest
import time_machine

from tests.factories import AmenityFactory, OrganisationFactory, SpaceFactory

from .pages import names, page_of, words

pytestmark = pytest.mark.django_db


def test_directory_lists_members_in_norwegian_order(client):
    for name in ["Østhuset", "Zoo", "Aahus", "Berg"]:
        SpaceFactory(name=name)
    assert names(page_of(client, "/steder/")) == ["Berg", "Zoo", "Østhuset", "Aahus"]


def test_directory_search_folds(client):
    SpaceFactory(name="Huset", town="Ålesund", county="15")
    SpaceFactory(name="Annet")
    for query in ("aalesund", "alesund", "ÅLESUND"):
        assert names(page_of(client, f"/steder/?q={query}")) == ["Huset"]


def test_directory_filters_by_county_and_amenity(client):
    wifi = AmenityFactory(slug="wifi")
    for name, county, amenities in [("A", "46", [wifi]), ("B", "46", []), ("C", "03", [wifi])]:
        SpaceFactory(name=name, county=county).amenities.set(amenities)
    assert names(page_of(client, "/steder/?county=46&amenity=wifi")) == ["A"]


def test_directory_counts_each_filter_under_the_others(client):
    wifi = AmenityFactory(slug="wifi", name_en="Wi-Fi")
    for county, amenities in [("46", [wifi]), ("46", [wifi]), ("03", [wifi]), ("03", [])]:
        SpaceFactory(county=county).amenities.set(amenities)
    page = page_of(client, "/en/spaces/?amenity=wifi&county=46")
    assert re.findall(r"<option[^>]*>(.+?)</option>", page) == ["All of Norway", "Oslo (1)", "Vestland (2)"]
    assert re.search(r'checked> <span>Wi-Fi <span class="count">\(2\)', page)


def test_directory_says_what_was_searched_and_how_to_widen_it(client):
    AmenityFactory(slug="wifi", name_en="Wi-Fi")
    page = re.sub(r"\s+", " ", page_of(client, "/en/spaces/?q=ingen&county=46&amenity=wifi"))
    assert "0 spaces for “ingen” in Vestland with wi-fi" in page
    for query in ("county=46&amp;amenity=wifi", "q=ingen&amp;amenity=wifi", "q=ingen&amp;county=46"):
        assert any(
            set(query.split("&amp;")) == set(link.split("&amp;")) for link in re.findall(r'href="\?([^"]+)"', page)
        )
    assert 'href="/en/spaces/">Show every space' in page


def test_directory_shows_those_on_the_way_that_match(client):
    SpaceFactory(name="Flow", town="Tromsø", county="55", coming=True)
    SpaceFactory(name="Annet", coming=True)
    assert names(page_of(client, "/steder/?q=tromso")) == ["Flow"]


def test_directory_offers_amenities_in_the_vocabularys_order(client):
    space = SpaceFactory()
    for position in (3, 1, 2):
        space.amenities.add(AmenityFactory(name_nb=f"Nr {position}", position=position))
    assert re.findall(r"<span>(Nr \d)", page_of(client, "/steder/")) == ["Nr 1", "Nr 2", "Nr 3"]


def test_directory_wants_every_amenity_that_is_asked_for(client):
    wifi, sauna = AmenityFactory(slug="wifi"), AmenityFactory(slug="sauna")
    SpaceFactory(name="Begge").amenities.set([wifi, sauna])
    SpaceFactory(name="Ett").amenities.set([wifi])
    assert names(page_of(client, "/steder/?amenity=wifi&amenity=sauna")) == ["Begge"]


def test_directory_counts_counties_under_the_words(client):
    SpaceFactory(name="Huset", county="46")
    SpaceFactory(name="Annet", county="03")
    SpaceFactory(name="Huset", county="03", coming=True)
    page = page_of(client, "/en/spaces/?q=huset")
    assert re.findall(r"<option[^>]*>(.+?)</option>", page) == ["All of Norway", "Vestland (1)"]


def test_directory_offers_uncounted_what_very_many_have(client, monkeypatch):
    monkeypatch.setattr("spaces.directory.MOST_COUNTED", 2)
    wifi = AmenityFactory(slug="wifi", name_en="Wi-Fi")
    for name in ("Loftet", "Kaia", "Brygga"):
        SpaceFactory(name=name).amenities.add(wifi)
    assert "<span>Wi-Fi</span>" in page_of(client, "/en/spaces/")
    assert '<span>Wi-Fi <span class="count">(1)' in page_of(client, "/en/spaces/?q=kaia")


def test_directory_keeps_a_filter_that_finds_nothing(client):
    AmenityFactory(slug="wifi", name_en="Wi-Fi")
    page = page_of(client, "/en/spaces/?amenity=wifi&q=ingen")
    assert re.search(r'value="wifi" checked> <span>Wi-Fi <span class="count">\(0\)', page)


def test_directory_filters_those_on_the_way_too(client):
    wifi = AmenityFactory(slug="wifi")
    SpaceFactory(name="Uten", coming=True)
    SpaceFactory(name="Med", coming=True).amenities.add(wifi)
    assert names(page_of(client, "/steder/?amenity=wifi")) == ["Med"]


def test_directory_searched_for_signs_only_shows_everything(client):
    SpaceFactory(name="Huset")
    page = page_of(client, "/en/spaces/?q=%25")
    assert names(page) == ["Huset"]
    assert "for “" not in page


def test_directory_page_two_is_a_page_of_its_own(client):
    SpaceFactory.create_batch(25)
    assert 'canonical" href="http://127.0.0.1:8000/steder/?page=2"' in page_of(client, "/steder/?page=2")


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("county=99", "There is no such county"),
        ("amenity=no-such", "There is no such filter"),
        (f"q={'x' * 101}", "at most 100 characters"),
        ("q=%00", "Null characters are not allowed"),
        ("near=%00", "Null characters are not allowed"),
        (f"near={'x' * 201}", "at most 200 characters"),
        ("open=2", "There is no such filter"),
        ("coming=1", "There is no such filter"),
    ],
)
def test_directory_explains_a_bad_filter_and_searches_without_it(client, query, error):
    SpaceFactory(name="Huset")
    AmenityFactory()
    page = page_of(client, f"/en/spaces/?{query}")
    assert error in page
    assert names(page) == ["Huset"]


@pytest.mark.parametrize("number", ["0", "-1", "99", "x", ""])
def test_directory_stays_on_a_page_that_exists(client, number):
    SpaceFactory(name="Huset")
    assert names(page_of(client, f"/steder/?page={number}")) == ["Huset"]


def test_directory_pages_keep_the_search(client):
    SpaceFactory.create_batch(25, county="46")
    page = page_of(client, "/en/spaces/?county=46")
    assert len(names(page)) == 24
    address = re.search('rel="next" href="([^"]+)"', page)[1].replace("&amp;", "&")
    assert len(names(page_of(client, f"/en/spaces/{address}"))) == 1


# Near a place


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


# Open now, and those on the way in


@pytest.mark.parametrize(
    ("now", "found"),
    [
        ("2026-11-23 08:30+01:00", ["Dag", "Tidlig"]),
        ("2026-11-23 07:30+01:00", ["Tidlig"]),
        ("2027-05-17 09:00+02:00", ["Tidlig"]),
        ("2026-07-01 05:30+00:00", ["Tidlig"]),
        ("2026-11-22 09:00+01:00", []),
    ],
)
def test_open_now_is_the_time_in_norway(client, now, found):
    SpaceFactory(name="Dag", opening_hours="Mo-Fr 08:00-16:00; PH off")
    SpaceFactory(name="Tidlig", opening_hours="Mo-Fr 07:00-10:00")
    SpaceFactory(name="Ukjent")
    SpaceFactory(name="Snart", opening_hours="24/7", coming=True)
    with time_machine.travel(now, tick=False):
        assert names(page_of(client, "/steder/?open=1")) == found


def test_open_now_says_until_when_and_is_not_kept(client):
    SpaceFactory(opening_hours="Mo-Fr 08:00-16:00")
    with time_machine.travel("2026-11-23 09:00+01:00", tick=False):
        response = client.get("/en/spaces/?open=1")
    assert "Open now, until at 16:00" in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_open_now_evaluates_each_way_of_writing_once(client, monkeypatch):
    evaluated = []
    monkeypatch.setattr("spaces.querysets.is_open", lambda text, moment: evaluated.append(text) or True)
    for hours in ("24/7", "24/7", "Mo 08:00-16:00", ""):
        SpaceFactory(opening_hours=hours)
    assert len(names(page_of(client, "/steder/?open=1"))) == 3
    assert sorted(evaluated) == ["24/7", "Mo 08:00-16:00"]


def test_those_on_the_way_come_last_or_not_at_all(client):
    SpaceFactory(name="Aaret", coming=True)
    SpaceFactory(name="Blåst", organisation=OrganisationFactory(prospect=True))
    SpaceFactory(name="Åpent")
    assert names(page_of(client, "/steder/")) == ["Åpent", "Blåst", "Aaret"]
    assert names(page_of(client, "/steder/?coming=0")) == ["Åpent"]
    assert "1 space " in words(page_of(client, "/en/spaces/"))


def test_those_on_the_way_have_pages_too(client):
    SpaceFactory.create_batch(23)
    coming = SpaceFactory.create_batch(3, coming=True)
    shown = [names(page_of(client, f"/steder/?page={number}")) for number in (1, 2)]
    assert ([len(page) for page in shown], shown[1]) == ([24, 2], [space.name for space in coming[1:]])


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


def test_nothing_can_be_widened_a_filter_at_a_time(client):
    AmenityFactory(slug="wifi")
    filters = {"q": "ingen", "near": "Oslo", "county": "46", "amenity": "wifi", "open": "1", "coming": "0"}
    page = page_of(client, "/en/spaces/?" + "&".join(f"{name}={value}" for name, value in filters.items()))
    links = re.findall(r'class="chip" href="\?([^"]+)">', page)
    dropped = [filters.keys() - {pair.split("=")[0] for pair in link.split("&amp;")} for link in links]
    assert dropped == [{name} for name in filters]
