import csv
import io
from pathlib import Path

from playwright.sync_api import expect

from spaces.models import Space
from tests.factories import SpaceFactory

LIST = "/en/admin/spaces/space/"


def test_coordinator_exports_changes_and_imports(logged_in):
    space = SpaceFactory(name="Åsgård", address="Gata 1")
    SpaceFactory(closed=True)
    logged_in.goto(f"{LIST}?status__exact=open")
    with logged_in.expect_download() as download:
        logged_in.get_by_role("link", name="Export 1 as CSV").click()
    raw = Path(download.value.path()).read_bytes().replace(b"Gata 1", b"Gata 2")
    assert len(list(csv.reader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))) == 2
    logged_in.get_by_role("link", name="Import from CSV").click()
    choose(logged_in, raw)
    logged_in.get_by_role("button", name="Only check").click()
    expect(logged_in.get_by_role("status")).to_contain_text("0 new, 1 changed, 0 unchanged")
    choose(logged_in, raw)
    logged_in.get_by_role("button", name="Import").click()
    expect(logged_in.locator(".messagelist .success")).to_contain_text("0 new, 1 changed, 0 unchanged")
    space.refresh_from_db()
    assert space.address == "Gata 2"


def test_double_click_imports_once(logged_in):
    logged_in.goto(f"{LIST}import/")
    choose(logged_in, b"navn;organisasjon;by;fylke\r\nHuset;Eier;Oslo;Oslo\r\n")
    logged_in.get_by_role("button", name="Import").dblclick()
    expect(logged_in.locator(".messagelist .success").first).to_contain_text("1 new")
    assert Space.objects.count() == 1


def choose(page, raw):
    page.get_by_label("CSV file").set_input_files({"name": "steder.csv", "mimeType": "text/csv", "buffer": raw})
