import pytest
from playwright.sync_api import expect

from members.joining.models import JoinRequest
from spaces.models import Space
from tests.factories import CoordinatorFactory, JoinRequestFactory

LIST = "/en/admin/members/joinrequest/"
ANSWER = '<!doctype html><title>x</title><div data-register-answer><p class="flag">BANKRUPT</p></div>'


@pytest.fixture
def request_of(base_url):
    def request_of(**fields):
        request = JoinRequestFactory(state="received", **{"name": "Loftet"} | fields)
        request.spaces.create(name="Loftet", town="Oslo", latitude=59.91, longitude=10.75)
        request.spaces.create(name="Kaia", town="Oslo")
        return request

    return request_of


@pytest.fixture
def without_script(browser, base_url, coordinator_client):
    context = browser.new_context(base_url=base_url, java_script_enabled=False)
    session = {"name": "sessionid", "value": coordinator_client.cookies["sessionid"].value, "url": base_url}
    context.add_cookies([session])
    yield context.new_page()
    context.close()


def open_page(page, request, step="change"):
    page.goto(f"{LIST}{request.pk}/{step}/")


def test_coordinator_decides_from_the_start_page(logged_in, request_of):
    request = request_of()
    logged_in.goto("/en/admin/")
    logged_in.get_by_role("link", name="Read and decide").click()
    logged_in.get_by_role("button", name="Begin to look at it").click()
    expect(logged_in.locator(".state")).to_have_text("In review")
    logged_in.get_by_role("link", name="Approve", exact=True).click()
    for name in ("place", "community", "facilitation"):
        logged_in.get_by_label(f"The {name} is there").check()
    logged_in.get_by_role("button", name="Approve and put on the map").click()
    expect(logged_in.locator(".messagelist .success")).to_contain_text("Loftet is a member")
    request.refresh_from_db()
    assert request.state == "approved"
    assert request.member.spaces.count() == 2
    made = logged_in.locator(".made li").filter(has_text="Kaia, Oslo")
    made.get_by_role("link", name="Opening hours").click()
    expect(logged_in.locator("#id_opening_hours")).to_be_in_viewport()


def test_pins_stand_in_the_map_side_by_side(logged_in, request_of):
    open_page(logged_in, request_of())
    pins = logged_in.locator(".pin-note")
    expect(pins).to_have_text(["1", "2"])
    left, right = (pin.bounding_box() for pin in pins.all())
    assert left["x"] + 30 <= right["x"]
    expect(logged_in.locator(".pin").last).to_have_attribute(
        "aria-label", "2: Kaia, Oslo. The pin is only approximate."
    )


def test_register_is_asked_by_itself(logged_in, request_of):
    request = request_of(organisation_number="923609016")
    logged_in.route("**/register/", lambda route: route.fulfill(body=ANSWER, content_type="text/html"))
    open_page(logged_in, request)
    expect(logged_in.locator("[data-register] .flag")).to_have_text("BANKRUPT")


def test_register_that_cannot_be_asked_leaves_the_link(logged_in, request_of):
    request = request_of(organisation_number="923609016")
    logged_in.route("**/register/", lambda route: route.fulfill(body="nothing", content_type="text/html"))
    open_page(logged_in, request)
    expect(logged_in.locator("[data-register] .flag")).to_contain_text("is not answering")
    expect(logged_in.get_by_role("link", name="Ask the register")).to_be_visible()


def test_double_click_asks_once(logged_in, request_of):
    request = request_of()
    open_page(logged_in, request, "ask")
    logged_in.get_by_label("Your question").fill("Hvem er vert?\nOg hvor?")
    logged_in.get_by_role("button", name="Send the question").dblclick()
    expect(logged_in.locator(".messagelist .success")).to_be_visible()
    expect(logged_in.locator(".state")).to_have_text("Waiting for the applicant")
    assert request.events.get().text == "Hvem er vert?\nOg hvor?"
    assert request.mails.count() == 1


