from itertools import pairwise

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from playwright.sync_api import expect

from members.logos import clean_logo
from pages.models import News
from spaces.models import Photo
from tests.factories import AmenityFactory, JoinRequestFactory, NewsFactory, OrganisationFactory, SpaceFactory
from tests.pictures import cleaned, encoded, picture

PAGES = ["/", "/steder/", "/steder/?q=ingen&county=99", "/steder/huset/", "/steder/snart/", "/medlemmer/"]
PAGES += [
    "/steder/i/oslo/",
    "/steder/fylke/oslo/",
    "/medlemmer/org/",
    "/om/",
    "/bli-med/",
    "/personvern/",
    "/nyheter/",
    "/en/news/item/",
    "/avtalen/",
    "/nothing/",
    "/en/",
    "/en/spaces/huset/",
]
ADMIN = ["", "search/?q=huset", "password_change/", "post_office/email/"]
ADMIN += [
    f"{model}/{page}" for model in ("spaces/space", "members/organisation", "spaces/amenity") for page in ("", "add/")
]
ADMIN += [f"spaces/space/{{space}}/{page}/" for page in ("change", "history", "delete", "preview", "history/{version}")]
ADMIN += [f"members/organisation/{{organisation}}/{page}/" for page in ("change", "history", "delete")]
ADMIN += ["pages/page/", "pages/news/add/", "pages/agreement/", "pages/sitesettings/1/change/"]
ADMIN += [f"pages/news/{{news}}/{page}/" for page in ("change", "history", "preview")]
ADMIN += ["my-mail/", "members/joinrequest/"]
ADMIN += [f"members/joinrequest/{{request}}/{page}/" for page in ("change", "register", "ask", "decline", "approve")]
ADMIN += [f"members/joinrequest/{{declined}}/{page}/" for page in ("change", "erase")]
ADMIN += ["members/joinrequest/{approved}/change/"]


def visit(page, address):
    """Go there and wait until the scripts have done what they do by themselves, the last that come included."""
    response = page.goto(address)
    for part, sign in {"[data-map]": "path.map-county", "[data-near-me]": "[data-near-me]:not([hidden])"}.items():
        if page.locator(part).count():
            page.locator(sign).first.wait_for(state="attached")
    return response.status


@pytest.fixture
def network(base_url, media):
    organisation = OrganisationFactory(slug="org", description_nb="Om oss", website="https://example.org")
    space = SpaceFactory(
        slug="huset",
        organisation=organisation,
        description_nb="Et **hus** på https://example.org",
        day_price=350,
        booking_url="https://example.org",
        step_free="yes",
        opening_hours="Mo-Fr 08:00-16:00; PH off; Dec 24 off",
        address="Gata 1",
        email="post@example.org",
    )
    space.amenities.add(AmenityFactory())
    photo = Photo(space=space, alt_nb="Et rom", credit="En fotograf")
    photo.set_image(cleaned(encoded(picture(960, 640))))
    photo.save()
    organisation.change_logo(clean_logo(SimpleUploadedFile("logo.png", encoded(picture(300, 100), "PNG"))))
    organisation.save()
    NewsFactory(slug="item", text_nb="Hei\n\n## Mer\n\n- En [lenke](/om/)", draft={"title_nb": "Endret"})
    SpaceFactory(slug="snart", coming=True, latitude=69.6489, longitude=18.95508)
    SpaceFactory(organisation=organisation, latitude=60.39299, longitude=5.32415)
    return space


def test_axe_finds_nothing(page, network, axe, fits_the_window):
    for address in PAGES:
        assert visit(page, address) == (404 if address == "/nothing/" else 200)
        axe(page, "best-practice")
        assert fits_the_window(), address


ENLARGE = """() => {
  const all = [...document.querySelectorAll("body *")];
  const sizes = all.map((element) => parseFloat(getComputedStyle(element).fontSize));
  all.forEach((element, index) => { element.style.fontSize = `${2 * sizes[index]}px`; });
}"""
OVERLAPS = """() => {
  const parts = [...document.querySelectorAll(".site-name span, .site-join, .site-menu-button")];
  const boxes = parts.map((part) => {
    const range = document.createRange();
    range.selectNodeContents(part);
    return range.getBoundingClientRect();
  });
  return boxes.flatMap((one, index) => boxes.slice(index + 1).filter((other) => one.left < other.right
    && other.left < one.right && one.top < other.bottom && other.top < one.bottom));
}"""


