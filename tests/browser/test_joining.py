"""From the empty form to the pin on the landing page, on a phone."""

import re

import pytest
from playwright.sync_api import expect
from post_office.models import Email

from members.models import JoinRequest
from tests import stand_ins
from tests.factories import CoordinatorFactory, JoinRequestFactory

PHONE = {"width": 360, "height": 740}
QUICKEST = 3_100  # milliseconds: sooner than that the form takes nobody for a person

WORDS = {
    "nb": {
        "form": "/bli-med/",
        "send": "Send søknaden",
        "find": "Finn adressen",
        "add": "Legg til et sted",
        "confirm": "Ja, den er min. Send søknaden",
        "map": "/",
    },
    "en": {
        "form": "/en/join/",
        "send": "Send the request",
        "find": "Find the address",
        "add": "Add another space",
        "confirm": "Yes, it is mine. Send the request",
        "map": "/en/",
    },
}


@pytest.fixture
def address_search(register):
    register.clear()
    register.expect_request("/sok").respond_with_json({"adresser": [stand_ins.HIT]})


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def phone(request, new_context):
    page = new_context(java_script_enabled=request.param, viewport=PHONE, has_touch=True).new_page()
    page.set_default_timeout(8_000)
    return page


def links(email):
    return re.findall(r"http://127\.0\.0\.1:8000(\S+)", email.message)


@pytest.mark.parametrize("language", ["nb", "en"])
def test_from_the_empty_form_to_the_pin_on_the_map(phone, address_search, language):
    words = WORDS[language]
    coordinator = CoordinatorFactory(email="koordinator@example.org")
    send_it_with_errors(phone, words)
    fill_in(phone, words)
    phone.wait_for_timeout(QUICKEST)
    phone.get_by_role("button", name=words["send"]).click()
    expect(phone.locator("main strong")).to_have_text("test@example.org")

    phone.goto(links(Email.objects.get())[0])
    phone.get_by_role("button", name=words["confirm"]).click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Ærlig hus")
    own_page = phone.url
    ask_and_answer(phone, coordinator)
    expect(phone.locator(".happened")).to_contain_text("Kari er vert")

    approve(JoinRequest.objects.get(), coordinator)
    phone.goto(own_page)
    expect(phone.locator(".standing a")).to_have_attribute("href", re.compile("aerlig-hus"))
    welcome = Email.objects.filter(to="test@example.org").last()
    phone.goto(words["map"])
    space = phone.locator(".finder-list .entry", has_text="Kaia")
    assert space.get_attribute("href") in links(welcome)
    if phone.locator(".pin").count():
        expect(phone.get_by_role("button", name=re.compile("Kaia"))).to_be_attached()
    else:
        expect(phone.locator(".map-picture title", has_text="Kaia")).to_be_attached()