def test_double_click_takes_once(logged_in, request_of):
    request = request_of()
    open_page(logged_in, request)
    logged_in.get_by_role("button", name="Begin to look at it").dblclick()
    expect(logged_in.locator(".messagelist .success")).to_be_visible()
    assert request.events.count() == 1


def test_what_happened_meanwhile_is_shown_and_nothing_typed_is_lost(logged_in, request_of):
    request = request_of()
    open_page(logged_in, request, "decline")
    logged_in.get_by_label("Your reason").fill("Det er kontorutleie.")
    request.assess(by=CoordinatorFactory(first_name="Ola"), note="Jeg ringer dem.")
    send = logged_in.get_by_role("button", name="Decline the request")
    send.click()
    expect(logged_in.get_by_role("alert")).to_contain_text("Jeg ringer dem.")
    expect(logged_in.get_by_label("Your reason")).to_have_value("Det er kontorutleie.")
    send.click()
    expect(logged_in.locator(".state")).to_have_text("Declined")


def test_unknown_place_is_clicked_in_the_map(logged_in, request_of):
    request = request_of(has_place=True, has_community=True, has_facilitation=True)
    request.spaces.create(name="Brygga", town="Atlantis")
    open_page(logged_in, request, "approve")
    logged_in.locator("path.map-county").first.wait_for(state="attached")
    logged_in.locator("[data-pin-picker] [data-map]").click(position={"x": 200, "y": 200})
    expect(logged_in.get_by_label("Latitude")).not_to_have_value("")
    expect(logged_in.locator("[data-pin-picker] .pin")).to_be_visible()
    logged_in.get_by_label("County", exact=True).select_option("Nordland")
    logged_in.get_by_label("Latitude").fill("67,28")
    logged_in.get_by_label("Longitude").fill("14,4")
    logged_in.get_by_role("button", name="Approve and put on the map").click()
    expect(logged_in.locator(".messagelist .success")).to_be_visible()
    space = Space.objects.get(name="Brygga")
    assert (space.latitude, space.longitude, space.county) == (67.28, 14.4, "18")


def test_which_other_is_asked_when_it_is_another(logged_in, request_of):
    open_page(logged_in, request_of(), "approve")
    other = logged_in.get_by_label("Which other?")
    expect(other).to_be_hidden()
    logged_in.get_by_label("Another one that we have").check()
    expect(other).to_be_visible()


def test_all_of_it_without_script(without_script, request_of):
    page, request = without_script, request_of()
    request.spaces.create(name="Brygga", town="Atlantis")
    open_page(page, request)
    expect(page.locator(".map-picture rect")).to_have_count(2)
    page.get_by_role("button", name="Begin to look at it").click()
    page.get_by_label("The place is there").check()
    page.get_by_label("Note").fill("Ringte.")
    page.get_by_role("button", name="Save ticks and note").click()
    expect(page.locator(".events")).to_contain_text("Ringte.")
    page.get_by_role("link", name="Approve", exact=True).click()
    page.get_by_label("The community is there").check()
    page.get_by_label("The facilitation is there").check()
    expect(page.locator("[data-map]")).to_be_hidden()
    page.get_by_label("County", exact=True).select_option("Nordland")
    page.get_by_label("Latitude").fill("67,28")
    page.get_by_label("Longitude").fill("14,4")
    page.get_by_role("button", name="Approve and put on the map").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert JoinRequest.objects.get().state == "approved"


def test_pages_fit_the_window(logged_in, request_of):
    request = request_of(name="Et" + "langt" * 20, contact_email=f"{'lang' * 12}@example.org")
    request.spaces.create(name="Brygga", town="Atlantis")
    for step in ("change", "ask", "approve", "decline"):
        for width in (360, 768, 1440):
            logged_in.set_viewport_size({"width": width, "height": 800})
            open_page(logged_in, request, step)
            assert logged_in.evaluate("document.documentElement.scrollWidth") <= width, step
