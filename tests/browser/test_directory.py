import re

import pytest
from playwright.sync_api import expect

from tests.factories import AmenityFactory, SpaceFactory


@pytest.fixture
def spaces(base_url):
    sauna = AmenityFactory(slug="sauna", name_nb="Badstue")
    for name, town, county in [("Huset", "Ålesund", "15"), ("Loftet", "Bergen", "46"), ("Kjelleren", "Bergen", "46")]:
        SpaceFactory(name=name, town=town, county=county).amenities.set([sauna] if name == "Loftet" else [])


def open_more(page):
    page.get_by_text("Flere valg").click()


def test_typing_searches_in_place_and_keeps_the_focus(site, spaces):
    site.goto("/steder/")
    box = site.get_by_label("Sted, by eller adresse")
    box.press_sequentially("aalesund")
    expect(site.locator(".card h3")).to_have_text(["Huset"])
    expect(box).to_be_focused()
    expect(box).to_have_value("aalesund")
    expect(site).to_have_url(re.compile(r"/steder/\?q=aalesund$"))
    expect(site.get_by_role("status")).to_have_text("1 sted for «aalesund»")


def test_filters_narrow_and_back_undoes(site, spaces):
    site.goto("/steder/")
    open_more(site)
    site.get_by_label("Fylke", exact=True).select_option("46")
    expect(site.locator(".card h3")).to_have_text(["Kjelleren", "Loftet"])
    site.get_by_label("Badstue").check()
    expect(site.locator(".card h3")).to_have_text(["Loftet"])
    site.go_back()
    expect(site.locator(".card h3")).to_have_text(["Kjelleren", "Loftet"])
    expect(site.get_by_label("Badstue")).not_to_be_checked()
    expect(site.locator(".directory-counties")).to_be_hidden()
    site.go_back()
    expect(site.locator(".directory-counties")).to_be_visible()


def test_a_search_without_result_can_be_widened_by_keyboard(site, spaces):
    site.goto("/steder/?q=huset&county=46")
    expect(site.locator("#results-heading")).to_contain_text("Ingen medlemmer")
    site.get_by_role("link", name="Hele Norge").focus()
    site.keyboard.press("Enter")
    expect(site.locator(".card h3")).to_have_text(["Huset"])
    expect(site.locator("#results-heading")).to_be_focused()


def test_language_link_keeps_the_search(site, spaces):
    site.goto("/steder/")
    open_more(site)
    site.get_by_label("Fylke", exact=True).select_option("15")
    expect(site.locator(".card h3")).to_have_text(["Huset"])
    site.get_by_role("link", name="English").click()
    expect(site.locator(".card h3")).to_have_text(["Huset"])
    expect(site).to_have_url(re.compile(r"/en/spaces/\?county=15$"))


