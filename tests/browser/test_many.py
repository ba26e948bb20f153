"""The landing page of a network that is too large to be listed."""

import re
from itertools import combinations

import pytest
from playwright.sync_api import expect

from spaces.models import Space
from tests.factories import OrganisationFactory, SpaceFactory

from .test_accessibility import visit
from .test_landing import boxes, note

FEED = re.compile("/kart/punkter.json")
CENTRES = {"Oslo": ("03", 59.91, 10.75), "Bergen": ("46", 60.39, 5.32), "Tromsø": ("55", 69.65, 18.96)}


@pytest.fixture
def many(base_url):
    """310 spaces in three towns, one of them alone in its own."""
    owner = OrganisationFactory(name="Eieren")
    spaces = [
        SpaceFactory.build(
            organisation=owner,
            name=f"Hus {number}",
            slug=f"hus-{number}",
            town=town,
            county=county,
            latitude=latitude + (number // 20) / 100,
            longitude=longitude + (number % 20) / 100,
            status="open" if number % 10 else "coming",
        )
        for town, (county, latitude, longitude) in CENTRES.items()
        for number in range(*{"Oslo": (0, 200), "Bergen": (200, 309), "Tromsø": (309, 310)}[town])
    ]
    Space.objects.bulk_create(spaces)


def test_many_are_counted_by_town_and_found_by_zooming_in(site, many):
    site.emulate_media(reduced_motion="reduce")
    site.goto("/")
    expect(site.locator(".finder-list .entry")).to_have_count(30)
    expect(site.locator("[data-part=results]").get_by_role("link", name="Vis alle 310 steder")).to_be_visible()
    expect(note(site, "Tromsø (medlem)")).to_be_visible()
    with site.expect_response(FEED):
        note(site, "Oslo. Medlemmer: 180, på vei inn: 20").click()
    expect(site.locator(".map-square").first).to_be_visible()
    assert_apart(site)
    zoom = site.get_by_role("button", name="Zoom inn")
    while zoom.is_enabled():
        zoom.click()
        assert_apart(site)


def assert_apart(page):
    for box, other in combinations(boxes(page), 2):
        across, down = (abs(box[axis] - other[axis]) for axis in "xy")
        assert across >= 24 or down >= 24


def test_card_of_a_space_that_is_not_listed_is_fetched(site, many):
    site.goto("/")
    note(site, "Tromsø (medlem)").click()
    expect(site.locator(".map-popup").get_by_role("link", name="Hus 309")).to_be_focused()


def test_area_narrows_the_list_in_place_and_can_be_shared(site, many):
    site.emulate_media(reduced_motion="reduce")
    visit(site, "/")
    search = site.get_by_role("button", name="Søk i dette området")
    expect(search).to_be_hidden()
    note(site, "Bergen. Medlemmer: 98, på vei inn: 11").click()
    search.click()
    expect(site).to_have_url(re.compile("area="))
    expect(site.get_by_role("status")).to_contain_text("98 steder i denne delen av kartet")
    before = site.locator("#results-heading").inner_text()
    visit(site, site.url)
    expect(site.locator("#results-heading")).to_have_text(before)
    site.locator("#q").fill("hus 25")
    site.locator("#q").press("Enter")
    expect(site).to_have_url(re.compile("q=hus.*area="))
    expect(site.locator(".finder-list .entry")).to_have_count(11)


def test_search_that_cannot_be_made_in_place_is_loaded(page, base_url, many):
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    visit(page, "/")
    page.route("**/?q=hus*", lambda route: route.fulfill(status=503) if is_fetched(route) else route.continue_())
    page.locator("#q").fill("hus 309")
    expect(page.locator(".finder-list .entry")).to_have_count(1)
    assert not faults


def is_fetched(route):
    return route.request.resource_type == "fetch"


IN_OSLO = "/?area=10.75,59.91,10.95,60.01"


def test_card_stays_while_the_map_moves_beneath_it(site, many):
    site.emulate_media(reduced_motion="reduce")
    Space.objects.exclude(name="Hus 199").delete()
    site.goto(IN_OSLO)
    note(site, re.compile("Hus 199")).click()
    link = site.locator(".map-popup").get_by_role("link", name="Hus 199", exact=True)
    expect(link).to_be_focused()
    expect(site.locator(".leaflet-pan-anim")).to_have_count(0)  # where the map has to make room for the card
    with site.expect_response(FEED):
        for _ in range(2):  # 240 pixels each, of the 256 that are asked for at once; a key presses nothing meanwhile
            site.locator("[data-map]").press("Shift+ArrowLeft")
            expect(site.locator(".leaflet-pan-anim")).to_have_count(0)
    expect(link).to_be_visible()


def test_more_at_one_place_than_are_listed_lead_to_the_list_of_them(site, axe, many):
    owner = OrganisationFactory()
    at_one_place = {"latitude": 59.7, "longitude": 10.2, "town": "Drammen", "county": "33"}
    Space.objects.bulk_create(
        SpaceFactory.build(organisation=owner, slug=f"likt-{number}", **at_one_place) for number in range(320)
    )
    site.emulate_media(reduced_motion="reduce")
    site.goto("/en/?area=10.19,59.69,10.21,59.71")
    note(site, "Drammen. Members: 320, joining soon: 0").press("Enter")
    expect(site.locator(".map-popup a")).to_be_focused()
    axe(site)
    site.locator(".map-popup a").press("Enter")
    expect(site).to_have_url(re.compile("area="))
    expect(site.locator("#results-heading")).to_contain_text("320 spaces in this part of the map")


def test_axe_finds_nothing_where_there_are_many(site, axe, many, fits_the_window):
    site.goto("/")
    expect(site.locator(".map-label").first).to_be_visible()
    axe(site, "best-practice")
    assert fits_the_window()
