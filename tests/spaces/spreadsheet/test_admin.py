import csv
import io
import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from core.circuit_breaker import acquire_slot
from members.models import Organisation
from spaces.models import Space
from spaces.spreadsheet.admin import Export
from spaces.spreadsheet.columns import SPACE_COLUMNS
from spaces.spreadsheet.file import FORMULA
from tests.client import StaffClient
from tests.factories import AmenityFactory, CoordinatorFactory, OrganisationFactory, SpaceFactory

pytestmark = pytest.mark.django_db

LIST = "/en/admin/spaces/space/"
ONCE = "0b0f6a5e-30c1-4c60-9f7e-6f4f7a1c9d11"
EXCEL = (
    "Organisasjon;Navn;Postnummer;Breddegrad;Lengdegrad;Status;Skjult\r\n"
    "Blåbærhuset;Blåbærhuset;1607;59,2181;10,9298;åpent;nei\r\n"
    "Ørsta hus;Kvisten;6150;;;på vei inn;ja\r\n"
).encode("cp1252")
AWKWARD = ["=1+1", "+47", "-1", "@a", "'=1", "''", "a;b,c", 'sier "hei"', "To\r\nlinjer", " rom ", "\t=1", "x\ty"]


@pytest.fixture
def send(coordinator_client):
    def send(raw, do="import", client=coordinator_client, once=ONCE, base=LIST):
        upload = SimpleUploadedFile("steder.csv", raw, "text/csv")
        return client.post(f"{base}import/", {"file": upload, "once": once, do: "yes"})

    return send


def remarks(response):
    return [(fault.number, fault.column) for fault in response.context["faults"]]


def everything():
    columns = [field.name for field in Space._meta.concrete_fields]
    rows = [*Space.objects.order_by("pk").values_list(*columns), *Organisation.objects.order_by("pk").values_list()]
    return rows, sorted(Space.amenities.through.objects.values_list("space", "amenity")), Space.history.count()


def exported(client, query="", base=LIST):
    response = client.get(f"{base}export/{query}")
    assert response.status_code == 200
    return response.getvalue()


def table(raw):
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_import_from_norwegian_excel(send):
    response = send(EXCEL)
    assert response["Location"] == LIST
    assert list(Space.objects.order_by("pk").values_list("slug", "town", "county", "status", "hidden", "latitude")) == [
        ("blabaerhuset-fredrikstad", "Fredrikstad", "31", "open", False, 59.2181),
        ("kvisten-orsta", "Ørsta", "15", "coming", True, 62.19983),
    ]
    assert Organisation.objects.filter(status="prospect").count() == 2


def test_import_tells_what_it_did_and_logs_it(send, coordinator, coordinator_client):
    send(EXCEL)
    page = coordinator_client.get(LIST).content.decode()
    assert "2 new, 0 changed, 0 unchanged. New organisations: Blåbærhuset, Ørsta hus." in page
    assert LogEntry.objects.get().user == coordinator


def test_check_stores_nothing_and_tells_what_would_be(send):
    page = send(EXCEL, "check").content.decode()
    assert "Nothing is stored yet" in page
    assert "2 new, 0 changed, 0 unchanged" in page
    assert not Space.objects.exists()
    assert not LogEntry.objects.exists()


def test_check_shows_old_and_new_and_the_import_after_it_needs_no_file(send, coordinator_client):
    AmenityFactory(slug="wifi", name_en="Wi-Fi")
    space = SpaceFactory(slug="huset", name="Huset", address="Gata 1", town="Oslo")
    SpaceFactory(slug="annet", name="Annet")
    raw = b"slug;name;address;amenities\r\nhuset;Huset;Gata <2>;wifi\r\nannet;Annet;;\r\n"
    checked = send(raw, "check")
    page = " ".join(checked.content.decode().split())
    assert "Street address: <del>Gata 1</del> → <ins>Gata &lt;2&gt;</ins>" in page
    assert "Amenities: <del>–</del> → <ins>Wi-Fi</ins>" in page
    assert '<th scope="row">3</th>' not in page, "what stays as it is is not shown"
    fields = {"once": ONCE, "kept": checked.context["kept"], "seen": checked.context["seen"], "import": "yes"}
    other = StaffClient()
    other.force_login(CoordinatorFactory())
    assert "no longer here" in other.post(f"{LIST}import/", fields).content.decode()
    space.address = "Gata 1B"
    space.save()
    again = coordinator_client.post(f"{LIST}import/", fields)
    assert "Somebody changed something after the check" in again.content.decode()
    assert "<del>Gata 1B</del>" in again.content.decode()
    fields["seen"] = again.context["seen"]
    for _press in range(2):
        assert coordinator_client.post(f"{LIST}import/", fields).status_code == 302
    space.refresh_from_db()
    assert space.address == "Gata <2>"
    with time_machine.travel(timezone.now() + timedelta(hours=13)):
        coordinator_client.force_login(CoordinatorFactory())
        assert "no longer here" in coordinator_client.post(f"{LIST}import/", fields).content.decode()


