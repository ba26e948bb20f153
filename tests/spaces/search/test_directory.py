"""The directory: what its filters find, and in what order."""

import re

import pytest
import time_machine

from spaces.models import Space
from spaces.opening_hours import State
from tests.factories import AmenityFactory, OrganisationFactory, SpaceFactory
from tests.spaces.pages import names, page_of, words

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
    assert re.search(r'checked> <span>Wi-Fi <span class="filters-count">\(2\)', page)


def test_directory_says_what_was_searched_and_how_to_widen_it(client):
    AmenityFactory(slug="wifi", name_en="Wi-Fi")
    page = re.sub(r"\s+", " ", page_of(client, "/en/spaces/?q=ingen&county=46&amenity=wifi"))
    assert "No members for “ingen” in Vestland with wi-fi." in page
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


def test_directory_filters_by_what_is_practical(client):
    SpaceFactory(name="Begge", step_free="yes", lift="yes")
    SpaceFactory(name="Heis", step_free="no", lift="yes")
    SpaceFactory(name="Vet ikke")
    page = page_of(client, "/en/spaces/?practical=lift")
    assert names(page) == ["Begge", "Heis"]
    assert "2 spaces with lift" in page
    assert names(page_of(client, "/en/spaces/?practical=lift&practical=step_free")) == ["Begge"]
    assert "Wheelchair" not in page, "nobody has one"


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
    monkeypatch.setattr("spaces.search.directory.MAX_COUNTED", 2)
    wifi = AmenityFactory(slug="wifi", name_en="Wi-Fi")
    for name in ("Loftet", "Kaia", "Brygga"):
        SpaceFactory(name=name).amenities.add(wifi)
    assert "<span>Wi-Fi</span>" in page_of(client, "/en/spaces/")
    assert '<span>Wi-Fi <span class="filters-count">(1)' in page_of(client, "/en/spaces/?q=kaia")


def test_directory_keeps_a_filter_that_finds_nothing(client):
    AmenityFactory(slug="wifi", name_en="Wi-Fi")
    page = page_of(client, "/en/spaces/?amenity=wifi&q=ingen")
    assert re.search(r'value="wifi" checked> <span>Wi-Fi <span class="filters-count">\(0\)', page)


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


def test_directory_page_two_is_a_page_of_its_own_and_a_search_is_none(client):
    SpaceFactory.create_batch(25, name="Hus")
    canonical = 'canonical" href="http://127.0.0.1:8000/steder/'
    assert f'{canonical}?page=2"' in page_of(client, "/steder/?page=2")
    for query in ("q=hus", "q=hus&page=2", "near=Oslo&coming=0"):
        assert f'{canonical}"' in page_of(client, f"/steder/?{query}"), query


def test_directory_explains_a_bad_filter_and_searches_without_it(client):
    SpaceFactory(name="Huset")
    AmenityFactory()
    for query, error in {
        "county=99": "There is no such county",
        "amenity=no-such": "There is no such filter",
        f"q={'x' * 101}": "at most 100 characters",
        "q=%00": "Null characters are not allowed",
        "near=%00": "Null characters are not allowed",
        f"near={'x' * 201}": "at most 200 characters",
        "open=2": "There is no such filter",
        "tomorrow=2": "There is no such filter",
        "coming=2": "There is no such filter",
    }.items():
        page = page_of(client, f"/en/spaces/?{query}")
        assert error in page, query
        assert names(page) == ["Huset"], query


def test_directory_stays_on_a_page_that_exists(client):
    SpaceFactory(name="Huset")
    for number in ("0", "-1", "99", "x", ""):
        assert names(page_of(client, f"/steder/?page={number}")) == ["Huset"], number


def test_directory_groups_thousands(client):
    owner = OrganisationFactory()
    spaces = (SpaceFactory.build(organisation=owner, slug=f"hus-{number}") for number in range(1001))
    Space.objects.bulk_create(spaces)
    for address, separator in {"/steder/": "\xa0", "/en/spaces/": ","}.items():
        page = page_of(client, address)
        for count in (f"1{separator}001 ", f"(1{separator}001)", f">1{separator}001<"):
            assert count in page, count


