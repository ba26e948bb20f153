import re

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from spaces.models import Space
from tests.factories import SpaceFactory


@pytest.fixture
def network(base_url):
    call_command("seed", verbosity=0)


@pytest.fixture
def bergen(base_url):
    """Two spaces in one town centre, and one far away."""
    for name in ("Bergen Works", "Impact Hub"):
        SpaceFactory(name=name, town="Bergen", county="46", latitude=60.39299, longitude=5.32415)
    SpaceFactory(name="Flow", town="Tromsø", county="55", latitude=69.6489, longitude=18.95508, coming=True)


@pytest.fixture
def phone(browser, base_url):
    context = browser.new_context(
        base_url=base_url, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    )
    yield context.new_page()
    context.close()


def pin(page, name):
    return page.locator(".pin").and_(page.get_by_role("button", name=name))


def test_map_shows_norway_and_every_space(site, network):
    site.goto("/")
    expect(site.locator("path.map-county")).to_have_count(15)
    notes = site.locator(".pin").all()
    names = " ".join(note.get_attribute("aria-label") for note in notes)
    for space in Space.objects.all():
        assert f"{space.name}, {space.town}" in names


def test_map_group_says_how_many_of_each_kind(site, network):
    site.goto("/")
    expect(pin(site, "Stavanger")).to_have_accessible_name(re.compile("5 steder .*medlemmer: 2, på vei inn: 3"))


def test_popup_of_two_in_one_centre_reaches_both_by_mouse(site, bergen):
    site.goto("/")
    pin(site, "Bergen").click()
    popup = site.locator(".leaflet-popup")
    expect(popup.get_by_role("link")).to_have_text(["Bergen Works", "Impact Hub"])
    expect(popup).to_contain_text("Kartnålen står i sentrum")
    popup.get_by_role("link", name="Impact Hub").click()
    expect(site.get_by_role("heading", level=1)).to_have_text("Impact Hub, Bergen")


def test_popup_of_two_in_one_centre_reaches_both_by_keyboard(site, bergen):
    site.goto("/")
    pin(site, "Bergen").focus()
    site.keyboard.press("Enter")
    expect(site.locator(".popup").get_by_role("link", name="Bergen Works")).to_be_focused()
    site.keyboard.press("Tab")
    expect(site.locator(".popup").get_by_role("link", name="Impact Hub")).to_be_focused()
    site.keyboard.press("Escape")
    expect(pin(site, "Bergen")).to_be_focused()


def test_popup_of_two_in_one_centre_reaches_both_by_touch(phone, bergen):
    phone.goto("/")
    pin(phone, "Bergen").tap()
    phone.locator(".popup").get_by_role("link", name="Impact Hub").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Impact Hub, Bergen")


def test_list_entry_and_pin_light_each_other(site, bergen):
    site.goto("/")
    entry = site.locator(".entry", has_text="Flow")
    entry.hover()
    expect(pin(site, "Flow")).to_have_class(re.compile("is-lit"))
    site.locator(".entry", has_text="Impact Hub").focus()
    site.mouse.move(0, 0)
    expect(pin(site, "Bergen")).to_have_class(re.compile("is-lit"))
    pin(site, "Flow").hover()
    expect(entry).to_have_class(re.compile("is-lit"))
    pin(site, "Bergen").focus()
    expect(site.locator(".entry.is-lit")).to_have_count(2)


PIN = "document.querySelector('.pin').style.transform"
PLACE = f"document.querySelector('.leaflet-map-pane').style.transform + {PIN}"


def test_wheel_scrolls_the_page_and_zooms_only_when_asked(site, bergen):
    site.emulate_media(reduced_motion="reduce")
    site.goto("/")
    box = site.locator("[data-map]").bounding_box()
    sea = box["x"] + 200, box["y"] + 300
    changes = f"before => {PIN} !== before"
    before = site.evaluate(PIN)
    site.mouse.move(*sea)
    site.mouse.wheel(0, 300)
    expect(site.locator(".map-hint.is-shown")).to_contain_text("Ctrl")
    site.wait_for_function("() => scrollY > 0")
    assert site.evaluate(PIN) == before
    site.evaluate("scrollTo(0, 0)")
    site.keyboard.down("Control")
    site.mouse.wheel(0, -50)
    site.wait_for_function(changes, arg=before)
    site.keyboard.up("Control")
    before = site.evaluate(PIN)
    site.mouse.click(*sea)
    site.mouse.wheel(0, -50)
    site.wait_for_function(changes, arg=before)
    assert site.evaluate("scrollY") == 0


def test_one_finger_scrolls_the_page_and_two_move_the_map(phone, bergen):
    phone.goto("/")
    phone.locator(".pin").first.wait_for()
    touch = phone.context.new_cdp_session(phone)

    def drag(distance, *starts):
        for step in range(21):
            points = [{"x": x, "y": y + step * distance / 20, "id": x} for x, y in starts]
            touch.send(
                "Input.dispatchTouchEvent", {"type": "touchMove" if step else "touchStart", "touchPoints": points}
            )
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    before = phone.evaluate(PLACE)
    drag(-200, (180, 400))
    phone.wait_for_function("() => scrollY > 100")
    assert phone.evaluate(PLACE) == before
    phone.evaluate("scrollTo(0, 0)")
    drag(100, (100, 300), (200, 300))
    phone.wait_for_function(f"before => {PLACE} !== before", arg=before)
    assert phone.evaluate("scrollY") == 0


def test_no_two_notes_overlap(site, network):
    for width in (360, 1440):
        site.set_viewport_size({"width": width, "height": 900})
        site.goto("/")
        boxes = [note.bounding_box() for note in site.locator(".pin").all()]
        feet = [(box["x"] + box["width"] / 2, box["y"] + 40) for box in boxes]
        apart = [abs(a[0] - b[0]) + abs(a[1] - b[1]) for a in feet for b in feet if a != b]
        assert min(apart) >= 43


