"""The rail of the admin: whole where there is room, folded where there is not."""

from playwright.sync_api import expect

from tests.factories import JoinRequestFactory


def test_rail_is_whole_at_a_desk_and_folds_in_a_narrow_window(logged_in):
    JoinRequestFactory(state="received")
    logged_in.set_viewport_size({"width": 1440, "height": 900})
    logged_in.goto("/admin/log/")
    rail = logged_in.get_by_role("navigation", name="Sider i admin")
    expect(rail.get_by_role("link")).to_have_count(14)
    expect(rail.get_by_role("link", name="Logg")).to_have_attribute("aria-current", "page")
    expect(rail.get_by_role("link", name="Søknader 1 venter på deg")).to_be_visible()
    expect(rail.get_by_text("Mer", exact=True)).to_be_hidden()
    for width in (820, 390):
        logged_in.set_viewport_size({"width": width, "height": 900})
        logged_in.goto("/admin/")
        expect(rail.get_by_role("link")).to_have_count(5)
        rail.get_by_text("Mer", exact=True).press("Enter")
        expect(rail.get_by_role("link")).to_have_count(14)
        assert logged_in.evaluate("document.documentElement.scrollWidth") <= width
        rail.get_by_role("link", name="Papirkurv").click()
        expect(logged_in.get_by_role("heading", level=1)).to_have_text("Papirkurv")


def test_keyboard_goes_from_the_head_through_the_rail_to_the_page(logged_in):
    logged_in.set_viewport_size({"width": 1440, "height": 900})
    logged_in.goto("/admin/spaces/space/")
    focused = logged_in.locator(":focus")
    for name in ("Hopp til innholdet", "Coworking Norge", "Søk"):
        logged_in.keyboard.press("Tab")
        expect(focused).to_have_accessible_name(name)
    logged_in.get_by_role("button", name="Bytt fargetema (nå: automatisk)").focus()
    for name in ("I dag", "Søknader", "Steder"):
        logged_in.keyboard.press("Tab")
        expect(focused).to_have_accessible_name(name)
