"""The landing page's list: what it counts, where its links lead, and what it offers where it finds nothing."""

import re
from html import unescape

import pytest

from spaces import feed
from spaces.models import Space
from tests.factories import OrganisationFactory, SpaceFactory

from .pages import names, page_of, words

pytestmark = pytest.mark.django_db

OSLO, BERGEN, TROMSO = (59.91273, 10.74609), (60.39299, 5.32415), (69.6489, 18.95508)
AROUND_BERGEN = "5,60,6,61"


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(feed, "MOST_POINTS", 2)


def place(name, position, town="Oslo", county="03", **fields):
    latitude, longitude = position
    return SpaceFactory(name=name, latitude=latitude, longitude=longitude, town=town, county=county, **fields)


def links(page):
    """Where each county and town leads, and what it counts."""
    entries = page.partition("data-entries")[2]
    found = re.findall(r'<a href="([^"]+)">([^<]+)</a> <span class="quiet">([^<]+)<', entries)
    return {name: (unescape(address), int(count)) for address, name, count in found}


def listed(page):
    return re.findall(r'data-space="\d+">\s*<strong>([^<]+)<', page)


# Counties and towns


def test_links_lead_to_what_they_count(client, few):
    place("Kafé 1", OSLO), place("Kafé 2", OSLO, coming=True), place("Verksted", OSLO)
    place("Kafé Osloveien", OSLO, town="Osloøya")
    place("Kafé Bergen", BERGEN, town="Bergen", county="46")
    found = links(page_of(client, "/?q=kafe"))
    assert {name: count for name, (_address, count) in found.items()} == {
        "Oslo": 2,
        "Osloøya": 1,
        "Vestland": 1,
        "Bergen": 1,
    }
    for address, count in found.values():
        assert len(names(page_of(client, address))) == count, address


def test_links_of_an_area_lead_to_what_is_in_it(client, few):
    for number in range(3):
        place(f"I byen {number}", OSLO)
    place("I marka", (60.05, 10.75))
    found = links(page_of(client, "/?area=10.7,59.9,10.8,59.95"))
    assert found["Oslo"][1] == 3
    assert names(page_of(client, found["Oslo"][0])) == ["I byen 0", "I byen 1", "I byen 2"]


def test_more_filters_are_for_the_same_words_and_area(client):
    page = page_of(client, f"/?q=kaf%C3%A9&area={AROUND_BERGEN}")
    assert 'href="/steder/?q=kaf%C3%A9&amp;area=5%2C60%2C6%2C61"' in page


def test_thousands_are_grouped(client):
    owner = OrganisationFactory()
    members = [SpaceFactory.build(organisation=owner, slug=f"hus-{number}") for number in range(1001)]
    coming = [SpaceFactory.build(organisation=owner, slug=f"snart-{n}", status="coming") for n in range(1002)]
    Space.objects.bulk_create(members + coming)
    for address, separator in {"/": "\xa0", "/en/": ","}.items():
        page = page_of(client, address)
        for count in (f"1{separator}001", f"1{separator}002", f">2{separator}003<"):
            assert count in page


def test_picture_of_many_links_who_is_alone(client, few):
    place("A", OSLO), place("B", OSLO)
    place("Alene", TROMSO, town="Tromsø", county="55", slug="alene")
    picture = re.search("<noscript>(.+?)</noscript>", page_of(client, "/"), re.DOTALL)[1]
    assert re.findall('<a href="([^"]+)">', picture) == ["/steder/alene/"]


# An area


def test_search_stays_in_the_area(client):
    form = page_of(client, f"/?area={AROUND_BERGEN}").partition('role="search"')[2].partition("</form>")[0]
    assert re.search('name="area" value="5,60,6,61"', form)


@pytest.mark.parametrize("area", ["", "nan,60,6,61", "6,60,5,61", "5,60,500,61", "x"])
def test_area_that_is_none_is_left_out(client, area):
    place("I Oslo", OSLO)
    page = page_of(client, f"/?area={area}")
    assert re.search('name="area" value="" autocomplete="off" disabled', page)
    assert listed(page) == ["I Oslo"]


def test_area_is_repeated_to_the_metre(client):
    assert 'name="area" value="10.74609,59.91273,10.74678,59.91307"' in page_of(
        client, "/?area=10.74609,59.91273,10.74678,59.91307"
    )


# Nothing found


def test_nothing_in_the_area_offers_the_nearest_to_it(client):
    place("I Oslo", OSLO), place("I Tromsø", TROMSO, town="Tromsø", county="55")
    page = page_of(client, f"/en/?area={AROUND_BERGEN}")
    assert listed(page) == ["I Oslo", "I Tromsø"]
    assert "No open space here. Nearest to this part of the map" in words(page)


def test_nothing_for_a_town_offers_the_nearest_to_it(client):
    place("I Oslo", OSLO), place("I Tromsø", TROMSO, town="Tromsø", county="55")
    page = page_of(client, "/en/?q=kontor+bod%C3%B8")
    assert listed(page) == ["I Tromsø", "I Oslo"]
    assert "Nearest to Bodø These do not fit all that you asked for." in words(page)


def test_nothing_offers_four_at_most_and_members_only(client, few):
    place("Snart", BERGEN, coming=True)
    for number in range(6):
        place(f"Hus {number}", OSLO)
    page = page_of(client, "/?area=4,61,5,62")
    assert listed(page) == ["Hus 0", "Hus 1", "Hus 2", "Hus 3"]


@pytest.mark.parametrize("query", ["?q=finnesikke", "?q=bod%C3%B8"])
def test_nothing_is_offered_where_nothing_is_near(client, query):
    assert "Nearest" not in page_of(client, f"/en/{query}")
