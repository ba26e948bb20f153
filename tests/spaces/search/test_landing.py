"""The landing page's finder: its list, what is on its map, and what it offers where it finds nothing."""

import gzip
import json
import re
from html import unescape

import pytest

from core.page_cache import MAX_PAGE_BYTES
from spaces.models import Space
from spaces.search import landing
from tests.factories import AmenityFactory, OrganisationFactory, SpaceFactory
from tests.spaces.pages import page_of, words

pytestmark = pytest.mark.django_db

OSLO, BERGEN, TROMSO = (59.91273, 10.74609), (60.39299, 5.32415), (69.6489, 18.95508)
AROUND_BERGEN = "5,60,6,61"
MAX_BYTES = 10_000


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(landing, "LIST_SIZE", 2)


def place(name, position, town="Oslo", county="03", **fields):
    latitude, longitude = position
    return SpaceFactory(name=name, latitude=latitude, longitude=longitude, town=town, county=county, **fields)


def listed(page):
    return re.findall(r'data-space="\d+"> <a href="[^"]+">([^<]+)<', page)


def on_map(page):
    return json.loads(re.search('id="map-points" type="application/json">(.+?)</script>', page)[1])


# The list


def test_all_are_listed_by_town_and_on_the_map(client):
    place("Verksted", OSLO), place("Kafé", OSLO), place("Flow", TROMSO, "Tromsø", "55", coming=True)
    place("Works", BERGEN, "Bergen", "46")
    page = page_of(client, "/en/")
    assert listed(page) == ["Works", "Kafé", "Verksted", "Flow"]
    assert "3 spaces in 2 towns. 1 more" in words(page)
    data = on_map(page)
    assert (len(data["points"]), data["cells"], data["feed"]) == (4, [], "")


def test_more_lead_on_to_the_directory_and_are_towns_on_the_map(client, few):
    place("A", OSLO), place("B", OSLO), place("Alene", TROMSO, "Tromsø", "55")
    page = page_of(client, "/en/?q=a")
    assert listed(page) == ["A", "Alene"]
    page = page_of(client, "/en/")
    assert 'href="/en/spaces/?">' in page.partition("button-quiet")[2]
    assert "Show all 3 spaces" in words(page)
    data = on_map(page)
    assert [point["name"] for point in data["points"]] == ["Alene"]
    assert [cell[2:] for cell in data["cells"]] == [[2, 0, "Oslo", "Oslo"]]
    assert data["feed"].startswith("/en/map/points.json")


@pytest.mark.parametrize("count", [300, 3000])
def test_page_is_as_light_however_many_there_are(client, count):
    owner = OrganisationFactory()
    spaces = []
    for number in range(count):
        town, county = number % 200, ["46", "03", "55"][number % 3]
        position = {"latitude": 58 + town / 15, "longitude": 6 + town / 20}
        slug = f"hus-{number}"
        spaces.append(SpaceFactory.build(organisation=owner, slug=slug, town=f"By {town}", county=county, **position))
    Space.objects.bulk_create(spaces)
    page = client.get("/").content
    assert len(page) <= MAX_PAGE_BYTES, "not kept for those who take no gzip"
    assert len(gzip.compress(re.sub(b"<style>.+?</style>", b"", page, flags=re.DOTALL))) < MAX_BYTES


def test_thousands_are_grouped(client, few):
    owner = OrganisationFactory()
    members = [SpaceFactory.build(organisation=owner, slug=f"hus-{number}") for number in range(1001)]
    coming = [SpaceFactory.build(organisation=owner, slug=f"snart-{n}", status="coming") for n in range(1002)]
    Space.objects.bulk_create(members + coming)
    for address, separator in {"/": "\xa0", "/en/": ","}.items():
        page = page_of(client, address)
        for count in (f"1{separator}001", f"1{separator}002", f"2{separator}003"):
            assert count in page


def test_more_filters_are_for_the_same_words_and_area(client):
    page = page_of(client, f"/?q=kaf%C3%A9&area={AROUND_BERGEN}")
    assert 'href="/steder/?q=kaf%C3%A9&amp;area=5%2C60%2C6%2C61"' in page


