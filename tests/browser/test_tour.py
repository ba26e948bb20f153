"""What a coordinator does, from the mail that invites them to the mail that they send to all members."""

import re
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import expect
from post_office.models import Email

from accounts.models import Coordinator
from coworking_norge import settings as production
from tests.client import code
from tests.factories import OrganisationFactory, SpaceFactory
from tests.mail.test_emails import SITE, body
from tests.pictures import encoded, picture

PASSWORD = "riktig hest batteri stift"


@pytest.fixture
def desk(logged_in, coordinator, coordinator_client, settings):
    """The browser of a coordinator who has just proved the second step, on a tablet."""
    settings.PASSWORD_HASHERS = production.PASSWORD_HASHERS  # the server knows no other
    Coordinator.objects.filter(pk=coordinator.pk).update(first_name="Berit", email="berit@example.org")
    coordinator_client.prove_second_step()
    logged_in.set_viewport_size({"width": 820, "height": 1100})
    return logged_in


@pytest.fixture
def look(axe):
    """Finds nothing wrong by day and by night."""

    def look(page):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], page.url

    return look


@contextmanager
def somebody_else(page, cookies=()):
    """Who uses the browser meanwhile: a visitor, or whose cookies these are."""
    own = page.context.cookies()
    page.context.clear_cookies()
    page.context.add_cookies(cookies)
    yield
    page.context.clear_cookies()
    page.context.add_cookies(own)


def test_coordinator_from_the_invitation_to_a_mail_to_all_members(desk, look, media):
    house = SpaceFactory(
        name="Kaia", address="Gata 1", organisation__name="Alfa", organisation__email="post@alfa.example"
    )
    SpaceFactory(organisation__name="Gamma", closed=True)
    invite(desk, look)
    with somebody_else(desk):
        come_in(desk, look)
        publish_news(desk, look)
        edit_and_undo(desk, house)
        export_change_and_import(desk, house)
        write_to_all(desk, look)
        ola = desk.context.cookies()
    remove(desk, look)
    with somebody_else(desk, ola):
        desk.goto("/admin/")
        expect(desk.get_by_label("Brukernavn")).to_be_visible()


def invite(page, look):
    page.goto("/admin/")
    page.get_by_role("link", name="Koordinatorer", exact=True).click()
    page.get_by_role("link", name="Inviter en koordinator").click()
    page.get_by_label("Navn").fill("Ola Prøve")
    look(page)
    page.get_by_label("E-post").fill("ola@example.org")
    page.get_by_role("button", name="Send invitasjonen").click()
    expect(page.get_by_text("En invitasjon er på vei til ola@example.org.")).to_be_visible()
    look(page)


def come_in(page, look):
    page.goto(re.search(rf"{SITE}(/\S+/invitasjon/\S+)", body(Email.objects.get()))[1])
    look(page)
    page.get_by_label("Passord", exact=True).fill(PASSWORD)
    page.get_by_label("Passordet en gang til").fill(PASSWORD)
    page.get_by_role("button", name="Ta imot invitasjonen").click()
    expect(page.get_by_text("Logg inn med brukernavnet ola")).to_be_visible()
    page.get_by_label("Brukernavn").fill("ola")
    page.get_by_label("Passord").fill(PASSWORD)
    page.get_by_role("button", name="Logg inn", exact=True).click()
    page.get_by_role("link", name="Bruk en app").click()
    secret = page.locator(".login-secret").inner_text().replace(" ", "")
    page.get_by_label("De seks sifrene som appen viser").fill(code(secret))
    page.get_by_role("button", name="Bruk denne appen").click()
    page.get_by_role("link", name="Jeg har tatt vare på dem").click()
    expect(page.get_by_role("heading", name="I dag")).to_be_visible()


