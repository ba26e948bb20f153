"""Maps of a server that fetches street tiles from a stand-in."""

import re
import shutil

import pytest
from playwright.sync_api import expect
from pytest_httpserver import HTTPServer
from werkzeug import Response

from spaces.models import Space
from tests.factories import SpaceFactory
from tests.pictures import encoded, picture

TILE = encoded(picture(256, 256, "L", 225), "PNG")
NO_STREETS = Response("", 500)
STREETS = ".leaflet-streets-pane img.leaflet-tile-loaded"


@pytest.fixture(scope="session")
def tile_service():
    with HTTPServer(host="127.0.0.1") as service:
        yield service


@pytest.fixture(scope="session")
def base_url(start, tile_service):
    return start(TILES_URL=tile_service.url_for("/map?{z}/{y}/{x}"))


@pytest.fixture(scope="module")
def browser_context_args(browser_context_args, base_url):
    return browser_context_args | {"base_url": base_url}


@pytest.fixture(autouse=True)
def service(tile_service, data_dir):
    """Answers with `service.answer`; nothing is kept of other tests, neither tiles nor faults."""
    for folder in ("tiles", "circuits"):
        shutil.rmtree(data_dir / folder, ignore_errors=True)
    tile_service.clear()
    tile_service.answer = Response(TILE, mimetype="image/png")
    tile_service.expect_request("/map").respond_with_handler(lambda request: tile_service.answer)
    return tile_service


@pytest.fixture
def still(site):
    site.emulate_media(reduced_motion="reduce")
    site.asked = []
    site.on("request", lambda request: site.asked.append(request.url) if "/kart/" in request.url else None)
    return site


def zoom_in(page, times):
    """As many steps, each when the one before has its tiles, or as many as there are."""
    for _ in range(times):
        page.get_by_role("button", name="Zoom inn").dispatch_event("click")
        wait_for_tiles(page)


def wait_for_tiles(page):
    page.wait_for_function(
        "() => [...document.querySelectorAll('.leaflet-streets-pane img')].every(tile => tile.complete)"
    )


def zooms(page):
    return {int(re.search(r"/kart/(\d+)/", address)[1]) for address in page.asked}


def test_streets_begin_at_zoom_nine_and_reach_seventeen(still):
    SpaceFactory()
    still.goto("/", wait_until="networkidle")
    assert not still.asked
    zoom_in(still, 20)
    expect(still.locator(STREETS).first).to_be_visible()
    assert set(range(10, 18)) <= zooms(still) <= set(range(9, 18))
    still.get_by_role("button", name="Hele Norge").click()
    expect(still.locator(STREETS)).to_have_count(0)
    expect(still.locator("path.map-county")).to_have_count(15)


def test_first_view_asks_for_no_streets(still):
    SpaceFactory()
    still.goto("/", wait_until="networkidle")
    expect(still.locator("path.map-county").first).to_be_attached()
    assert not still.asked


@pytest.mark.parametrize(("precision", "zoom"), [("exact", 15), ("town", 11)])
def test_page_of_a_space_shows_its_streets(still, axe, precision, zoom):
    SpaceFactory(slug="huset", address="Storgata 1", precision=precision)
    still.goto("/steder/huset/")
    still.locator("[data-map]").scroll_into_view_if_needed()
    expect(still.locator(STREETS).first).to_be_visible()
    assert zooms(still) == {zoom}
    expect(still.locator(".map-label")).to_be_in_viewport()
    axe(still)


def test_streets_lie_above_the_outline_and_below_the_pins(still):
    SpaceFactory(slug="huset", precision="exact")
    still.goto("/steder/huset/")
    expect(still.locator(STREETS).first).to_be_visible()
    panes = ["overlay", "streets", "notes"]
    layers = still.evaluate(
        "names => names.map(name => Number(getComputedStyle(document.querySelector(`.leaflet-${name}-pane`)).zIndex))",
        panes,
    )
    assert layers == sorted(set(layers))


