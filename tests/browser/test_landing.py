import re
from itertools import combinations

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from spaces.models import Space
from tests.factories import SpaceFactory

from .test_accessibility import visit


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


def note(page, name):
    return page.locator(".map-label").and_(page.get_by_role("button", name=name))


def boxes(page, what=".map-label"):
    """Where each of them is, all at the same moment."""
    return page.locator(what).evaluate_all("all => all.map((each) => each.getBoundingClientRect().toJSON())")


def labels(page):
    return page.locator(".map-label").evaluate_all("notes => notes.map(({ ariaLabel }) => ariaLabel)")


def spaces_told(label):
    """Return of how many spaces a note tells."""
    return sum(map(int, re.findall(r": (\d+)", label))) or 1


def overlap(box, other):
    """Whether the two have a point in common; a target is 24 pixels at least."""
    apart = (
        abs(box[axis] + box[size] / 2 - other[axis] - other[size] / 2)
        for axis, size in (("x", "width"), ("y", "height"))
    )
    across, down = apart
    return across < (box["width"] + other["width"]) / 2 and down < max(24, (box["height"] + other["height"]) / 2)


SIZES = [(320, 640), (360, 740), (740, 360), (768, 1024), (1440, 900), (1920, 1080)]


def test_first_view_has_a_note_for_every_space_clear_of_the_controls(site, network):
    for width, height in SIZES:
        site.set_viewport_size({"width": width, "height": height})
        visit(site, "/")
        expect(site.locator("path.map-county")).to_have_count(15)
        assert sum(map(spaces_told, labels(site))) == Space.objects.count(), (width, labels(site))
        around = site.locator("[data-map]").bounding_box()
        notes = boxes(site)
        assert all(
            around["x"] <= box["x"] and box["x"] + box["width"] <= around["x"] + around["width"] for box in notes
        )
        controls = boxes(site, ".leaflet-control:visible")
        assert not [pair for pair in combinations(notes, 2) if overlap(*pair)], width
        assert not [box for box in notes for control in controls if overlap(box, control)], width
        expect(site.get_by_role("button", name="Hele Norge")).to_be_hidden()


def test_paper_has_the_whole_map_with_every_note(site, network):
    site.goto("/")
    expect(site.locator("path.map-county")).to_have_count(15)
    before = site.evaluate(PLACE), labels(site)
    site.evaluate("dispatchEvent(new Event('beforeprint'))")
    site.emulate_media(media="print")
    around = site.locator("[data-map]").bounding_box()
    assert around["width"] < 700  # A4 less its margins
    assert sum(map(spaces_told, labels(site))) == Space.objects.count()
    for box in boxes(site):
        assert around["x"] <= box["x"] <= around["x"] + around["width"] - box["width"]
        assert around["y"] <= box["y"] <= around["y"] + around["height"] - box["height"]
    expect(site.get_by_text("Leter du etter")).to_be_hidden()
    site.emulate_media(media="screen")
    site.evaluate("dispatchEvent(new Event('afterprint'))")
    assert (site.evaluate(PLACE), labels(site)) == before


def test_list_of_two_in_one_town_reaches_both_by_mouse(site, bergen):
    site.goto("/")
    note(site, "Bergen. Medlemmer: 2").click()
    popup = site.locator(".leaflet-popup")
    expect(popup.get_by_role("link")).to_have_text(["Bergen Works", "Impact Hub"])
    popup.get_by_role("link", name="Impact Hub").click()
    expect(site.get_by_role("heading", level=1)).to_have_text(re.compile("Impact Hub"))


def test_list_of_two_in_one_town_reaches_both_by_keyboard(site, bergen):
    site.goto("/")
    note(site, "Bergen").focus()
    site.keyboard.press("Enter")
    expect(site.locator(".map-popup").get_by_role("link", name="Bergen Works")).to_be_focused()
    site.keyboard.press("Tab")
    expect(site.locator(".map-popup").get_by_role("link", name="Impact Hub")).to_be_focused()
    site.keyboard.press("Escape")
    expect(note(site, "Bergen")).to_be_focused()