def test_filters_narrow_list_and_map_and_stay_in_the_form(client):
    place("Uten", BERGEN, "Bergen", "46")
    place("Med", OSLO).amenities.add(AmenityFactory(slug="wifi"))
    page = page_of(client, "/?amenity=wifi")
    assert listed(page) == ["Med"] == [point["name"] for point in on_map(page)["points"]]
    assert '<input type="hidden" name="amenity" value="wifi">' in page


# The map without script


@pytest.mark.parametrize("size", [30, 2])
def test_notes_lead_to_the_space_or_to_those_of_their_town(client, monkeypatch, size):
    monkeypatch.setattr(landing, "LIST_SIZE", size)
    place("A", OSLO), place("B", OSLO)
    place("Alene", TROMSO, town="Tromsø", county="55", slug="alene")
    picture = re.search("<noscript>(.+?)</svg>", page_of(client, "/"), re.DOTALL)[1]
    notes = dict(re.findall('<a href="([^"]+)" aria-label="([^"]+)"', picture))
    assert notes == {
        "/steder/alene/": "Tromsø (medlem)",
        "/steder/?county=03&amp;town=Oslo": "Oslo. Medlemmer: 2, på vei inn: 0",
    }


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


def test_area_is_repeated_to_the_metre_and_shown(client):
    page = page_of(client, "/?area=10.74609,59.91273,10.74678,59.91307")
    assert 'name="area" value="10.74609,59.91273,10.74678,59.91307"' in page
    assert on_map(page)["focus"] == [[59.91273, 10.74609], [59.91307, 10.74678]]


# Nothing found


@pytest.mark.parametrize("query", [f"area={AROUND_BERGEN}", "q=bergen", "near=Bergen&q=bergen"])
def test_nothing_found_offers_the_nearest_in_list_and_on_map(client, query):
    oslo, tromso = place("I Oslo", OSLO), place("I Tromsø", TROMSO, town="Tromsø", county="55")
    page = page_of(client, f"/en/?{query}")
    assert listed(page) == ["I Oslo", "I Tromsø"]
    assert re.search(r"Nearest: I Oslo Oslo · about \d+ km", words(page))
    data = on_map(page)
    assert {point["id"] for point in data["points"]} == {oslo.pk, tromso.pk}
    assert [oslo.latitude, oslo.longitude] in data["focus"] or "area" in query


def test_nothing_offers_three_at_most_and_members_only(client):
    place("Snart", TROMSO, coming=True)
    for number in range(6):
        place(f"Hus {number}", OSLO)
    assert listed(page_of(client, "/?area=4,61,5,62")) == ["Hus 0", "Hus 1", "Hus 2"]


@pytest.mark.parametrize("query", ["?q=finnesikke", "?q=bod%C3%B8"])
def test_nothing_is_offered_where_nothing_is_near(client, query):
    assert "Nearest" not in page_of(client, f"/en/{query}")


def test_distance_from_a_postal_code_is_told_roughly(client):
    place("I Oslo", OSLO, precision="exact")
    for query in ("q=5003", "near=5003"):
        assert re.search(r"Oslo · about 30\d km", words(page_of(client, f"/en/?{query}"))), query


def test_place_that_is_ambiguous_is_told_of_with_its_choices(client):
    page = page_of(client, "/en/?near=Vik")
    assert "several places called" in words(page)
    assert re.search(r'<a class="chip" href="\?[^"]*near=Vik%2C\+\w+', page)


# Islands beyond the first view


@pytest.mark.parametrize("size", [30, 1])
def test_islands_that_the_first_view_leaves_out_are_told_of_and_shown(client, monkeypatch, size):
    monkeypatch.setattr(landing, "LIST_SIZE", size)
    place("I Oslo", OSLO)
    for number, shown in enumerate(("1 space on Svalbard", "2 spaces on Svalbard")):
        place(f"Isbjørn {number}", (78.22334, 15.64689), town="Longyearbyen", county="21")
        assert shown in words(page_of(client, "/en/"))
    link = unescape(re.search(r'href="(\?[^"]*)">\s*2 spaces', page_of(client, "/en/"))[1])
    page = page_of(client, f"/en/{link}")
    assert "on Svalbard" not in words(page), "the link has led there"
    assert "Longyearbyen 2" in words(re.search("<noscript>(.+?)</noscript>", page)[1])
    assert "Svalbard" not in words(page_of(client, "/en/?q=oslo"))
