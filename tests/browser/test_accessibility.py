import pytest
from playwright.sync_api import expect

from tests.factories import AmenityFactory, OrganisationFactory, SpaceFactory

PAGES = ["/", "/steder/", "/steder/?q=ingen&county=99", "/steder/huset/", "/steder/snart/", "/medlemmer/"]
PAGES += ["/medlemmer/org/", "/om/", "/bli-med/", "/personvern/", "/nothing/", "/en/", "/en/spaces/huset/"]
ADMIN = ["/admin/", "/admin/spaces/space/", "/admin/spaces/space/{}/change/", "/admin/spaces/space/add/"]
ADMIN += [
    "/admin/spaces/space/{}/history/",
    "/admin/members/organisation/",
    "/admin/members/organisation/add/",
]
ADMIN += ["/admin/spaces/space/{}/preview/", "/admin/spaces/space/{}/delete/", "/admin/spaces/amenity/"]


@pytest.fixture
def network(base_url):
    organisation = OrganisationFactory(slug="org", description_nb="Om oss", website="https://example.org")
    space = SpaceFactory(
        slug="huset",
        organisation=organisation,
        description_nb="Et hus",
        opening_hours="Mo-Fr 08:00-16:00; PH off; Dec 24 off",
        address="Gata 1",
        email="post@example.org",
    )
    space.amenities.add(AmenityFactory())
    SpaceFactory(slug="snart", coming=True, latitude=69.6489, longitude=18.95508)
    SpaceFactory(organisation=organisation, latitude=60.39299, longitude=5.32415)
    return space


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing(page, network, axe, address, scheme):
    page.emulate_media(color_scheme=scheme)
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(address, wait_until="networkidle")
        axe(page, "best-practice")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_an_open_popup(site, network, axe, scheme):
    site.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    site.goto("/", wait_until="networkidle")
    site.locator(".pin").first.click()
    expect(site.locator(".leaflet-popup")).to_be_visible()
    axe(site)


def test_axe_finds_nothing_in_the_open_menu(site, network, axe):
    site.set_viewport_size({"width": 360, "height": 740})
    site.goto("/steder/")
    site.get_by_role("button", name="Meny").click()
    axe(site)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ADMIN)
def test_axe_finds_nothing_in_the_admin(logged_in, network, axe, address, scheme):
    logged_in.emulate_media(color_scheme=scheme)
    logged_in.goto(address.format(network.pk), wait_until="networkidle")
    axe(logged_in)


def test_axe_finds_nothing_in_an_admin_form_with_errors(logged_in, network, axe):
    logged_in.goto(f"/admin/spaces/space/{network.pk}/change/")
    logged_in.get_by_label("Breddegrad").fill("10")
    logged_in.locator("[name=opening_hours_mo_from]").fill("25")
    logged_in.get_by_role("button", name="Lagre", exact=True).first.click()
    expect(logged_in.locator(".errorlist").first).to_be_visible()
    axe(logged_in)
