import re

import pytest

from tests.factories import AmenityFactory, SpaceFactory

from .test_views import names, page_of

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