def test_directory_pages_keep_the_search(client):
    SpaceFactory.create_batch(25, county="46")
    page = page_of(client, "/en/spaces/?county=46")
    assert len(names(page)) == 24
    address = re.search('rel="next" href="([^"]+)"', page)[1].replace("&amp;", "&")
    assert len(names(page_of(client, f"/en/spaces/{address}"))) == 1


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


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("2026-11-23 09:00", "Open until 16:00"),
        ("2026-11-23 07:00", "Opens at 08:00"),
        ("2026-11-23 17:00", "Opens Tuesday at 08:00"),
        ("2026-11-27 20:00", "Open until Saturday at 02:00"),
    ],
)
def test_cards_say_whether_it_is_open_this_minute(client, now, told):
    SpaceFactory(opening_hours="Mo-Fr 08:00-16:00; Fr 18:00-02:00")
    SpaceFactory(opening_hours="24/7", coming=True)
    tags = set()
    for minute in ("00", "01"):
        with time_machine.travel(f"{now[:-2]}{minute}+01:00", tick=False):
            response = client.get("/en/spaces/")
            assert re.findall('class="card-state[^>]*>([^<]+)<', response.content.decode()) == [told]
            tags.add(response["ETag"])
    assert len(tags) == 2


def test_open_now_evaluates_each_way_of_writing_once(client, monkeypatch):
    evaluated = []
    is_open = State(is_open=True, until=None)
    monkeypatch.setattr("spaces.querysets.state", lambda text, moment: evaluated.append(text) or is_open)
    for hours in ("24/7", "24/7", "Mo 08:00-16:00", ""):
        SpaceFactory(opening_hours=hours)
    assert len(names(page_of(client, "/steder/?open=1"))) == 3
    assert sorted(evaluated) == ["24/7", "Mo 08:00-16:00"]


def test_those_on_the_way_come_last_or_not_at_all(client):
    SpaceFactory(name="Aaret", coming=True)
    SpaceFactory(name="Blåst", organisation=OrganisationFactory(prospect=True))
    SpaceFactory(name="Åpent")
    assert names(page_of(client, "/steder/")) == ["Åpent", "Blåst", "Aaret"]
    for query in ("?coming=0", "?coming=0&coming=1"):  # which is what the form sends with and without its tick
        page = page_of(client, f"/steder/{query}")
        assert names(page) == (["Åpent"] if query == "?coming=0" else ["Åpent", "Blåst", "Aaret"])
        assert ('name="coming" value="1" checked' in page) == (query != "?coming=0")
    assert "1 space " in words(page_of(client, "/en/spaces/"))


def test_those_on_the_way_have_pages_too(client):
    SpaceFactory.create_batch(23)
    coming = SpaceFactory.create_batch(3, coming=True)
    shown = [names(page_of(client, f"/steder/?page={number}")) for number in (1, 2)]
    assert ([len(page) for page in shown], shown[1]) == ([24, 2], [space.name for space in coming[1:]])


# A town and an area, where the landing page leads


def test_directory_of_a_town_is_of_that_town_alone(client):
    for name, town, county in [("A", "Vik", "46"), ("B", "Vik", "18"), ("C", "Vikersund", "33"), ("D", "Moss", "31")]:
        SpaceFactory(name=name, town=town, county=county, address="Vik 1")
    page = page_of(client, "/en/spaces/?county=46&town=Vik")
    assert names(page) == ["A"]
    assert "1 space in Vik, Vestland" in words(page)
    assert re.search('name="town" value="Vik" checked> <span>Only in Vik', page)


def test_directory_of_an_area_is_of_that_area_alone(client):
    SpaceFactory(name="I Oslo")
    SpaceFactory(name="I Bergen", latitude=60.39299, longitude=5.32415)
    page = page_of(client, "/en/spaces/?area=5,60,6,61")
    assert names(page) == ["I Bergen"]
    assert "1 space in this part of the map" in words(page)
    assert re.search('name="area" value="5,60,6,61" checked> <span>Only in this part of the map', page)


def test_directory_widened_from_the_county_drops_the_town(client):
    page = page_of(client, "/en/spaces/?county=46&town=Vik&q=hus")
    assert dict(re.findall(r'class="chip" href="\?([^"]+)">([^<]+)<', page)) == {
        "county=46&amp;town=Vik": "Remove the search words",
        "q=hus": "All of Norway",
        "q=hus&amp;county=46": "The whole county",
    }


@pytest.mark.parametrize("area", ["1,2,3", "nan,60,6,61", "6,60,5,61"])
def test_directory_explains_a_bad_area_and_searches_without_it(client, area):
    SpaceFactory(name="Huset")
    page = page_of(client, f"/en/spaces/?area={area}")
    assert names(page) == ["Huset"]
    assert "box" in re.search('class="field-error">([^<]+)<', page)[1]
