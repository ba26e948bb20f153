import re

import pytest
from playwright.sync_api import expect

from tests.factories import AmenityFactory, SpaceFactory


@pytest.fixture
def spaces(base_url):
    sauna = AmenityFactory(slug="sauna", name_nb="Badstue")
    for name, town, county in [
        ("Huset", "Ålesund", "15"),
        ("Loftet", "Bergen", "46"),
        ("Kjelleren", "Bergen", "46"),
    ]:
        SpaceFactory(name=name, town=town, county=county).amenities.set([sauna] if name == "Loftet" else [])


def test_typing_searches_in_place_and_keeps_the_focus(site, spaces):
    site.goto("/steder/")
    box = site.get_by_label("Søk", exact=True)
    box.press_sequentially("aalesund")
    expect(site.locator(".card h3")).to_have_text(["Huset"])
    expect(box).to_be_focused()
    expect(box).to_have_value("aalesund")
    expect(site).to_have_url(re.compile(r"/steder/\?q=aalesund$"))
    expect(site.get_by_role("status")).to_have_text("1 sted for «aalesund»")


def test_filters_narrow_and_back_undoes(site, spaces):
    site.goto("/steder/")
    site.get_by_label("Fylke").select_option("46")
    expect(site.locator(".card h3")).to_have_text(["Kjelleren", "Loftet"])
    site.get_by_label("Badstue").check()
    expect(site.locator(".card h3")).to_have_text(["Loftet"])
    site.go_back()
    expect(site.locator(".card h3")).to_have_text(["Kjelleren", "Loftet"])
    expect(site.get_by_label("Badstue")).not_to_be_checked()


def test_a_search_without_result_can_be_widened_by_keyboard(site, spaces):
    site.goto("/steder/?q=huset&county=46")
    expect(site.locator("#results-heading")).to_contain_text("0 steder")
    site.get_by_role("link", name="I hele Norge").focus()
    site.keyboard.press("Enter")
    expect(site.locator(".card h3")).to_have_text(["Huset"])
    expect(site.locator("#results-heading")).to_be_focused()


def test_language_link_keeps_the_search(site, spaces):
    site.goto("/steder/")
    site.get_by_label("Fylke").select_option("15")
    expect(site.locator(".card h3")).to_have_text(["Huset"])
    site.get_by_role("link", name="English").click()
    expect(site.locator(".card h3")).to_have_text(["Huset"])
    expect(site).to_have_url(re.compile(r"/en/spaces/\?county=15$"))


def test_without_script_the_form_searches(browser, base_url, spaces):
    context = browser.new_context(base_url=base_url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/steder/")
    page.get_by_label("Søk", exact=True).fill("bergen")
    page.get_by_label("Badstue").check()
    page.locator(".filters").get_by_role("button", name="Søk").click()
    expect(page.locator(".card h3")).to_have_text(["Loftet"])
    expect(page.get_by_role("checkbox", name="Badstue")).to_be_checked()
    context.close()


def test_back_restores_the_search_words(site, spaces):
    site.goto("/steder/")
    site.get_by_label("Fylke").select_option("15")
    expect(site.locator(".card h3")).to_have_text(["Huset"])
    site.get_by_label("Søk", exact=True).press_sequentially("xyz")
    expect(site.locator("#results-heading")).to_contain_text("0 steder")
    site.go_back()
    expect(site.locator(".card")).to_have_count(3)
    expect(site.get_by_label("Søk", exact=True)).to_have_value("")


def test_filters_work_by_keyboard_alone(site, spaces):
    site.goto("/steder/")
    site.get_by_label("Fylke").focus()
    site.keyboard.press("B")
    site.get_by_label("Badstue").focus()
    site.keyboard.press("Space")
    expect(site.locator(".card h3")).to_have_text(["Loftet"])
    expect(site.get_by_role("checkbox", name="Badstue")).to_be_focused()


def test_a_search_that_fails_is_left_to_the_browser(page, base_url, spaces):
    page.goto("/steder/")
    page.route("**/steder/?*", lambda route: route.fulfill(status=502, body="Bad gateway"), times=1)
    page.get_by_label("Fylke").select_option("15")
    expect(page.locator(".card h3")).to_have_text(["Huset"])
    expect(page).to_have_url(re.compile(r"county=15$"))


def test_phone_folds_the_filters_until_one_is_chosen(browser, base_url, spaces):
    page = browser.new_page(base_url=base_url, viewport={"width": 360, "height": 740})
    page.goto("/steder/")
    expect(page.get_by_label("Fylke")).to_be_hidden()
    page.goto("/steder/?amenity=sauna")
    expect(page.get_by_role("checkbox", name="Badstue")).to_be_checked()
    page.close()


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
    expect(page.get_by_role("button", name="Nær meg")).to_be_hidden()
    page.get_by_label("Nær", exact=True).fill("9008")
    page.locator(".filters").get_by_role("button", name="Søk").click()
    shows(page, "I Tromsø", "I Oslo", "I Bergen")
    context.close()


def test_near_a_name_of_several_towns_is_chosen(site, network):
    site.goto("/steder/")
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
    near_me = in_bergen.get_by_role("button", name="Nær meg")
    near_me.click()
    expect(in_bergen.locator("#results-heading")).to_contain_text("nærmest deg")
    in_bergen.get_by_role("checkbox", name="Badstue").check()
    shows(in_bergen, "I Oslo", "I Tromsø")
    in_bergen.go_back()
    expect(in_bergen.locator("#results-heading")).to_have_text("3 steder")
    near_me.click()
    expect(in_bergen.locator("#results-heading")).to_contain_text("nærmest deg")
    in_bergen.get_by_role("link", name="Uansett sted").click()
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


@pytest.mark.parametrize(
    ("code", "told"), [(1, "Nettleseren din får ikke fortelle"), (2, "fant ikke ut"), (3, "fant ikke ut")]
)
def test_near_me_says_in_words_why_not(site, network, axe, code, told):
    site.add_init_script(f"navigator.geolocation.getCurrentPosition = (found, failed) => failed({{ code: {code} }})")
    site.goto("/steder/?near=Troms%C3%B8")
    site.get_by_role("button", name="Nær meg").click()
    expect(site.locator("[data-position-told]")).to_contain_text(told)
    expect(site.get_by_role("status")).to_contain_text(told)
    expect(site.get_by_role("button", name="Nær meg")).to_be_focused()
    shows(site, "I Tromsø", "I Oslo", "I Bergen")
    axe(site, "best-practice")


def test_near_me_outside_norway_is_told(page, base_url, network):
    page.context.grant_permissions(["geolocation"], origin=base_url)
    page.context.set_geolocation({"latitude": 48.85, "longitude": 2.35})
    page.goto("/steder/")
    page.get_by_role("button", name="Nær meg").click()
    expect(page.locator("[data-position-told]")).to_contain_text("ingen posisjon i Norge")
    shows(page, "I Bergen", "I Oslo", "I Tromsø")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_axe_finds_nothing_in_what_near_shows(site, network, axe, width, scheme):
    site.emulate_media(color_scheme=scheme)
    site.set_viewport_size({"width": width, "height": 800})
    for query in ("near=Bergen", "near=Vik", "near=9999", "near=Oslo&q=ingen", "q=bod%C3%B8", "open=1&coming=0"):
        site.goto(f"/steder/?{query}")
        axe(site, "best-practice")
        assert site.evaluate("document.documentElement.scrollWidth") <= width, query
