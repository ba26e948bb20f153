"""Maps of a server that fetches street tiles from a stand-in."""

import re

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
    for kept in (data_dir / "tiles").glob("*"):
        kept.unlink()
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
        settle(page)


def settle(page):
    page.wait_for_function(
        "() => [...document.querySelectorAll('.leaflet-streets-pane img')].every(tile => tile.complete)"
    )


def zooms(page):
    return {int(re.search(r"/kart/(\d+)/", address)[1]) for address in page.asked}


def test_streets_begin_at_zoom_nine_and_reach_seventeen(still):
    SpaceFactory()
    still.goto("/", wait_until="networkidle")
    zoom_in(still, 4)
    assert not still.asked
    zoom_in(still, 20)
    expect(still.locator(STREETS).first).to_be_visible()
    assert set(range(10, 18)) <= zooms(still) <= set(range(9, 18))
    still.get_by_role("button", name="Hele Norge").click()
    expect(still.locator(STREETS)).to_have_count(0)
    assert still.locator("path.map-county").count() == 15


def test_first_view_is_as_light_as_without_streets(still):
    SpaceFactory()
    requests = []
    still.on("request", lambda request: requests.append(request.url))
    still.goto("/", wait_until="networkidle")
    expect(still.locator("path.map-county").first).to_be_attached()
    assert len(requests) <= 12
    assert not still.asked


@pytest.mark.parametrize(("precision", "zoom"), [("exact", 15), ("town", 11)])
def test_page_of_a_space_shows_its_streets(still, axe, precision, zoom):
    SpaceFactory(slug="huset", precision=precision)
    still.goto("/steder/huset/")
    expect(still.locator(STREETS).first).to_be_visible()
    assert zooms(still) == {zoom}
    expect(still.locator(".pin")).to_be_in_viewport()
    axe(still)


def test_streets_lie_above_the_outline_and_below_the_pins(still):
    SpaceFactory(slug="huset", precision="exact")
    still.goto("/steder/huset/")
    expect(still.locator(STREETS).first).to_be_visible()
    panes = ["overlay", "streets", "marker"]
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
    place = still.locator("[data-pin-of='spaces-0']")
    place.locator("path.map-county").first.wait_for(state="attached")
    zoom_in(still, 6)
    expect(still.locator(STREETS).first).to_be_visible()


def test_spaces_in_one_town_can_be_pulled_apart(still):
    for number in range(3):
        SpaceFactory(name=f"Nr {number}", latitude=59.91 + number * 0.001, longitude=10.75, precision="exact")
    still.goto("/")
    still.locator(".pin").click()
    expect(still.locator(".pin")).to_have_count(3)
    expect(still.locator(STREETS).first).to_be_visible()


def test_tile_that_did_not_come_is_asked_for_once_more(still, service):
    SpaceFactory(slug="huset", precision="exact")
    first = []

    def all_but_the_first(request):
        first.append(request.query_string)
        return NO_STREETS if len(first) == 2 else service.answer

    service.clear()
    service.expect_request("/map").respond_with_handler(all_but_the_first)
    still.goto("/steder/huset/")
    expect(still.locator(".leaflet-streets-pane img:not(.leaflet-tile-loaded)")).to_have_count(1)
    expect(still.locator(".leaflet-streets-pane img:not(.leaflet-tile-loaded)")).to_have_count(0)


@pytest.fixture
def no_streets(service):
    service.answer = NO_STREETS


def test_without_streets_the_map_is_as_deep_as_its_outline(still, no_streets):
    """Nor does the console tell of it: the page fails its test where it does."""
    SpaceFactory()
    still.goto("/")
    zoom_in(still, 20)
    expect(still.get_by_role("button", name="Zoom inn")).to_be_disabled()
    assert len(zooms(still)) == 1
    expect(still.locator(".leaflet-streets-pane img")).to_have_count(0)
    expect(still.locator("path.map-county")).to_have_count(15)


def test_without_streets_the_page_of_a_space_shows_its_region(still, no_streets):
    SpaceFactory(slug="huset", name="Huset", precision="exact")
    still.goto("/steder/huset/")
    expect(still.locator(".leaflet-streets-pane img")).to_have_count(0)
    expect(still.locator("path.map-county:not([d='M0 0'])").nth(2)).to_be_attached()
    expect(still.locator(".pin")).to_be_in_viewport()
    zoom_in(still, 2)
    expect(still.get_by_role("button", name="Zoom inn")).to_be_enabled()
    zoom_in(still, 1)
    expect(still.get_by_role("button", name="Zoom inn")).to_be_disabled()


def test_without_streets_close_neighbours_open_in_one_popup(still, no_streets):
    """The first click leads to the outline's deepest zoom, where streets are missed."""
    for number, latitude in enumerate((59.9, 59.902, 60.213)):
        SpaceFactory(name=f"Nr {number}", latitude=latitude, longitude=10.75, precision="exact")
    still.goto("/")
    still.locator(".pin").click()
    settle(still)
    expect(still.locator(".leaflet-streets-pane img")).to_have_count(0)
    still.get_by_role("button", name=re.compile("Nr 0")).click()
    expect(still.locator(".popup").get_by_role("link")).to_have_text(["Nr 0", "Nr 1"])
