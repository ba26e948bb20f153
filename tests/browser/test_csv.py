from playwright.sync_api import expect

from spaces.models import Space


def test_double_click_imports_once(logged_in):
    logged_in.goto("/en/admin/spaces/space/import/")
    raw = b"navn;organisasjon;by;fylke\r\nHuset;Eier;Oslo;Oslo\r\n"
    logged_in.get_by_label("CSV file").set_input_files({"name": "steder.csv", "mimeType": "text/csv", "buffer": raw})
    logged_in.get_by_role("button", name="Import").dblclick()
    expect(logged_in.locator(".messagelist .success").first).to_contain_text("1 new")
    assert Space.objects.count() == 1
