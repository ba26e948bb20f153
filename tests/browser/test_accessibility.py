import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from playwright.sync_api import expect

from members.logos import clean_logo
from spaces.models import Photo
from tests.factories import AmenityFactory, JoinRequestFactory, OrganisationFactory, SpaceFactory
from tests.pictures import cleaned, encoded, picture

PAGES = ["/", "/steder/", "/steder/?q=ingen&county=99", "/steder/huset/", "/steder/snart/", "/medlemmer/"]
PAGES += ["/medlemmer/org/", "/om/", "/bli-med/", "/personvern/", "/nothing/", "/en/", "/en/spaces/huset/"]
ADMIN = ["", "password_change/", "post_office/email/"]
ADMIN += [
    f"{model}/{page}" for model in ("spaces/space", "members/organisation", "spaces/amenity") for page in ("", "add/")
]
ADMIN += [f"spaces/space/{{space}}/{page}/" for page in ("change", "history", "delete", "preview", "history/{version}")]
ADMIN += [f"members/organisation/{{organisation}}/{page}/" for page in ("change", "history", "delete")]
ADMIN += ["my-mail/", "members/joinrequest/"]
ADMIN += [f"members/joinrequest/{{request}}/{page}/" for page in ("change", "register", "ask", "decline", "approve")]
ADMIN += [f"members/joinrequest/{{declined}}/{page}/" for page in ("change", "erase")]


def visit(page, address):
    """Go there and wait for the map where there is one."""
    response = page.goto(address)
    if page.locator("[data-map]").count():
        page.locator("path.map-county").first.wait_for(state="attached")
    return response.status


@pytest.fixture
def network(base_url, media):
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
    photo = Photo(space=space, alt_nb="Et rom", credit="En fotograf")
    photo.take(cleaned(encoded(picture(960, 640))))
    photo.save()
    organisation.change_logo(clean_logo(SimpleUploadedFile("logo.png", encoded(picture(300, 100), "PNG"))))
    organisation.save()
    SpaceFactory(slug="snart", coming=True, latitude=69.6489, longitude=18.95508)
    SpaceFactory(organisation=organisation, latitude=60.39299, longitude=5.32415)
    return space


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_axe_finds_nothing(page, network, axe, width, scheme):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    for address in PAGES:
        assert visit(page, address) == (404 if address == "/nothing/" else 200)
        axe(page, "best-practice")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


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
def test_axe_finds_nothing_in_the_admin(logged_in, network, coordinator, axe, scheme):
    logged_in.emulate_media(color_scheme=scheme)
    keys = {"space": network.pk, "organisation": network.organisation_id, "version": network.history.first().pk}
    keys |= {state: request.pk for state, request in requests(network, coordinator).items()}
    for address in ADMIN:
        assert visit(logged_in, "/admin/" + address.format(**keys)) == 200, address
        axe(logged_in)


def requests(network, coordinator):
    """One with all that its page can show, and one that was declined."""
    request = JoinRequestFactory(
        state="received", name=network.name, member=network.organisation, website="https://example.org", message="Hei"
    )
    request.spaces.create(name="Loftet", town="Oslo", latitude=59.91, longitude=10.75)
    request.spaces.create(name="Kaia", town="Oslo", is_open=False)
    request.spaces.create(name="Brygga", town="Atlantis")
    request.ask("Hvem er vert?", by=coordinator)
    request.answer("Vi.")
    request.assess(by=coordinator, note="Ringte.")
    return {"request": request, "declined": JoinRequestFactory(state="declined")}


def test_axe_finds_nothing_in_a_join_requests_form_with_errors(logged_in, network, coordinator, axe):
    request = requests(network, coordinator)["request"]
    logged_in.goto(f"/en/admin/members/joinrequest/{request.pk}/approve/")
    request.assess(by=coordinator, note="Meanwhile")
    send = logged_in.get_by_role("button", name="Approve and put on the map")
    for shown in (".newer", ".errorlist"):
        send.click()
        expect(logged_in.locator(shown).first).to_be_visible()
        axe(logged_in)


def test_axe_finds_nothing_in_an_admin_form_with_errors(logged_in, network, axe):
    logged_in.goto(f"/admin/spaces/space/{network.pk}/change/")
    logged_in.get_by_label("Breddegrad").fill("10")
    logged_in.locator("[name=opening_hours_mo_from]").fill("25")
    logged_in.get_by_role("button", name="Lagre", exact=True).first.click()
    expect(logged_in.locator(".errorlist").first).to_be_visible()
    axe(logged_in)


def test_axe_finds_nothing_on_the_page_of_a_server_error(page, base_url, axe):
    page.route("**/broken/", lambda route: route.fulfill(status=500, body=render_to_string("500.html")))
    page.goto("/broken/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Noe gikk galt")
    axe(page, "best-practice")


def test_axe_finds_nothing_on_the_login_page_with_errors(page, base_url, axe):
    page.goto("/admin/")
    axe(page)
    page.get_by_label("Brukernavn").fill("ingen")
    page.get_by_label("Passord").fill("feil")
    page.get_by_role("button", name="Logg inn").click()
    expect(page.get_by_role("alert")).to_be_visible()
    axe(page)


def test_axe_finds_nothing_on_the_page_that_confirms_an_action(logged_in, network, axe):
    logged_in.goto("/admin/members/organisation/")
    logged_in.locator("[name=_selected_action]").first.check()
    logged_in.locator("select[name=action]").select_option("end_membership")
    logged_in.get_by_role("button", name="Gå").click()
    expect(logged_in.get_by_role("button", name="Avslutt medlemskapet")).to_be_visible()
    axe(logged_in)


def test_axe_finds_nothing_on_the_page_that_imports_spaces(logged_in, network, axe):
    files = {
        "wrong": "navn;fylke;organisasjon\r\nLoftet;?;Eier\r\n",
        "right": "nettadresse;gateadresse\r\nhuset;Gata 2\r\n",
    }
    shown = {"wrong": "[role=alert]", "right": "[role=status]"}
    for width in (360, 1440):
        logged_in.set_viewport_size({"width": width, "height": 800})
        for name, text in files.items():
            logged_in.goto("/admin/spaces/space/import/")
            axe(logged_in)
            file = {"name": "steder.csv", "mimeType": "text/csv", "buffer": text.encode()}
            logged_in.locator("[name=file]").set_input_files(file)
            logged_in.locator("[name=check]").click()
            expect(logged_in.locator(shown[name])).to_be_visible()
            axe(logged_in)
            assert logged_in.evaluate("document.documentElement.scrollWidth") <= width