def test_list_of_two_in_one_town_reaches_both_by_touch(phone, bergen):
    phone.goto("/")
    note(phone, "Bergen").tap()
    phone.locator(".map-popup").get_by_role("link", name="Impact Hub").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text(re.compile("Impact Hub"))


def test_row_and_note_light_each_other(site, bergen):
    visit(site, "/")
    row = site.locator(".entry", has_text="Flow")
    row.hover()
    expect(note(site, "Tromsø")).to_have_class(re.compile("is-lit"))
    site.locator(".entry", has_text="Impact Hub").get_by_role("link").focus()
    site.mouse.move(0, 0)
    expect(note(site, "Bergen")).to_have_class(re.compile("is-lit"))
    note(site, "Tromsø").hover()
    expect(row).to_have_class(re.compile("is-lit"))
    note(site, "Bergen").focus()
    expect(site.locator(".finder-list .entry.is-lit")).to_have_count(2)


def test_row_flies_to_its_place_and_opens_its_card(site, bergen):
    site.emulate_media(reduced_motion="reduce")
    visit(site, "/")
    before = site.evaluate(PLACE)
    site.get_by_role("button", name="Vis i kartet: Flow").click()
    expect(site.locator(".map-popup").get_by_role("link", name="Flow")).to_be_in_viewport()
    assert site.evaluate(PLACE) != before


def test_search_moves_list_and_map_in_place(phone, bergen):
    visit(phone, "/")
    before = phone.evaluate(PLACE)
    phone.locator("#q").fill("bergen")
    phone.get_by_role("button", name="Søk", exact=True).click()
    expect(phone.locator(".finder-list .entry")).to_have_count(2)
    expect(phone.locator(".map-label")).to_have_count(1)
    expect(phone).to_have_url(re.compile("q=bergen"))
    assert phone.evaluate(PLACE) != before
    expect(phone.locator("#results-heading")).to_be_in_viewport()


PIN = "[...document.querySelectorAll('.map-label')].map((note) => note.style.transform).join()"
PLACE = f"document.querySelector('.leaflet-map-pane').style.transform + {PIN}"


# Begun before what brings it about: the hint goes again, and a page scrolls on by itself.
HINTED = """() => {
  const hint = document.querySelector(".map-hint");
  window.hinted = new Promise((done) => {
    const tell = () => { if (hint.matches(".is-shown")) done(hint.textContent); };
    new MutationObserver(tell).observe(hint, { attributes: true });
  });
}"""
SCROLLED = """() => {
  window.scrolled = new Promise((done) => { addEventListener("scrollend", () => done(scrollY), { once: true }); });
}"""


def test_wheel_scrolls_the_page_and_zooms_only_when_asked(site, bergen):
    site.emulate_media(reduced_motion="reduce")
    visit(site, "/")
    box = site.locator("[data-map]").bounding_box()
    sea = box["x"] + 200, box["y"] + 300
    changes = f"before => {PIN} !== before"
    before = site.evaluate(PIN)
    site.evaluate(HINTED)
    site.evaluate(SCROLLED)
    site.mouse.move(*sea)
    site.mouse.wheel(0, 300)
    assert "Ctrl" in site.evaluate("window.hinted")
    assert site.evaluate("window.scrolled") > 100
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
    visit(phone, "/")
    touch = phone.context.new_cdp_session(phone)

    def drag(distance, *starts):
        for step in range(21):
            points = [{"x": x, "y": y + step * distance / 20, "id": x} for x, y in starts]
            touch.send(
                "Input.dispatchTouchEvent", {"type": "touchMove" if step else "touchStart", "touchPoints": points}
            )
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    before = phone.evaluate(PLACE)
    phone.evaluate(SCROLLED)
    drag(-200, (180, 400))
    assert phone.evaluate("window.scrolled") > 100
    assert phone.evaluate(PLACE) == before
    phone.evaluate("scrollTo(0, 0)")
    drag(100, (100, 300), (200, 300))
    phone.wait_for_function(f"before => {PLACE} !== before", arg=before)
    assert phone.evaluate("scrollY") == 0