def test_hostile_names_are_text_in_the_popup(site, base_url):
    SpaceFactory(name="<img src=x onerror=alert(1)>", town="<b>Oslo</b>")
    site.goto("/")
    site.locator(".pin").click()
    expect(site.locator(".popup a")).to_have_text("<img src=x onerror=alert(1)>")
    expect(site.locator(".popup-town")).to_have_text("<b>Oslo</b>")


def test_spaces_in_a_row_can_be_opened_at_the_deepest_zoom(site, base_url):
    site.emulate_media(reduced_motion="reduce")
    for number in range(3):
        SpaceFactory(name=f"Nr {number}", latitude=59.91 + number * 0.014, longitude=10.75, precision="exact")
    site.goto("/")
    for _ in range(4):
        pin(site, "Nr 1").click()
        if site.locator(".popup").count():
            break
    expect(site.locator(".popup").get_by_role("link", name="Nr 1")).to_be_visible()


def test_zooming_by_button_keeps_the_focus_though_a_popup_is_open(site, bergen):
    site.emulate_media(reduced_motion="reduce")
    site.goto("/")
    pin(site, "Bergen").click()
    button = site.get_by_role("button", name="Zoom inn")
    button.focus()
    site.keyboard.press("Enter")
    expect(button).to_be_focused()
    expect(site.locator(".popup")).to_be_visible()


def test_popup_survives_a_zoom(site, bergen):
    site.emulate_media(reduced_motion="reduce")
    site.goto("/")
    pin(site, "Bergen").click()
    expect(site.locator(".popup")).to_be_visible()
    site.get_by_role("button", name="Zoom inn").click()
    expect(site.locator(".popup")).to_contain_text("Impact Hub")


def test_button_leads_back_to_the_whole_of_norway(site, bergen):
    site.emulate_media(reduced_motion="reduce")
    site.goto("/")
    before = site.evaluate(PIN)
    site.get_by_role("button", name="Zoom inn").click()
    site.wait_for_function(f"before => {PIN} !== before", arg=before)
    site.get_by_role("button", name="Hele Norge").click()
    site.wait_for_function(f"before => {PIN} === before", arg=before)


def test_entry_brings_a_pin_that_is_out_of_sight_into_view(site, bergen):
    site.emulate_media(reduced_motion="reduce")
    site.goto("/")
    for _ in range(3):
        site.get_by_role("button", name="Zoom inn").click()
    expect(pin(site, "Flow")).not_to_be_in_viewport()
    site.locator(".entry", has_text="Flow").focus()
    expect(pin(site, "Flow")).to_be_in_viewport()


def test_page_of_a_space_has_a_map_with_its_pin(site, base_url):
    SpaceFactory(slug="huset", name="Huset")
    site.goto("/steder/huset/")
    expect(pin(site, "Huset, Oslo")).to_be_visible()
    expect(site.locator("path.map-county")).to_have_count(15)


def test_zoom_controls_speak_the_readers_language(site, bergen):
    for address, names in {"/": ("Zoom inn", "Zoom ut"), "/en/": ("Zoom in", "Zoom out")}.items():
        site.goto(address)
        for name in names:
            expect(site.get_by_role("button", name=name, exact=True)).to_be_visible()


def test_keyboard_alone_reaches_everything(site, bergen):
    site.goto("/")
    reached = set()
    for _ in range(40):
        site.keyboard.press("Tab")
        focused = site.evaluate(
            "[document.activeElement].map(({ ariaLabel, innerText, name }) => ariaLabel || innerText || name || '')[0]"
        )
        reached.update(focused.split("\n"))
    for name in (
        "Hopp til innholdet",
        "Steder",
        "Bli med",
        "Zoom inn",
        "q",
        "Søk",
        "Bergen Works",
        "Impact Hub",
        "Flow",
        "Personvern",
    ):
        assert name in reached, name


def test_first_view_is_light(browser, base_url, network):
    """At most 150 kB compressed in at most 12 requests, all of them ours."""
    page = browser.new_page(base_url=base_url)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes, requests = [], []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.on("request", lambda request: requests.append(request.url))
    page.goto("/", wait_until="networkidle")
    page.locator("path.map-county").first.wait_for(state="attached")
    assert all(request.startswith(base_url) for request in requests)
    print(f"first view: {sum(sizes)} bytes in {len(requests)} requests")
    assert len(requests) <= 12
    assert sum(sizes) <= 150_000
    page.close()


def test_phone_menu_opens_without_script_and_never_hides_join(browser, base_url, bergen):
    context = browser.new_context(base_url=base_url, viewport={"width": 360, "height": 740}, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    expect(page.locator("header").get_by_role("link", name="Bli med")).to_be_visible()
    expect(page.locator("header").get_by_role("link", name="Medlemmer")).to_be_hidden()
    page.get_by_role("button", name="Meny").click()
    page.locator("header").get_by_role("link", name="Medlemmer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Medlemmer")
    context.close()


def test_without_script_the_picture_leads_to_every_space(browser, base_url, bergen):
    context = browser.new_context(base_url=base_url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    expect(page.locator(".map-picture a")).to_have_count(3)
    page.locator(".map-picture a", has_text="Flow").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Flow, Tromsø")
    context.close()


def test_area_that_the_server_refuses_moves_no_map(site, bergen):
    site.goto("/")
    before = site.evaluate(PIN)
    site.goto("/?area=5,60,500,61")
    site.locator(".pin").first.wait_for()
    assert site.evaluate(PIN) == before
