"""The admin's form of a space as a coordinator fills it in, on a tablet."""

from playwright.sync_api import expect
from werkzeug import Response

from spaces.models import Photo, Space
from tests import stand_ins
from tests.factories import SpaceFactory
from tests.pictures import encoded, picture


def open_form(page, space):
    page.set_viewport_size({"width": 820, "height": 1000})
    page.goto(f"/admin/spaces/space/{space.pk}/change/")
    page.locator("path.map-county").first.wait_for(state="attached")


def save(page):
    page.get_by_role("button", name="Lagre", exact=True).click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def test_form_is_filled_in_by_few_presses(logged_in, register):
    register.clear_all_handlers()
    register.expect_request("/sok").respond_with_json({"adresser": [stand_ins.HIT]})
    space = SpaceFactory(name="Kaia")
    open_form(logged_in, space)
    assert logged_in.evaluate("document.documentElement.scrollWidth") == 820
    expect(logged_in.get_by_role("button", name="Lagre", exact=True)).to_be_in_viewport()
    logged_in.fill("#id_address", "Strandgt 5")
    logged_in.get_by_role("button", name="Finn adressen").click()
    logged_in.get_by_role("button", name="Strandgaten 5, 5013 Bergen").click()
    expect(logged_in.locator("#id_county")).to_have_value("46")
    expect(logged_in.get_by_label("nøyaktig")).to_be_checked()
    logged_in.fill("[name=opening_hours_weekdays_from]", "8")
    logged_in.fill("[name=opening_hours_weekdays_to]", "16")
    logged_in.get_by_role("button", name="Samme alle hverdager").click()
    expect(logged_in.locator("[name=opening_hours_fr_to]")).to_have_value("16")
    save(logged_in)
    space = Space.objects.get()
    assert (space.address, space.town, space.latitude, space.precision) == ("Strandgaten 5", "Bergen", 60.394, "exact")
    assert space.opening_hours == "Mo-Fr 08:00-16:00"


def test_address_search_that_hangs_leaves_the_form_as_it_was(logged_in, register):
    register.clear_all_handlers()
    register.expect_request("/sok").respond_with_response(Response(status=500))
    open_form(logged_in, SpaceFactory())
    logged_in.fill("#id_address", "Gata 1")
    logged_in.get_by_role("button", name="Finn adressen").click()
    expect(logged_in.locator("[data-address-answer]")).to_contain_text("svarer ikke akkurat nå")
    expect(logged_in.locator("#id_address")).to_have_value("Gata 1")


def test_town_without_a_centre_begins_the_map_there_though_an_earlier_answer_comes_late(logged_in):
    late = []
    logged_in.route("**/?town=&*", lambda route: late.append(route))
    logged_in.goto("/admin/spaces/space/add/")
    logged_in.fill("#id_postal_code", "1621")
    logged_in.locator("#id_postal_code").blur()
    somewhere = logged_in.get_by_role("button", name="Et sted i Fredrikstad, omtrentlig")
    expect(somewhere).to_be_visible()
    with logged_in.expect_response("**/?town=&*"):
        late[0].continue_()
    somewhere.click()
    expect(logged_in.locator("#id_latitude")).to_have_value("59.24464")
    expect(logged_in.get_by_label("omtrentlig", exact=True)).to_be_checked()


def test_photos_are_fetched_put_in_order_and_given_a_focus(logged_in):
    open_form(logged_in, SpaceFactory())
    chosen = [{"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": encoded(picture(500, 400))} for n in range(2)]
    logged_in.set_input_files("#id_new_photos", chosen)
    rows = logged_in.locator(".photo-row")
    expect(rows).to_have_count(2)
    for row, text in enumerate(("Et rom", "En stol")):
        rows.nth(row).locator("[name$=alt_nb]").fill(text)
    rows.first.get_by_role("button", name="Flytt ned").click()
    expect(rows.last.locator("[name$=alt_nb]")).to_have_value("Et rom")
    logged_in.set_viewport_size({"width": 820, "height": 2400})
    rows.last.locator(".photo-focus").drag_to(rows.first, target_position={"x": 20, "y": 5})
    expect(rows.first.locator("[name$=alt_nb]")).to_have_value("Et rom")
    rows.first.get_by_role("button", name="Flytt ned").click()
    rows.first.locator(".photo-preview").evaluate("image => image.decode()")
    rows.first.locator(".photo-preview").click(position={"x": 3, "y": 3})
    expect(rows.first.locator("[name$=focus_x]")).to_have_value("1")
    save(logged_in)
    assert [(photo.alt_nb, photo.focus_x < 5) for photo in Photo.objects.all()] == [
        ("En stol", True),
        ("Et rom", False),
    ]
