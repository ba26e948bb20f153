import pytest
from playwright.sync_api import expect

from spaces.models import Space
from tests.factories import SpaceFactory


@pytest.fixture
def form(logged_in):
    space = SpaceFactory()
    logged_in.goto(f"/admin/spaces/space/{space.pk}/change/")
    logged_in.locator("path.map-county").first.wait_for(state="attached")
    return logged_in


def save(form):
    form.get_by_role("button", name="Lagre", exact=True).first.click()
    expect(form.locator(".messagelist .success")).to_be_visible()
    return Space.objects.get()


def test_click_places_the_pin(form):
    before = form.locator("#id_latitude").input_value()
    form.locator("[data-pin-picker] [data-map]").click(position={"x": 100, "y": 100})
    expect(form.locator("#id_latitude")).not_to_have_value(before)
    expect(form.get_by_label("nøyaktig")).to_be_checked()
    space = save(form)
    assert space.latitude != 59.91273
    assert space.precision == "exact"


def test_drag_places_the_pin(form):
    pin = form.locator("[data-pin-picker] .pin")
    pin.scroll_into_view_if_needed()
    box = pin.bounding_box()
    form.mouse.move(box["x"] + 22, box["y"] + 20)
    form.mouse.down()
    form.mouse.move(box["x"] + 122, box["y"] + 20, steps=8)
    form.mouse.up()
    space = save(form)
    assert space.longitude > 10.8
    assert space.precision == "exact"


def test_typing_moves_the_pin(form):
    form.locator("#id_longitude").fill("11,5")
    form.locator("#id_longitude").blur()
    before = form.locator(".pin").get_attribute("style")
    form.locator("#id_latitude").fill("60,39299")
    form.locator("#id_longitude").fill("5,32415")
    form.locator("#id_longitude").blur()
    expect(form.locator(".pin")).not_to_have_attribute("style", before)
    space = save(form)
    assert (space.latitude, space.longitude, space.precision) == (60.39299, 5.32415, "exact")


def test_town_centre_button_places_the_pin(form):
    form.locator("#id_town").fill("Tromsø")
    form.locator("#id_county").select_option("55")
    form.get_by_role("button", name="Plasser i sentrum").click()
    expect(form.locator("#id_latitude")).to_have_value("69.64890")
    space = save(form)
    assert (space.latitude, space.precision) == (69.6489, "town")


def test_postal_code_fills_in_town_and_county(form):
    form.locator("#id_postal_code").fill("1607")
    form.locator("#id_postal_code").blur()
    expect(form.locator("#id_town")).to_have_value("Fredrikstad")
    expect(form.locator("#id_county")).to_have_value("31")
    expect(form.locator("[data-status]")).to_contain_text("kartnålen")


PASTE = """text => {
  const data = new DataTransfer();
  data.setData("text", text);
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  if (document.activeElement.dispatchEvent(event)) document.execCommand("insertText", false, text);
}"""


def test_pasting_one_or_both_coordinates(form):
    for pasted, *coordinates in [
        ("59,9127", "59,9127", "10.74609"),
        ("60.39299, 5.32415", "60.39299", "5.32415"),
        ("60,39299 5,32415", "60.39299", "5.32415"),
        ("60.39299; 5.32415", "60.39299", "5.32415"),
    ]:
        form.locator("#id_latitude").select_text()
        form.evaluate(PASTE, pasted)
        for field, value in zip(("latitude", "longitude"), coordinates, strict=True):
            expect(form.locator(f"#id_{field}")).to_have_value(value)