def publish_news(page, look):
    """The preview follows what the buttons write; nobody but coordinators sees the draft."""
    page.goto("/admin/pages/news/add/")
    field, preview = page.locator("#id_text_nb"), page.locator("#id_text_nb_preview")
    tools = page.get_by_role("group", name="Formatering").first
    page.get_by_label("Tittel på norsk").fill("Årsmøtet")
    field.fill("Vi møtes\nPåmelding")
    field.evaluate("field => field.setSelectionRange(0, 2)")
    tools.get_by_role("button", name="Halvfet").click()
    expect(field).to_have_value("**Vi** møtes\nPåmelding")
    field.evaluate("field => field.setSelectionRange(field.value.length, field.value.length)")
    tools.get_by_role("button", name="Overskrift").click()
    field.press("End")
    field.press("Enter")
    tools.get_by_role("button", name="Lenke").click()
    page.keyboard.type("her")
    expect(field).to_have_value("**Vi** møtes\n## Påmelding\n[her](https://)")
    field.press("Control+z")
    field.fill("**Vi** møtes\n\n## Påmelding\n\n- [her](/bli-med/)\n\n")
    field.press("Control+End")
    with page.expect_file_chooser() as chooser:
        tools.get_by_role("button", name="Bilde").click()
    chooser.value.set_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": encoded(picture(640, 480))})
    page.get_by_label("Hva det viser, på norsk").fill("Vi på Hamar")
    page.locator("button[aria-controls=id_text_nb_preview]").click()
    expect(preview.locator("h2")).to_have_text("Påmelding")
    look(page)
    page.get_by_role("button", name="Lagre uten å publisere").click()
    page.get_by_role("link", name="Forhåndsvis", exact=True).click()
    expect(page.get_by_text("Besøkende ser ikke denne teksten")).to_be_visible()
    expect(page.get_by_role("img", name="Vi på Hamar")).to_be_visible()
    look(page)
    with somebody_else(page):
        assert page.request.get(ITEM).status == 404
        assert "Årsmøtet" not in page.request.get(FEED).text()
    page.goto("/admin/pages/news/")
    page.get_by_role("link", name="Årsmøtet").click()
    page.get_by_role("button", name="Lagre og publiser").click()
    expect(page.get_by_text("Den er publisert.")).to_be_visible()
    with somebody_else(page):
        page.goto("/")
        page.get_by_role("link", name="Årsmøtet").click()
        expect(page).to_have_url(re.compile(f"{ITEM}$"))
        expect(page.get_by_role("heading", name="Påmelding")).to_be_visible()
        assert "Årsmøtet" in page.request.get(FEED).text()


ITEM, FEED = "/nyheter/arsmotet/", "/nyheter/atom.xml"


def edit_and_undo(page, house):
    """From a square of the board, each of which leads into its field."""
    for square, name in {"Åpningstider: mangler": "opening_hours_0", "Tekst: mangler": "description_nb"}.items():
        page.goto("/admin/")
        page.get_by_role("row", name="Kaia").get_by_role("link", name=square).click()
        field = page.locator(f"#id_{name}")
        expect(field).to_be_focused()
        expect(field).to_be_in_viewport()
    field.fill("Et hus ved vannet")
    page.get_by_role("button", name="Lagre og fortsett å redigere").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    house.refresh_from_db()
    assert house.description_nb == "Et hus ved vannet"
    page.get_by_role("link", name="Historikk").click()
    page.get_by_role("button", name=re.compile("Angre.*på norsk")).click()
    expect(page.get_by_text("Hentet tilbake.")).to_be_visible()
    house.refresh_from_db()
    assert house.description_nb == ""


def export_change_and_import(page, house):
    page.goto("/admin/spaces/space/?status__exact=open")
    with page.expect_download() as download:
        page.get_by_role("link", name="Eksporter 1 som CSV").click()
    raw = Path(download.value.path()).read_bytes()
    assert raw.count(b"\r\n") == 2
    page.get_by_role("link", name="Importer fra CSV").click()
    file = {"name": "steder.csv", "mimeType": "text/csv", "buffer": raw.replace(b"Gata 1", b"Gata 2")}
    page.locator("[name=file]").set_input_files(file)
    page.get_by_role("button", name="Bare sjekk").click()
    expect(page.get_by_role("status")).to_contain_text("0 nye, 1 endret, 0 uendret")
    expect(page.locator("del")).to_have_text("Gata 1")
    expect(page.locator("ins")).to_have_text("Gata 2")
    page.get_by_role("button", name="Importer steder.csv").click()
    expect(page.locator(".messagelist .success")).to_contain_text("1 endret")
    house.refresh_from_db()
    assert house.address == "Gata 2"


def write_to_all(page, look):
    OrganisationFactory(name="Beta", email="post@beta.example")
    page.goto("/admin/mailings/mailing/add/")
    look(page)
    page.get_by_label("Emne").fill("Samling i vår")
    page.get_by_label("Tekst").fill("Hei!\n\nSe https://example.org/samling")
    page.get_by_role("button", name="Lagre og se over").click()
    expect(page.get_by_text("post@beta.example")).to_be_visible()
    expect(page.get_by_text("Gamma")).to_be_visible()
    look(page)
    page.get_by_role("button", name="Send en prøve til meg selv").click()
    expect(page.get_by_text("En prøve er på vei til ola@example.org")).to_be_visible()
    page.get_by_role("button", name="Send til 2 mottakere").dblclick()
    expect(page.get_by_text("sendes")).to_be_visible()
    look(page)
    call_command("send_mail")
    to = Email.objects.filter(subject="Samling i vår").values_list("to", flat=True)
    assert sorted(to, key=str) == [["ola@example.org"], ["post@alfa.example"], ["post@beta.example"]]
    page.get_by_role("link", name="Samling i vår").click()
    expect(page.get_by_text("Ola Prøve").first).to_be_visible()
    look(page)


def remove(page, look):
    page.goto("/admin/")
    page.get_by_role("link", name="Koordinatorer", exact=True).click()
    page.get_by_role("link", name="Fjern Ola Prøve").click()
    look(page)
    page.get_by_role("button", name="Fjern").click()
    expect(page.get_by_text("Ola Prøve er ikke lenger koordinator")).to_be_visible()
