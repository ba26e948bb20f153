"""From the empty form to the pin on the landing page, on a phone."""

import http.client
import re
import time
from contextlib import closing
from functools import partial
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import expect
from post_office.models import Email

from members.joining.models import JoinRequest
from tests import stand_ins
from tests.at_once import at_once
from tests.factories import CoordinatorFactory, JoinRequestFactory
from tests.mail.test_emails import body
from tests.members.joining.form import filled

PHONE = {"width": 360, "height": 740}
QUICKEST = 3.1  # seconds: sooner than that the form takes nobody for a person

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
        "send": "Send the application",
        "find": "Find the address",
        "add": "Add another space",
        "confirm": "Yes, it is mine. Send the application",
        "map": "/en/",
    },
}


@pytest.fixture
def address_search(register):
    register.clear()
    register.expect_request("/sok").respond_with_json({"adresser": [stand_ins.HIT]})


@pytest.fixture
def phone(new_context, has_script):
    return new_context(java_script_enabled=has_script, viewport=PHONE, has_touch=True).new_page()


def links(email):
    return re.findall(r"http://127\.0\.0\.1:8000(\S+)", body(email))


NOTE = {"nb": ".map-label", "en": ".map-notes-narrow a"}  # by script, without


@pytest.mark.parametrize(("language", "has_script"), [("nb", True), ("en", False)])
def test_from_the_empty_form_to_the_pin_on_the_map(phone, address_search, language):
    words = WORDS[language]
    coordinator = CoordinatorFactory(email="koordinator@example.org")
    send_it_with_errors(phone, words)
    opened = time.monotonic()
    fill_in(phone, words)
    time.sleep(max(0, opened + QUICKEST - time.monotonic()))
    phone.get_by_role("button", name=words["send"]).click()
    expect(phone.locator("main strong")).to_have_text("test@example.org")

    phone.goto(links(Email.objects.get())[0])
    phone.get_by_role("button", name=words["confirm"]).click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Ærlig hus")
    own_page = phone.url
    ask_and_answer(phone, coordinator)
    expect(phone.locator(".timeline")).to_contain_text("Kari er vert")

    approve(JoinRequest.objects.get(), coordinator)
    phone.goto(own_page)
    expect(phone.locator(".status a")).to_have_attribute("href", re.compile("aerlig-hus"))
    welcome = Email.objects.filter(to="test@example.org").last()
    phone.goto(words["map"])
    space = phone.locator(".finder-list .entry a", has_text="Kaia")
    assert space.get_attribute("href") in links(welcome)
    expect(phone.locator(NOTE[language], has_text="Bergen")).to_be_attached()


def send_it_with_errors(page, words):
    page.goto(words["form"])
    page.get_by_role("button", name=words["send"]).click()
    expect(page.locator(".error-summary")).to_be_focused()
    page.wait_for_load_state()
    page.locator(".error-summary a").first.click()
    expect(page.locator("#id_name")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def fill_in(page, words):
    page.fill("#id_name", "Ærlig hus")
    page.fill("#id_spaces-0-name", "Kaia")
    page.fill("#id_spaces-0-address", "Strandgt 5")
    page.get_by_role("button", name=words["find"]).click()
    expect(page.locator(".message")).to_be_focused()
    page.get_by_role("button", name="Strandgaten 5, 5013 Bergen").click()
    expect(page.locator("#id_spaces-0-town")).to_have_value("Bergen")
    expect(page.locator("#id_spaces-0-latitude")).to_have_value("60.394")
    page.locator("#id_spaces-0-is_open_0").check()
    page.get_by_role("button", name=words["add"]).click()
    page.fill("#id_spaces-1-name", "Loftet")
    page.fill("#id_spaces-1-postal_code", "1531")
    page.locator("#id_spaces-1-postal_code").blur()
    expect(page.locator("#id_spaces-1-town")).to_have_value("Moss" if words is WORDS["nb"] else "")  # by script
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
    page.locator(".status button").click()
    expect(page.locator(".status form")).to_have_count(0)


def approve(request, coordinator):
    request.assess(by=coordinator, has_place=True, has_community=True, has_facilitation=True)
    request.approve(by=coordinator)


def test_pin_is_placed_by_click_drag_and_button(site, address_search):
    site.emulate_media(reduced_motion="reduce")
    site.goto("/bli-med/")
    place = site.locator("[data-pin-picker]").first
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
    expect(site.locator(".error-summary")).to_be_focused()


def test_double_click_sends_once(site):
    request = JoinRequestFactory()
    site.goto(f"/bli-med/bekreft/{request.confirm_token}/")
    site.get_by_role("button").filter(has_text="Send søknaden").dblclick()
    expect(site.get_by_role("heading", level=1)).to_have_text(request.name)
    assert Email.objects.count() == 1


def test_axe_finds_nothing_on_the_way(site, axe, address_search, coordinator, fits_the_window):
    def check():
        axe(site, "best-practice")
        assert fits_the_window(), site.url

    site.goto("/bli-med/")
    site.get_by_role("button", name=WORDS["nb"]["send"]).click()
    expect(site.locator(".error-summary")).to_be_focused()
    check()
    site.fill("#id_spaces-0-address", "Strandgt 5")
    site.get_by_role("button", name=WORDS["nb"]["find"]).click()
    expect(site.locator(".suggestions")).to_be_visible()
    check()
    for address in ("lenke/", "lenke/sendt/", "slettet/", "takk/x/"):
        site.goto(f"/bli-med/{address}")
        check()
    unconfirmed = JoinRequestFactory()
    site.goto(f"/bli-med/bekreft/{unconfirmed.confirm_token}/")
    check()
    for state in JoinRequest.State:
        request = JoinRequestFactory(state=state, reviewer=coordinator)
        request.events.create(kind="asked", by=coordinator, text="Hvem er vert?")
        request.spaces.create(name="Kaia", town="Bergen", latitude=60.394, longitude=5.321)
        parts = ["rett/", "trekk/"] * request.is_undecided + ["slett/"] * request.is_refused
        for part in ("", *parts):
            site.goto(f"/bli-med/{request.page_token}/{part}")
            check()


def test_twenty_posts_of_one_form_at_once_are_one_request(start, client, lost):
    """Two gunicorn workers of ten threads, so that all twenty are in hand together."""
    address = urlsplit(start(TILES_URL="", GUNICORN_CMD_ARGS="--threads 10"))
    connections = [http.client.HTTPConnection(address.hostname, address.port, timeout=60) for _ in range(20)]
    connections[0].request("GET", "/bli-med/")
    page = connections[0].getresponse()
    token = re.search('csrfmiddlewaretoken" value="(.+?)"', page.read().decode())[1]
    form = urlencode(filled(client, contact_email="test@example.org") | {"csrfmiddlewaretoken": token})
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": page.headers["Set-Cookie"].split(";")[0]}

    def post(connection):
        with closing(connection):
            connection.request("POST", "/bli-med/", form, headers)
            return connection.getresponse().status

    assert at_once(*(partial(post, connection) for connection in connections)) == [302] * 20
    request = JoinRequest.objects.get()
    lost("20 posts of one form at once", {"test@example.org"} - set(request.mails.get().to))
    assert request.spaces.count() == Email.objects.count() == 1
