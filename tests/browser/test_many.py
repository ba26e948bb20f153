"""The landing page of a network that is too large to be listed."""

import re

import pytest
from playwright.sync_api import expect

from spaces.models import Space
from tests.factories import OrganisationFactory, SpaceFactory

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


def pin(page, name):
    return page.locator(".pin").and_(page.get_by_role("button", name=name))


def test_many_are_counted_and_found_by_zooming_in(site, many):
    site.emulate_media(reduced_motion="reduce")
    site.goto("/")
    expect(site.locator("[data-entries]").get_by_role("link", name="Oslo").first).to_have_attribute(
        "href", re.compile(r"/steder/\?county=03")
    )
    expect(pin(site, re.compile("Hus 309"))).to_be_visible()
    with site.expect_response(re.compile("/kart/punkter.json")):
        pin(site, re.compile("309 steder her")).click()
    pin(site, re.compile("200 steder")).click()
    expect(site.locator(".pin").first).to_have_accessible_name(re.compile(r"Hus \d+, Oslo"))


def test_area_narrows_the_list_and_can_be_shared(site, many):
    site.emulate_media(reduced_motion="reduce")
    site.goto("/")
    pin(site, re.compile("309 steder her")).click()
    pin(site, re.compile("109 steder")).click()
    site.get_by_role("button", name="Søk i dette området").click()
    expect(site).to_have_url(re.compile("area="))
    expect(site.locator(".entry")).to_have_count(109)
    expect(site.get_by_role("status")).to_contain_text("i denne delen av kartet")
    shared = site.url
    site.goto(shared)
    expect(site.locator(".entry")).to_have_count(109)


def test_search_narrows_map_and_list(site, many):
    site.goto("/")
    site.locator("#q").fill("hus 309")
    site.locator("#q").press("Enter")
    expect(site.locator(".entry")).to_have_count(1)
    expect(site.locator(".pin")).to_have_count(1)


def test_search_in_an_area_stays_in_it(site, many):
    site.emulate_media(reduced_motion="reduce")
    site.goto("/")
    pin(site, re.compile("309 steder her")).click()
    pin(site, re.compile("109 steder")).click()
    site.get_by_role("button", name="Søk i dette området").click()
    expect(site.locator(".entry")).to_have_count(109)
    site.locator("#q").fill("hus 25")
    site.locator("#q").press("Enter")
    expect(site).to_have_url(re.compile("q=hus.*area="))
    expect(site.locator(".entry")).to_have_count(11)


def test_area_that_cannot_be_searched_in_place_is_loaded(page, base_url, many):
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto("/?q=hus")
    page.route("**/?q=hus&area=*", lambda route: route.fulfill(status=503) if is_fetched(route) else route.continue_())
    page.get_by_role("button", name="Zoom inn", exact=True).click()
    with page.expect_navigation():
        page.get_by_role("button", name="Søk i dette området").click()
    expect(page).to_have_url(re.compile("area="))
    expect(page.locator("[data-found]")).to_contain_text("i denne delen av kartet")
    assert not faults


def is_fetched(route):
    return route.request.resource_type == "fetch"


def test_area_of_an_earlier_search_never_replaces_that_of_a_later(site, many):
    held = []
    site.route("**/?area=*", lambda route: route.continue_() if held else held.append(route))
    site.emulate_media(reduced_motion="reduce")
    site.goto("/")
    search = site.get_by_role("button", name="Søk i dette området")
    site.get_by_role("button", name="Zoom inn", exact=True).click()
    search.click()
    for _ in range(4):
        site.get_by_role("button", name="Zoom inn", exact=True).click()
    search.click()
    expect(search).to_be_hidden()
    before, address = site.locator("[data-entries]").inner_text(), site.url
    with site.expect_response(held[0].request.url):
        held[0].continue_()
    site.evaluate("() => new Promise(requestAnimationFrame)")
    assert (site.locator("[data-entries]").inner_text(), site.url) == (before, address)


IN_OSLO = "/?area=10.75,59.91,10.95,60.01"


def test_popup_stays_while_the_map_moves_beneath_it(site, many):
    site.emulate_media(reduced_motion="reduce")
    site.goto(IN_OSLO)
    pin(site, re.compile("Hus 199, Oslo")).click()
    link = site.locator(".popup").get_by_role("link", name="Hus 199", exact=True)
    expect(link).to_be_visible()
    box = site.locator("[data-map]").bounding_box()
    x, y = box["x"] + 200, box["y"] + box["height"] - 150
    beneath = site.locator(".pin").first.element_handle()
    with site.expect_response(re.compile("/kart/punkter.json")):
        site.mouse.move(x, y)
        site.mouse.down()
        site.mouse.move(x + 300, y, steps=5)
        site.mouse.up()
    site.wait_for_function("pin => !pin.isConnected", arg=beneath)
    expect(link).to_be_visible()
    expect(site.locator("[data-map]")).to_be_focused()


def test_popup_that_moves_the_map_stays_and_keeps_the_focus(site, many):
    site.emulate_media(reduced_motion="reduce")
    site.set_viewport_size({"width": 1440, "height": 560})
    site.goto(IN_OSLO)
    with site.expect_response(re.compile("/kart/punkter.json")):
        beneath = pin(site, re.compile("Hus 199, Oslo")).element_handle()
        beneath.click()
        name = site.locator(".popup a:focus").inner_text()
    site.wait_for_function("pin => !pin.isConnected", arg=beneath)
    link = site.locator(".popup").get_by_role("link", name=name, exact=True)
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()


def test_more_at_one_place_than_are_listed_lead_to_the_list_of_them(site, axe, many):
    owner = OrganisationFactory()
    at_one_place = {"latitude": 59.7, "longitude": 10.2, "town": "Drammen", "county": "33"}
    Space.objects.bulk_create(
        SpaceFactory.build(organisation=owner, slug=f"likt-{number}", **at_one_place) for number in range(320)
    )
    SpaceFactory(latitude=59.85, longitude=10.2, town="Lier", county="33")
    site.emulate_media(reduced_motion="reduce")
    site.goto("/en/?area=10.15,59.68,10.25,59.72")
    here = pin(site, re.compile("^320 spaces here$"))
    here.press("Enter")
    expect(site.locator(".popup a")).to_be_focused()
    axe(site)
    site.locator(".popup a").press("Enter")
    expect(site).to_have_url(re.compile("area="))
    site.locator("[data-entries]").get_by_role("link", name="Drammen").click()
    expect(site.get_by_role("heading", level=2).first).to_contain_text("320 spaces in Drammen, Buskerud in this part")


@pytest.mark.parametrize("width", [360, 1440])
def test_axe_finds_nothing_where_there_are_many(site, axe, many, width):
    site.set_viewport_size({"width": width, "height": 800})
    site.goto("/")
    expect(site.locator(".pin").first).to_be_visible()
    axe(site, "best-practice")
    assert site.evaluate("document.documentElement.scrollWidth") <= width