def test_without_script_the_form_searches(browser, base_url, spaces):
    context = browser.new_context(base_url=base_url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/steder/")
    open_more(page)
    page.get_by_label("Sted, by eller adresse").fill("bergen")
    page.get_by_label("Badstue").check()
    page.get_by_role("button", name="Vis stedene").click()
    expect(page.locator(".card h3")).to_have_text(["Loftet"])
    open_more(page)
    expect(page.get_by_role("checkbox", name="Badstue")).to_be_checked()
    page.get_by_role("link", name="Badstue").click()
    expect(page.locator(".card h3")).to_have_text(["Kjelleren", "Loftet"])
    context.close()


def test_back_restores_the_search_words(site, spaces):
    site.goto("/steder/")
    open_more(site)
    site.get_by_label("Fylke", exact=True).select_option("15")
    expect(site.locator(".card h3")).to_have_text(["Huset"])
    site.get_by_label("Sted, by eller adresse").press_sequentially("xyz")
    expect(site).to_have_url(re.compile("q=xyz"))
    expect(site.locator("#results-heading")).to_contain_text("Ingen medlemmer")
    site.go_back()
    expect(site.locator(".card")).to_have_count(3)
    expect(site.get_by_label("Sted, by eller adresse")).to_have_value("")


def test_filters_work_by_keyboard_alone(site, spaces):
    site.goto("/steder/")
    open_more(site)
    site.get_by_label("Fylke", exact=True).focus()
    site.keyboard.type("Vestland")
    expect(site.locator(".card h3")).to_have_text(["Kjelleren", "Loftet"])
    site.get_by_label("Badstue").focus()
    site.keyboard.press("Space")
    expect(site.locator(".card h3")).to_have_text(["Loftet"])
    expect(site.get_by_role("checkbox", name="Badstue")).to_be_focused()


def test_a_search_that_fails_is_left_to_the_browser(page, base_url, spaces):
    page.goto("/steder/")
    open_more(page)
    page.route("**/steder/?*", lambda route: route.fulfill(status=502, body="Bad gateway"), times=1)
    page.get_by_label("Fylke", exact=True).select_option("15")
    expect(page.locator(".card h3")).to_have_text(["Huset"])
    expect(page).to_have_url(re.compile(r"county=15$"))


def test_more_options_are_folded_and_act_at_once(site, spaces):
    site.goto("/steder/")
    expect(site.get_by_label("Fylke", exact=True)).to_be_hidden()
    open_more(site)
    expect(site.get_by_role("button", name="Vis stedene")).to_be_hidden()
    site.get_by_label("Vis også steder på vei inn").uncheck()
    expect(site).to_have_url(re.compile(r"/steder/\?coming=0$"))
    site.get_by_label("Vis også steder på vei inn").check()
    expect(site).to_have_url(re.compile("/steder/$"))
    site.get_by_label("Fylke", exact=True).select_option("15")
    expect(site.locator("summary")).to_contain_text("(1)")
    expect(site.get_by_label("Fylke", exact=True)).to_be_visible()


def test_chips_act_at_once_and_keep_the_focus(site, spaces):
    site.goto("/steder/")
    site.get_by_role("link", name="Badstue").click()
    expect(site.locator(".card h3")).to_have_text(["Loftet"])
    expect(site.get_by_role("link", name="Badstue")).to_be_focused()
    expect(site).to_have_url(re.compile(r"/steder/\?amenity=sauna$"))
    site.keyboard.press("Enter")
    expect(site.locator(".card")).to_have_count(3)
    expect(site).to_have_url(re.compile("/steder/$"))


def test_cards_stand_in_three_two_and_one_columns(site, spaces):
    for width, columns in {1440: 3, 768: 2, 390: 1, 320: 1}.items():
        site.set_viewport_size({"width": width, "height": 900})
        site.goto("/steder/")
        shown = site.locator(".card-list").first.evaluate("list => getComputedStyle(list).gridTemplateColumns")
        assert len(shown.split()) == columns, width
        assert site.evaluate("document.documentElement.scrollWidth") <= width


def test_paper_has_every_space_and_nothing_to_press(site, spaces):
    site.emulate_media(media="print")
    for address in ("/steder/", "/steder/?county=46&open=1", "/steder/i/bergen/", "/medlemmer/"):
        site.goto(address)
        for control in site.locator("main :is(button, input, select, .chip, .pagination)").all():
            expect(control).to_be_hidden()
        expect(
            site.get_by_role("link", name="Kjelleren" if "medlemmer" not in address else "Organ").first
        ).to_be_visible()
        sheet = site.evaluate("document.documentElement.scrollWidth")
        assert sheet <= site.viewport_size["width"], address


BERGEN = {"latitude": 60.392991, "longitude": 5.324151}


@pytest.fixture
def network(base_url):
    sauna = AmenityFactory(slug="sauna", name_nb="Badstue")
    for name, county, position in [
        ("I Oslo", "03", (59.91273, 10.74609)),
        ("I Bergen", "46", (60.40, 5.33)),
        ("I Tromsø", "55", (69.6489, 18.95508)),
    ]:
        space = SpaceFactory(name=name, county=county, latitude=position[0], longitude=position[1], precision="exact")
        space.amenities.set([sauna] if name != "I Bergen" else [])


@pytest.fixture
def in_bergen(site, base_url):
    site.context.grant_permissions(["geolocation"], origin=base_url)
    site.context.set_geolocation(BERGEN)
    return site


def shows(site, *names):
    expect(site.locator(".card h3")).to_have_text(list(names))


def test_near_a_typed_place_in_place(site, network):
    site.goto("/steder/")
    open_more(site)
    site.get_by_label("Nær", exact=True).fill("Tromsø")
    shows(site, "I Bergen", "I Oslo", "I Tromsø")
    site.keyboard.press("Enter")
    shows(site, "I Tromsø", "I Oslo", "I Bergen")
    expect(site).to_have_url(re.compile(r"/steder/\?near=Troms%C3%B8$"))
    expect(site.get_by_role("status")).to_contain_text("nærmest Tromsø først")


def test_near_without_script(browser, base_url, network):
    context = browser.new_context(base_url=base_url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/steder/")
    open_more(page)
    expect(page.get_by_role("button", name="Nær meg")).to_be_hidden()
    page.get_by_label("Nær", exact=True).fill("9008")
    page.locator(".filters").get_by_role("button", name="Søk").click()
    shows(page, "I Tromsø", "I Oslo", "I Bergen")
    context.close()


def test_near_a_name_of_several_towns_is_chosen(site, network):
    site.goto("/steder/")
    open_more(site)
    site.get_by_label("Nær", exact=True).fill("Vik")
    site.keyboard.press("Enter")
    expect(site.get_by_role("status")).to_contain_text("Vik")
    site.get_by_role("link", name="Vik, Vestland").click()
    shows(site, "I Bergen", "I Oslo", "I Tromsø")
    expect(site.get_by_label("Nær", exact=True)).to_have_value("Vik, Vestland")


def test_near_me_keeps_the_position_out_of_every_address(in_bergen, network):
    asked = []
    in_bergen.on("request", lambda request: asked.append((request.url, request.post_data)))
    in_bergen.goto("/steder/")
    open_more(in_bergen)
    in_bergen.get_by_role("button", name="Nær meg").click()
    shows(in_bergen, "I Bergen", "I Oslo", "I Tromsø")
    expect(in_bergen.locator("#results-heading")).to_be_focused()
    expect(in_bergen.get_by_role("status")).to_contain_text("nærmest deg først")
    in_bergen.get_by_role("checkbox", name="Badstue").check()
    shows(in_bergen, "I Oslo", "I Tromsø")
    expect(in_bergen).to_have_url(re.compile(r"/steder/\?amenity=sauna$"))
    bodies = [body for _url, body in asked if body]
    assert bodies == ["latitude=60.393&longitude=5.324"] * 2
    assert not [url for url, _body in asked if "60.39" in url]
    assert in_bergen.evaluate("[history.state, localStorage.length, sessionStorage.length]") == [None, 0, 0]
    assert not in_bergen.context.cookies()


def test_near_me_ends_with_back_and_with_another_place(in_bergen, network):
    in_bergen.goto("/steder/")
    open_more(in_bergen)
    near_me = in_bergen.get_by_role("button", name="Nær meg")
    near_me.click()
    expect(in_bergen.locator("#results-heading")).to_contain_text("nærmest deg")
    in_bergen.get_by_role("checkbox", name="Badstue").check()
    shows(in_bergen, "I Oslo", "I Tromsø")
    in_bergen.go_back()
    expect(in_bergen.locator("#results-heading")).to_have_text("3 steder")
    near_me.click()
    expect(in_bergen.locator("#results-heading")).to_contain_text("nærmest deg")
    in_bergen.get_by_role("link", name="Nær meg").click()
    expect(in_bergen.locator("#results-heading")).to_have_text("3 steder")
    near_me.click()
    expect(in_bergen.locator("#results-heading")).to_contain_text("nærmest deg")
    in_bergen.get_by_label("Nær", exact=True).fill("Tromsø")
    in_bergen.keyboard.press("Enter")
    shows(in_bergen, "I Tromsø", "I Oslo", "I Bergen")


def test_near_me_asks_only_when_pressed(site, network):
    site.add_init_script("navigator.geolocation.getCurrentPosition = () => { window.wasAsked = true; }")
    site.goto("/steder/?near=Oslo")
    shows(site, "I Oslo", "I Bergen", "I Tromsø")
    assert not site.evaluate("window.wasAsked")


FAIL_TO_LOCATE = "code => { navigator.geolocation.getCurrentPosition = (found, failed) => failed({ code }); }"


def test_near_me_says_in_words_why_not(site, network, axe):
    for code, told in {1: "Nettleseren din får ikke fortelle", 2: "fant ikke ut", 3: "fant ikke ut"}.items():
        site.goto("/steder/?near=Troms%C3%B8")
        site.evaluate(FAIL_TO_LOCATE, code)
        site.get_by_role("button", name="Nær meg").click()
        expect(site.locator("[data-position-error]")).to_contain_text(told)
        expect(site.get_by_role("status")).to_contain_text(told)
        expect(site.get_by_role("button", name="Nær meg")).to_be_focused()
        shows(site, "I Tromsø", "I Oslo", "I Bergen")
    axe(site, "best-practice")


def test_near_me_outside_norway_is_told(page, base_url, network):
    page.context.grant_permissions(["geolocation"], origin=base_url)
    page.context.set_geolocation({"latitude": 48.85, "longitude": 2.35})
    page.goto("/steder/")
    page.get_by_role("button", name="Nær meg").click()
    expect(page.locator("[data-position-error]")).to_contain_text("ingen posisjon i Norge")
    shows(page, "I Bergen", "I Oslo", "I Tromsø")


def test_axe_finds_nothing_in_what_near_shows(site, network, axe, fits_the_window):
    for query in (
        "near=Bergen",
        "near=Vik",
        "near=9999",
        "near=Oslo&q=ingen",
        "q=bod%C3%B8",
        "open=1&coming=0",
        "page=1",
    ):
        site.goto(f"/steder/?{query}")
        axe(site, "best-practice")
        assert fits_the_window(), query
