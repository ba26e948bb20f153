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
    expect(site.locator(".card")).to_have_count(0)
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
    expect(site.locator(".card")).to_have_count(0)
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
