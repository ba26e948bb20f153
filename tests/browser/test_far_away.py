from playwright.sync_api import expect

from tests.factories import SpaceFactory


def test_space_on_svalbard_is_reached_by_the_map_with_and_without_script(site, browser, base_url):
    SpaceFactory(name="Fabrikken")
    SpaceFactory(name="Isbjørn", town="Longyearbyen", county="21", latitude=78.22334, longitude=15.64689)
    site.goto("/")
    site.get_by_role("link", name="1 sted på Svalbard").click()
    note = site.locator(".map-label").and_(site.get_by_role("button", name="Longyearbyen"))
    expect(note).to_be_in_viewport()
    note.click()
    expect(site.locator(".leaflet-popup").get_by_role("link", name="Isbjørn")).to_be_visible()
    context = browser.new_context(base_url=base_url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("link", name="1 sted på Svalbard").click()
    page.locator(".map-notes-wide").get_by_role("link", name="Longyearbyen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Isbjørn")
    context.close()