def test_no_two_notes_overlap_whatever_the_places(site, bergen):
    """In the script's own module, which the page names: sets of places, sizes and widths of notes by chance."""
    site.goto("/")
    assert site.evaluate(OVERLAPS) == []


OVERLAPS = """async () => {
  const { place } = await import(document.querySelector("link[rel=modulepreload][href*=layout]").href);
  const faults = [];
  let placed = 0;
  for (let turn = 0; turn < 3000; turn += 1) {
    const [width, height] = [300 + Math.random() * 1000, 240 + Math.random() * 700];
    const sheet = { width, height, pitch: 37, tops: [120, 20], bottoms: [height - 20, height - 40] };
    const notes = Array.from({ length: 1 + Math.random() * 25 }, () => {
      const x = Math.random() * width;
      const land = [x - Math.random() * 200, x + Math.random() * 200];
      return { x, y: Math.random() * height, width: 50 + Math.random() * 90, land };
    });
    const found = place(notes, sheet);
    if (!found) continue;
    placed += 1;
    if (found.length !== notes.length) faults.push([turn, "lost"]);
    found.forEach((note, index) => {
      const isOn = note.left >= 0 && note.left + note.width <= width && note.middle >= 20 && note.middle <= height - 20;
      if (!isOn) faults.push([turn, note]);
      for (const other of found.slice(index + 1)) {
        const isBeside = note.left + note.width <= other.left || other.left + other.width <= note.left;
        if (!isBeside && Math.abs(note.middle - other.middle) < 24) faults.push([turn, note, other]);
      }
    });
  }
  return placed > 2000 ? faults : [`only ${placed} placed`];
}"""


def test_hostile_names_are_text_in_the_card(site, base_url):
    SpaceFactory(name="<img src=x onerror=alert(1)>", town="<b>Oslo</b>")
    site.goto("/")
    expect(site.locator(".map-label")).to_have_text("<b>Oslo</b>")
    site.locator(".map-label").click()
    expect(site.locator(".map-popup a")).to_have_text("<img src=x onerror=alert(1)>")


def test_zooming_by_button_keeps_the_focus_though_a_popup_is_open(site, bergen):
    site.emulate_media(reduced_motion="reduce")
    site.goto("/")
    note(site, "Bergen").click()
    expect(site.locator(".map-popup a").first).to_be_focused()
    button = site.get_by_role("button", name="Zoom inn")
    button.focus()
    site.keyboard.press("Enter")
    expect(button).to_be_focused()
    expect(site.locator(".map-popup")).to_be_visible()


def test_popup_survives_a_zoom(site, bergen):
    site.emulate_media(reduced_motion="reduce")
    site.goto("/")
    note(site, "Bergen").click()
    expect(site.locator(".map-popup")).to_be_visible()
    site.get_by_role("button", name="Zoom inn").click()
    expect(site.locator(".map-popup")).to_contain_text("Impact Hub")


def test_button_leads_back_to_the_whole_of_norway_and_an_entry_to_a_pin_out_of_sight(site, bergen):
    site.emulate_media(reduced_motion="reduce")
    visit(site, "/")
    before = site.evaluate(PIN)
    for _ in range(3):
        site.get_by_role("button", name="Zoom inn").click()
    expect(note(site, "Tromsø")).not_to_be_in_viewport()
    site.locator(".entry", has_text="Flow").get_by_role("link").focus()
    expect(note(site, "Tromsø")).to_be_in_viewport()
    site.get_by_role("button", name="Hele Norge").click()
    site.wait_for_function(f"before => {PIN} === before", arg=before)