@pytest.mark.parametrize("do", ["check", "import"])
def test_one_bad_row_and_nothing_is_stored(send, do):
    response = send(EXCEL.replace(b"59,2181", b"95,2181"), do)
    assert remarks(response) == [(2, "Latitude")]
    page = response.content.decode()
    assert "Nothing is stored: one thing is wrong" in page
    assert 'role="alert"' in page
    assert not Space.objects.exists()
    assert not Organisation.objects.exists()


def test_every_bad_row_is_named(send):
    lines = [f"Eier {number};Sted {number};99".encode() for number in range(3000)]
    response = send(b"\r\n".join([b"organisation;name;county", *lines]))
    assert [number for number, column in remarks(response) if column == "County"] == list(range(2, 3002))
    assert '<th scope="row">3001</th>' in response.content.decode()


def test_unreadable_file_is_explained(send):
    for raw in (b"", b"PK\x03\x04", b"a;b\r\n1;2\r\n", b'navn;by\r\n"a;b\r\n', b"\xff\xfe\0", b"navn\0;by"):
        for do in ("check", "import"):
            response = send(raw, do)
            assert response.status_code == 200, (raw, do)
            assert response.context["faults"][0].text, (raw, do)


def test_fault_in_a_row_after_one_of_several_lines_names_the_line_too(send):
    response = send(b'slug;address\r\n;"a\r\nb"\r\n;c\r\n')
    assert "3 (line 4 of the file)" in response.content.decode()


def test_fault_is_told_in_the_coordinators_language(send):
    response = send(b"organisasjon;navn;fylke\r\na;b;?\r\n", base="/admin/spaces/space/")
    assert "Velg et av fylkene" in response.content.decode()


def test_text_of_the_file_is_never_markup(send):
    page = send(b"<script>alert(1)</script>;navn\r\na;b\r\n").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_faults_are_a_row_each_and_no_markup_either(send):
    page = send(b"organisation;name;town;county;amenities\r\na;b;Oslo;?;<b>&'\r\na;c;Oslo;?;\r\n").content.decode()
    rows = re.findall(r'<tr><th scope="row">(.+?)</th><td>(.+?)</td></tr>', page)
    county = "<p><strong>County</strong>: Choose one of the counties.</p>"
    amenity = "<p><strong>Amenities</strong>: No amenity is called so: &lt;b&gt;&amp;&#x27;.</p>"
    assert rows == [("2", county + amenity), ("3", county)]


def test_form_without_a_file_says_so(coordinator_client):
    response = coordinator_client.post(f"{LIST}import/", {"once": ONCE, "import": "yes"})
    assert response.context["form"].errors["file"]


def test_second_press_is_told_what_the_first_did(send, coordinator_client):
    for _press in range(2):
        assert send(EXCEL).status_code == 302
    assert Space.objects.count() == 2
    assert coordinator_client.get(LIST).content.decode().count("2 new, 0 changed, 0 unchanged") == 2


def test_same_file_another_time_names_what_is_here_already(send):
    send(EXCEL)
    response = send(EXCEL, once="0b0f6a5e-30c1-4c60-9f7e-6f4f7a1c9d12")
    assert remarks(response) == [(2, "Web address"), (3, "Web address")]
    assert Space.objects.count() == 2


def test_somebody_who_was_first_undoes_all_of_it(send, monkeypatch):
    def taken(*args):
        raise IntegrityError

    monkeypatch.setattr("spaces.spreadsheet.importing._add_amenities", taken)
    response = send(EXCEL)
    assert "Somebody else changed" in response.context["faults"][0].text
    assert not Space.objects.exists()
    assert not Space.history.exists()


def test_notes_are_told_after_the_import(send, coordinator_client):
    SpaceFactory(slug="huset")
    send(b"slug;address\r\nhuset;Gata 2\r\n")
    assert "Row 2: The address changed" in coordinator_client.get(LIST).content.decode()


@pytest.mark.parametrize("lacking", ["add_space", "change_space", "add_organisation"])
def test_import_needs_each_permission(client, send, lacking):
    user = CoordinatorFactory()
    user.groups.clear()
    wanted = {"add_space", "change_space", "view_space", "add_organisation"} - {lacking}
    user.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    client.force_login(user)
    assert client.get(f"{LIST}import/").status_code == 403
    assert send(EXCEL, client=client).status_code == 403
    assert "import/" not in client.get(LIST).content.decode()


def test_export_needs_to_see_spaces(client):
    user = CoordinatorFactory()
    user.groups.clear()
    client.force_login(user)
    assert client.get(f"{LIST}export/").status_code == 403


def test_import_is_refused_without_the_forms_token(coordinator, send):
    client = Client(enforce_csrf_checks=True)
    client.force_login(coordinator)
    assert send(EXCEL, client=client).status_code == 403


def test_list_links_to_both(coordinator_client):
    SpaceFactory.create_batch(2)
    page = coordinator_client.get(f"{LIST}?status__exact=open").content.decode()
    assert f'href="{LIST}import/"' in page
    assert f'href="{LIST}export/?status__exact=open">Export 2 as CSV' in page


