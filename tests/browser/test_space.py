"""A space's page with all that it can tell, at the sizes of a phone and of a desk."""

import pytest
from playwright.sync_api import expect

from spaces.models import Photo
from tests.factories import SpaceFactory
from tests.pictures import cleaned, encoded, picture

from .test_accessibility import visit

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


@pytest.fixture
def space(base_url, media):
    space = SpaceFactory(
        slug="huset",
        name="Huset",
        address="Gata 1",
        precision="exact",
        opening_hours="Mo-Su 08:00-16:00; PH off",
        phone="+4722222222",
        email="post@example.org",
        website="https://example.org",
        description_nb="Et hus",
    )
    for number, size in enumerate([(960, 640), (640, 900), (960, 640), (960, 540)], 1):
        photo = Photo(space=space, alt_nb=f"Rom {number}", credit="Kari Foto", position=number)
        photo.set_image(cleaned(encoded(picture(*size))))
        photo.save()
    return space


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_photos_open_in_a_dialog_by_keyboard(site, space, axe, size):
    site.set_viewport_size(size)
    site.emulate_media(reduced_motion="reduce")
    visit(site, "/steder/huset/")
    second = site.get_by_role("link", name="Rom 2")
    second.press("Enter")
    dialog = site.get_by_role("dialog", name="Bilder")
    for key, told in [
        ("ArrowRight", "3 av 4"),
        ("ArrowRight", "4 av 4"),
        ("ArrowRight", "1 av 4"),
        ("ArrowLeft", "4 av 4"),
    ]:
        site.keyboard.press(key)
        expect(dialog.get_by_role("status")).to_have_text(told)
    dialog.get_by_role("button", name="Forrige bilde").click()
    expect(dialog.get_by_alt_text("Rom 3")).to_be_in_viewport()
    axe(site, "best-practice")
    site.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(second).to_be_focused()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_photos_directions_and_hours_need_no_script(browser, base_url, space, size):
    page = browser.new_page(java_script_enabled=False, viewport=size, base_url=base_url)
    page.goto("/steder/huset/")
    page.get_by_role("link", name="Rom 1").click()
    for number in (1, 2, 3, 4):
        shown = page.get_by_alt_text(f"Rom {number}")
        shown.scroll_into_view_if_needed()
        expect(shown).to_be_in_viewport()
    page.get_by_text("Alle åpningstider").click()
    expect(page.get_by_role("table")).to_be_visible()
    page.get_by_role("button", name="Finn fram" if size is PHONE else "Veibeskrivelse").click()
    expect(page.get_by_role("link", name="Kollektivt Entur")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Kopier")).to_be_hidden()
    page.close()


def test_phone_has_the_order_of_a_visitors_questions(site, space):
    site.set_viewport_size(PHONE)
    visit(site, "/steder/huset/")
    wanted = [".space-head .space-state", ".gallery", ".space-description", ".side-card .map"]
    tops = [site.locator(part).bounding_box()["y"] for part in wanted]
    assert tops == sorted(tops)
    bar = site.locator(".space-bar")
    expect(bar).to_be_in_viewport(ratio=1)
    site.get_by_role("link", name="post@example.org").focus()  # it scrolls into view, above the bar
    email = site.get_by_role("link", name="post@example.org").bounding_box()
    assert email["y"] + email["height"] <= bar.bounding_box()["y"]


def test_address_is_copied(site, space, context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit(site, "/steder/huset/")
    site.get_by_role("button", name="Kopier").click()
    expect(site.get_by_text("Kopiert")).to_be_visible()
    assert site.evaluate("navigator.clipboard.readText()") == "Gata 1, Oslo"


def test_sheet_of_paper_has_all_that_one_needs_to_come(site, space):
    visit(site, "/steder/huset/")
    site.emulate_media(media="print")
    for text in ("Gata 1", "mandag–søndag", "+47 22 22 22 22", "post@example.org", "/steder/huset/"):
        expect(site.get_by_text(text).last).to_be_visible()
    expect(site.locator(".side-card .map")).to_be_visible()
    controls = site.locator("button, .button, .leaflet-bar, .space-bar")
    assert not [each for each in controls.all() if each.is_visible()]
