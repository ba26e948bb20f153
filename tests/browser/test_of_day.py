import pytest
from django.core.management import call_command
from playwright.sync_api import expect

WIDTHS = [1280, 1440, 1920]
BESIDE = ".map-label, .leaflet-control, .map-seat"


@pytest.fixture
def network(base_url):
    call_command("seed", verbosity=0)


def test_space_of_the_day_lies_where_the_map_says_nothing(site, network):
    for width in WIDTHS:
        site.set_viewport_size({"width": width, "height": 900})
        site.goto("/")
        expect(site.locator("path.map-county")).to_have_count(15)
        expect(site.locator(".map-label").first).to_be_visible()
        card = site.locator(".of-day").bounding_box()
        around = site.locator(".finder-map").bounding_box()
        assert around["y"] < card["y"]
        assert card["y"] + card["height"] < around["y"] + around["height"]
        for box in site.locator(BESIDE).evaluate_all("all => all.map((each) => each.getBoundingClientRect().toJSON())"):
            is_beside = box["right"] <= card["x"] or box["left"] >= card["x"] + card["width"]
            assert is_beside or box["bottom"] <= card["y"] or box["top"] >= card["y"] + card["height"], (width, box)


def test_space_of_the_day_makes_room_for_a_map_that_is_moved(site, network):
    site.set_viewport_size({"width": 1440, "height": 900})
    site.goto("/")
    expect(site.locator(".map-label").first).to_be_visible()
    site.set_viewport_size({"width": 1500, "height": 900})
    expect(site.get_by_role("complementary", name="Dagens hus")).to_be_visible()
    site.get_by_role("button", name="Zoom inn").click()
    expect(site.get_by_role("complementary", name="Dagens hus")).to_be_hidden()


def test_space_of_the_day_follows_the_list_on_narrow_screens(site, network):
    for width in (320, 390, 800):
        site.set_viewport_size({"width": width, "height": 800})
        site.goto("/")
        card, listed = (site.locator(part).bounding_box() for part in (".of-day", ".finder-list"))
        assert card["y"] >= listed["y"] + listed["height"]
        assert site.evaluate("document.documentElement.scrollWidth") <= width