def test_export_holds_what_the_list_shows(coordinator_client):
    SpaceFactory(name="Åpent hus")
    SpaceFactory(name="Stengt hus", closed=True)
    assert [row[2] for row in table(exported(coordinator_client, "?status__exact=closed"))[1:]] == ["Stengt hus"]
    assert [row[2] for row in table(exported(coordinator_client, "?q=apent"))[1:]] == ["Åpent hus"]
    assert len(table(exported(coordinator_client))) == 3


def test_export_by_what_is_no_value_leads_to_the_list_and_by_what_is_no_filter_nowhere(coordinator_client):
    assert coordinator_client.get(f"{LIST}export/?hidden__exact=perhaps")["Location"] == LIST
    assert coordinator_client.get(f"{LIST}export/?email__startswith=a").status_code == 400


def test_export_has_few_queries(coordinator_client, django_assert_max_num_queries):
    amenity = AmenityFactory()
    for space in SpaceFactory.create_batch(30):
        space.amenities.add(amenity)
    with django_assert_max_num_queries(9):
        exported(coordinator_client)


def test_one_export_runs_at_a_time_until_it_is_sent_or_given_up(coordinator_client):
    SpaceFactory()
    first = iter(coordinator_client.get(f"{LIST}export/"))
    next(first)
    refused = coordinator_client.get(f"{LIST}export/?status__exact=open", follow=True)
    assert refused.redirect_chain[0][0].endswith("/space/?status__exact=open")
    assert "Try again in half a minute" in refused.content.decode()
    list(first)
    for begin in (iter, lambda given_up: next(iter(given_up))):
        given_up = Export(Space.objects.all(), SPACE_COLUMNS, acquire_slot("export"))
        begin(given_up)
        given_up.close()
    assert exported(coordinator_client)


@pytest.fixture
def awkward():
    """Spaces whose texts a careless round trip would change, some of them older than today's rules."""
    wifi = AmenityFactory(slug="wifi", name_nb="Nett, trådløst", name_en="Wi-Fi")
    same = [OrganisationFactory(name="Navnebror"), OrganisationFactory(name="Navnebror")]
    for number, text in enumerate(AWKWARD):
        space = SpaceFactory(
            organisation=same[number] if number < 2 else OrganisationFactory(name=text, organisation_number=""),
            name=text, address=text, municipality=text, description_nb=text, opening_hours="nå" if number else "24/7",
            latitude=59.0 + number / 7, longitude=-8.5, postal_code="0150", phone="+4722225000" if number else "02222",
            website="example.org", hidden=bool(number % 2), precision="exact",
        )  # fmt: skip
        space.amenities.add(wifi)
    SpaceFactory(name="Lik", town="Oslo", organisation=same[0])
    SpaceFactory(name="Lik", town="Oslo", organisation=same[0])


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("back", ["", "/en"])
def test_export_and_import_is_the_identity(coordinator_client, send, awkward, language, back):
    before = everything()
    raw = exported(coordinator_client, base=f"{language}/admin/spaces/space/")
    response = send(raw, base=f"{back}/admin/spaces/space/")
    assert response.status_code == 302, response.context["faults"]
    assert everything() == before


def test_export_into_an_empty_network_makes_the_same(coordinator_client, send):
    for number, text in enumerate(AWKWARD):
        text = text.strip()
        owner = OrganisationFactory(name=f"Eier {number}")
        SpaceFactory(organisation=owner, name=f"Sted {number}", municipality="Oslo", description_en=text, coming=True)
    before = exported(coordinator_client)
    Space.objects.all().delete()
    Organisation.objects.all().delete()
    assert send(before).status_code == 302
    *columns, version = zip(*table(exported(coordinator_client)), strict=True)
    assert columns == list(zip(*table(before), strict=True))[:-1]
    assert version[0] == "Version"


def test_no_exported_cell_starts_a_formula(coordinator_client, awkward):
    cells = [cell for row in table(exported(coordinator_client)) for cell in row]
    assert not [cell for cell in cells if FORMULA.match(cell) and not cell.startswith("'")]
    assert "'=1+1" in cells


def test_export_is_sent_while_it_is_written_in_the_language_asked_for(coordinator_client):
    amenity, owner = AmenityFactory(name_nb="Nett", name_en="Network"), OrganisationFactory()
    text = "Et hus av mange. " * 10
    spaces = Space.objects.bulk_create(SpaceFactory.build(organisation=owner, description_nb=text) for _ in range(700))
    offers = Space.amenities.through
    offers.objects.bulk_create(offers(space=space, amenity=amenity) for space in spaces)
    whole = exported(coordinator_client, base="/en/admin/spaces/space/")
    response = coordinator_client.get("/en/admin/spaces/space/export/")
    chunks = iter(response.streaming_content)
    sent = []
    for _turn in range(3):
        coordinator_client.get("/admin/my-mail/")  # in Norwegian, before the first chunk and between others
        sent.append(next(chunks))
    rest = list(chunks)
    assert rest
    assert b"".join(sent + rest) == whole
    assert (whole.count(b"Network"), whole.count(b"Nett;")) == (700, 0)
