from playwright.sync_api import expect

from tests.factories import SpaceFactory


def test_preview_shows_the_text_as_the_page_will_and_follows_what_is_typed(logged_in, axe):
    space = SpaceFactory(description_nb="Et **hus**")
    logged_in.goto(f"/en/admin/spaces/space/{space.pk}/change/")
    field, preview = logged_in.locator("#id_description_nb"), logged_in.locator("#id_description_nb_preview")
    logged_in.locator("button[aria-controls=id_description_nb_preview]").click()
    expect(preview.locator("strong")).to_have_text("hus")
    axe(logged_in)
    field.fill("- <img src=x onerror=alert(1)>\n- https://example.org")
    expect(preview.locator("li").first).to_have_text("<img src=x onerror=alert(1)>")
    expect(preview.locator("a")).to_have_attribute("rel", "nofollow ugc")