@pytest.mark.parametrize("width", [390, 768])
def test_header_has_room_for_text_twice_as_large(page, base_url, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/om/")
    page.evaluate(ENLARGE)
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_list_beside_the_map_has_room_for_text_twice_as_large(page, network):
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/")
    expect(page.locator("path.map-county")).to_have_count(15)
    page.evaluate(ENLARGE)
    boxes = [page.locator(each).bounding_box() for each in (".finder-search", ".finder-list", ".band-visit")]
    assert boxes[1]["height"] >= 200
    assert all(upper["y"] + upper["height"] <= lower["y"] + 1 for upper, lower in pairwise(boxes))


def test_axe_finds_nothing_in_an_open_popup(site, network, axe):
    site.emulate_media(reduced_motion="reduce")
    site.goto("/")
    site.locator(".map-label").first.click()
    for scheme in ("light", "dark"):
        site.emulate_media(color_scheme=scheme)
        expect(site.locator(".leaflet-popup")).to_be_visible()
        axe(site)


def test_axe_finds_nothing_in_the_open_menu(site, network, axe):
    site.set_viewport_size({"width": 360, "height": 740})
    site.goto("/steder/")
    site.get_by_role("button", name="Meny").click()
    expect(site.locator("header").get_by_role("link", name="Medlemmer")).to_be_visible()
    axe(site)


ADMIN_WINDOWS = [("light", 360), ("light", 820), ("dark", 1440)]


@pytest.mark.parametrize("part", range(5))
def test_axe_finds_nothing_in_the_admin(logged_in, network, coordinator, axe, part):
    keys = {"space": network.pk, "organisation": network.organisation_id, "version": network.history.first().pk}
    keys["news"] = News.objects.get().pk
    keys |= {state: request.pk for state, request in requests(network, coordinator).items()}
    for address in ADMIN[part::5]:
        assert visit(logged_in, "/admin/" + address.format(**keys)) == 200, address
        for scheme, width in ADMIN_WINDOWS:
            logged_in.emulate_media(color_scheme=scheme)
            logged_in.set_viewport_size({"width": width, "height": 900})
            axe(logged_in)


def requests(network, coordinator):
    """One with all that its page can show, one that was declined and one of a member."""
    about = {"member": network.organisation, "website": "https://example.org", "message": "Hei"}
    request = JoinRequestFactory(state="received", name=network.name, may_use_texts=True, **about)
    request.spaces.create(name="Loftet", town="Oslo", latitude=59.91, longitude=10.75)
    request.spaces.create(name="Kaia", town="Oslo", is_open=False)
    request.spaces.create(name="Brygga", town="Atlantis")
    request.ask("Hvem er vert?", by=coordinator)
    placed = {"name": "Loftet", "town": "Oslo", "latitude": 59.91, "longitude": 10.75}
    corrected = [placed, {"name": "Kaia", "town": "Moss", "is_open": False}, {"name": "Brygga", "town": "Atlantis"}]
    request.correct({"place": "Et større hus", "message": ""}, corrected)
    request.answer("Vi.")
    request.assess(by=coordinator, note="Ringte.")
    approved = JoinRequestFactory(state="approved", member=network.organisation)
    approved.spaces.create(name="Loftet", town="Oslo", space=network)
    return {"request": request, "declined": JoinRequestFactory(state="declined"), "approved": approved}


def test_axe_finds_nothing_in_a_join_requests_form_with_errors(logged_in, network, coordinator, axe):
    request = requests(network, coordinator)["request"]
    logged_in.goto(f"/en/admin/members/joinrequest/{request.pk}/approve/")
    request.assess(by=coordinator, note="Meanwhile")
    send = logged_in.get_by_role("button", name="Approve and put on the map")
    for shown in (".review-newer", ".errorlist"):
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


def test_axe_finds_nothing_where_two_have_changed_one_field(logged_in, network, axe):
    logged_in.goto(f"/admin/spaces/space/{network.pk}/change/")
    logged_in.get_by_label("Omtale på norsk").fill("Min tekst")
    network.description_nb, network.phone = "En annens tekst", "22000000"
    network.save()
    logged_in.get_by_role("button", name="Lagre", exact=True).first.click()
    expect(logged_in.locator(".merge-clash")).to_have_count(1)
    for scheme, width, height in (("light", 820, 1180), ("dark", 1440, 900)):  # a tablet, a desk
        logged_in.emulate_media(color_scheme=scheme)
        logged_in.set_viewport_size({"width": width, "height": height})
        axe(logged_in)
        assert logged_in.evaluate("document.documentElement.scrollWidth") <= width
    logged_in.get_by_label("Behold dette").check()
    logged_in.get_by_role("button", name="Lagre", exact=True).first.click()
    expect(logged_in.locator(".messagelist .success")).to_be_visible()
    network.refresh_from_db()
    assert (network.description_nb, str(network.phone)) == ("En annens tekst", "+4722000000")


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
    logged_in.get_by_role("button", name="Utfør").click()
    expect(logged_in.get_by_role("button", name="Avslutt medlemskapet")).to_be_visible()
    axe(logged_in)


def test_axe_finds_nothing_on_the_page_that_imports_spaces(logged_in, network, axe, fits_the_window):
    files = {
        "[role=alert]": b"navn;fylke;organisasjon\r\nLoftet;?;Eier\r\n",
        "[role=status]": b"nettadresse;gateadresse\r\nhuset;Gata 2\r\n",
    }
    logged_in.goto("/admin/spaces/space/import/")
    axe(logged_in)
    for shown, text in files.items():
        file = {"name": "steder.csv", "mimeType": "text/csv", "buffer": text}
        logged_in.locator("[name=file]").set_input_files(file)
        logged_in.locator("[name=check]").click()
        expect(logged_in.locator(shown)).to_be_visible()
        axe(logged_in)
        assert fits_the_window()