def test_streets_are_dimmed_in_the_dark(still):
    SpaceFactory(slug="huset", precision="exact")
    still.emulate_media(color_scheme="dark")
    still.goto("/steder/huset/")
    assert still.evaluate("getComputedStyle(document.querySelector('.leaflet-streets-pane')).filter") != "none"


def test_coordinator_places_the_pin_in_a_street(still, logged_in):
    space = SpaceFactory(precision="exact")
    logged_in.goto(f"/admin/spaces/space/{space.pk}/change/")
    expect(logged_in.locator(STREETS).first).to_be_visible()
    logged_in.locator("[data-pin-picker] [data-map]").click(position={"x": 100, "y": 100})
    logged_in.get_by_role("button", name="Lagre", exact=True).first.click()
    expect(logged_in.locator(".messagelist .success")).to_be_visible()
    moved = Space.objects.get()
    assert 0 < abs(moved.latitude - space.latitude) < 0.02


def test_applicant_places_the_pin_in_a_street(still):
    still.goto("/bli-med/")
    place = still.locator("[data-pin-picker]").first
    place.locator("path.map-county").first.wait_for(state="attached")
    zoom_in(still, 6)
    expect(still.locator(STREETS).first).to_be_visible()


def test_spaces_in_one_town_are_pulled_apart_by_zooming_in(still):
    for number in range(3):
        SpaceFactory(name=f"Nr {number}", latitude=59.91 + number * 0.001, longitude=10.75, precision="exact")
    still.goto("/")
    zoom_in(still, 3)
    expect(still.locator(".map-label")).to_have_count(3)
    assert sorted(still.locator(".map-label").all_inner_texts()) == ["Nr 0", "Nr 1", "Nr 2"]


def test_tile_that_did_not_come_is_asked_for_once_more(still, service):
    SpaceFactory(slug="huset", precision="exact")
    asked = []

    def all_but_the_second(request):
        asked.append(request.query_string)
        return NO_STREETS if len(asked) == 2 else service.answer

    service.clear()
    service.expect_request("/map").respond_with_handler(all_but_the_second)
    still.goto("/steder/huset/")
    expect(still.locator(STREETS).first).to_be_visible()
    expect(still.locator(".leaflet-streets-pane img:not(.leaflet-tile-loaded)")).to_have_count(0)
    assert asked.count(asked[1]) == 2


@pytest.fixture
def no_streets(service):
    service.answer = NO_STREETS


def test_without_streets_the_map_stops_where_its_outline_is_true_and_leads_to_kartverket(still, no_streets):
    """Nor does the console tell of it: the page fails its test where it does."""
    SpaceFactory()
    still.goto("/")
    link = still.get_by_role("link", name="norgeskart.no")
    while not still.asked:
        zoom_in(still, 1)
    expect(link).to_be_visible()  # from now on there are no streets
    zoom_in(still, 3)
    expect(still.get_by_role("button", name="Zoom inn")).to_be_disabled()
    assert zooms(still) == {9}
    expect(still.locator(".leaflet-streets-pane img")).to_have_count(0)
    expect(still.locator("path.map-county")).to_have_count(15)
    north, east = (float(re.search(rf"{name}=(-?\d+)", link.get_attribute("href"))[1]) for name in ("lat", "lon"))
    assert abs(north - 6_649_300) < 20_000, "the middle of Oslo in zone 33 of UTM"
    assert abs(east - 262_000) < 20_000


def test_without_streets_the_page_of_a_space_shows_its_region(still, no_streets):
    SpaceFactory(slug="huset", name="Huset", address="Storgata 1", precision="exact")
    still.goto("/steder/huset/")
    still.locator("[data-map]").scroll_into_view_if_needed()
    expect(still.locator(".leaflet-streets-pane img")).to_have_count(0)
    expect(still.locator("path.map-county:not([d='M0 0'])").nth(2)).to_be_attached()
    expect(still.locator(".map-label")).to_be_in_viewport()
    zoom_in(still, 2)
    expect(still.get_by_role("button", name="Zoom inn")).to_be_disabled()