def test_row_of_what_the_map_counts_flies_to_its_place_until_the_next_search(site, base_url):
    site.emulate_media(reduced_motion="reduce")
    for number in range(31):
        SpaceFactory(name=f"Hus nr{number:02}", precision="town")
    SpaceFactory(name="Flow", town="Tromsø", county="55", latitude=69.6489, longitude=18.95508)
    visit(site, "/")
    norway = site.locator("path.map-county").first
    before = norway.get_attribute("d")
    site.get_by_role("button", name="Vis i kartet: Hus nr03").click()
    popup = site.locator(".map-popup")
    expect(popup.get_by_role("link", name="Hus nr03")).to_be_in_viewport()
    expect(popup).to_contain_text("Kartnålen står bare omtrent.")
    home = site.get_by_role("button", name="Hele Norge")
    home.click()
    expect(norway).to_have_attribute("d", before)
    site.locator("#q").fill("Hus nr05")
    expect(site.locator(".finder-list .entry")).to_have_count(1)
    expect(popup).to_have_count(0)
    expect(home).to_be_hidden()
    site.get_by_role("button", name="Zoom ut").click()
    home.click()
    expect(norway).to_have_attribute("d", before)


def test_page_of_a_space_has_a_map_with_its_pin(site, base_url):
    SpaceFactory(slug="huset", name="Huset", address="Storgata 1")
    site.goto("/steder/huset/")
    expect(site.locator(".map-label")).to_have_text("Huset")
    expect(site.locator("path.map-county")).to_have_count(15)


def test_zoom_controls_speak_the_readers_language(site, bergen):
    for address, names in {"/": ("Zoom inn", "Zoom ut"), "/en/": ("Zoom in", "Zoom out")}.items():
        site.goto(address)
        for name in names:
            expect(site.get_by_role("button", name=name, exact=True)).to_be_visible()


def test_keyboard_alone_reaches_everything(site, bergen):
    visit(site, "/")
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


MARK = """new MutationObserver((_, observer) => {
  if (!document.querySelector(".map-label")) return;
  observer.disconnect();
  performance.mark("notes");
}).observe(document, { childList: true, subtree: true });"""
LOADED = """() => {
  const [{ startTime }] = performance.getEntriesByName("notes");
  const [page, ...files] = ["navigation", "resource"].flatMap((type) => performance.getEntriesByType(type));
  const loaded = [page, ...files.filter((file) => file.startTime < startTime)];
  return loaded.map(({ name, transferSize }) => [name, transferSize]);
}"""


def test_first_view_is_light(browser, base_url, network):
    """Until the notes stand at most 110 kB compressed in at most 8 requests, all of them ours."""
    for width, height in ((360, 740), (1440, 900)):
        page = browser.new_page(base_url=base_url, viewport={"width": width, "height": height})
        page.add_init_script(MARK)
        requests = []
        page.on("request", lambda request, requests=requests: requests.append(request.url))
        page.goto("/", wait_until="networkidle")
        loaded = page.evaluate(LOADED)
        assert len(loaded) <= 8, loaded
        assert 50_000 < sum(size for _name, size in loaded) <= 110_000, loaded
        assert all(request.startswith(base_url) for request in requests)
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


def test_without_script_a_note_leads_to_its_space(browser, base_url, bergen):
    context = browser.new_context(base_url=base_url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    expect(page.locator(".map-notes-wide a")).to_have_count(2)
    page.locator(".map-notes-wide a", has_text="Tromsø").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Flow")
    context.close()


def test_area_that_the_server_refuses_moves_no_map(site, bergen):
    site.goto("/")
    before = site.evaluate(PIN)
    site.goto("/?area=5,60,500,61")
    site.locator(".map-label").first.wait_for()
    assert site.evaluate(PIN) == before


def test_seats_and_further_in_waters_are_named_clear_of_the_notes(site, network):
    site.goto("/")
    expect(site.locator("text.map-seat").get_by_text("Vadsø")).to_be_visible()
    expect(site.locator(".map-water")).to_have_count(0)
    site.goto("/?area=3.5,59.5,12.5,62")
    expect(site.locator(".map-water").get_by_text("Sognefjorden")).to_be_visible()
    names = boxes(site, "text.map-seat, .map-water")
    assert all(
        box["x"] + box["width"] <= label["x"]
        or label["x"] + label["width"] <= box["x"]
        or box["y"] + box["height"] <= label["y"]
        or label["y"] + label["height"] <= box["y"]
        for box in names
        for label in boxes(site)
    )