def send_it_with_errors(page, words):
    page.goto(words["form"])
    page.get_by_role("button", name=words["send"]).click()
    expect(page.locator(".faults")).to_be_focused()
    page.locator(".faults a").first.click()
    expect(page.locator("#id_name")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def fill_in(page, words):
    page.fill("#id_name", "Ærlig hus")
    page.fill("#id_spaces-0-name", "Kaia")
    page.fill("#id_spaces-0-address", "Strandgt 5")
    page.get_by_role("button", name=words["find"]).click()
    expect(page.locator(".answer")).to_be_focused()
    page.get_by_role("button", name="Strandgaten 5, 5013 Bergen").click()
    expect(page.locator("#id_spaces-0-town")).to_have_value("Bergen")
    expect(page.locator("#id_spaces-0-latitude")).to_have_value("60.394")
    page.locator("#id_spaces-0-is_open_0").check()
    page.get_by_role("button", name=words["add"]).click()
    page.fill("#id_spaces-1-name", "Loftet")
    page.fill("#id_spaces-1-town", "Moss")
    page.locator("#id_spaces-1-is_open_1").check()
    for name in ("place", "community", "facilitation"):
        page.fill(f"#id_{name}", "Slik gjør vi det")
    page.fill("#id_contact_name", "Test Testesen")
    page.fill("#id_contact_email", "test@example.org")
    expect(page.locator("#id_name")).to_have_value("Ærlig hus")


def ask_and_answer(page, coordinator):
    JoinRequest.objects.get().ask("Hvem er vert?", by=coordinator)
    page.goto(links(Email.objects.filter(to="test@example.org").last())[0])
    page.locator("#id_text").fill("Kari er vert")
    page.locator(".standing button").click()
    expect(page.locator(".standing form")).to_have_count(0)


def approve(request, coordinator):
    request.assess(by=coordinator, has_place=True, has_community=True, has_facilitation=True)
    request.approve(by=coordinator)


def test_pin_is_placed_by_click_drag_and_button(site, address_search):
    site.emulate_media(reduced_motion="reduce")
    site.goto("/bli-med/")
    place = site.locator("[data-pin-of='spaces-0']")
    latitude = site.locator("#id_spaces-0-latitude")
    place.locator("path.map-county").first.wait_for(state="attached")
    place.locator("[data-map]").click(position={"x": 200, "y": 150})
    expect(latitude).not_to_have_value("")
    clicked = latitude.input_value()
    pin = place.locator(".pin").bounding_box()
    site.mouse.move(pin["x"] + 22, pin["y"] + 20)
    site.mouse.down()
    site.mouse.move(pin["x"] + 22, pin["y"] - 60, steps=8)
    site.mouse.up()
    expect(latitude).not_to_have_value(clicked)
    assert float(latitude.input_value()) > float(clicked)
    expect(place.locator("[data-middle]")).to_be_disabled()
    for _ in range(4):
        place.get_by_role("button", name="Zoom inn").click()
    place.locator("[data-middle]").click()
    expect(place.get_by_role("status")).to_have_text("Kartnålen er plassert.")
    place.get_by_role("button", name="Fjern kartnålen").click()
    expect(latitude).to_have_value("")
    expect(place.locator(".pin")).to_have_count(0)


def test_enter_in_a_field_sends_the_form_and_looks_nothing_up(site, address_search):
    site.goto("/bli-med/")
    site.fill("#id_organisation_number", "12")
    site.locator("#id_organisation_number").press("Enter")
    expect(site.locator(".faults")).to_be_focused()


def test_double_click_sends_once(site):
    request = JoinRequestFactory()
    site.goto(f"/bli-med/bekreft/{request.confirm_token}/")
    site.get_by_role("button").filter(has_text="Send søknaden").dblclick()
    expect(site.get_by_role("heading", level=1)).to_have_text(request.name)
    assert Email.objects.count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_axe_finds_nothing_on_the_way(site, axe, address_search, coordinator, width, scheme):
    site.emulate_media(color_scheme=scheme)
    site.set_viewport_size({"width": width, "height": 800})

    def check():
        axe(site, "best-practice")
        assert site.evaluate("document.documentElement.scrollWidth") <= width, site.url

    site.goto("/bli-med/")
    site.get_by_role("button", name=WORDS["nb"]["send"]).click()
    expect(site.locator(".faults")).to_be_focused()
    check()
    site.fill("#id_spaces-0-address", "Strandgt 5")
    site.get_by_role("button", name=WORDS["nb"]["find"]).click()
    expect(site.locator(".hits")).to_be_visible()
    check()
    for address in ("lenke/", "lenke/sendt/", "slettet/", "takk/x/"):
        site.goto(f"/bli-med/{address}")
        check()
    unconfirmed = JoinRequestFactory()
    site.goto(f"/bli-med/bekreft/{unconfirmed.confirm_token}/")
    check()
    for state in JoinRequest.State:
        request = JoinRequestFactory(state=state, reviewer=coordinator)
        request.events.create(what="asked", by=coordinator, text="Hvem er vert?")
        request.spaces.create(name="Kaia", town="Bergen", latitude=60.394, longitude=5.321)
        parts = [
            "",
            *(["rett/", "trekk/"] if request.is_undecided else []),
            *(["slett/"] if request.is_refused else []),
        ]
        for part in parts:
            site.goto(f"/bli-med/{request.page_token}/{part}")
            check()
