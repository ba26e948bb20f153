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


@pytest.mark.parametrize("width", [360, 1440])
def test_axe_finds_nothing_where_there_are_many(site, axe, many, width):
    site.set_viewport_size({"width": width, "height": 800})
    site.goto("/")
    expect(site.locator(".pin").first).to_be_visible()
    axe(site, "best-practice")
    assert site.evaluate("document.documentElement.scrollWidth") <= width
