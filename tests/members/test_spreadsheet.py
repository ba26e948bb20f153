import csv
import io

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile

from core.models import ContentVersion
from members.models import Organisation
from spaces.completeness import Fact
from tests.factories import CoordinatorFactory, OrganisationFactory, SpaceFactory

pytestmark = pytest.mark.django_db

LIST = "/en/admin/members/organisation/"
ONCE = "0b0f6a5e-30c1-4c60-9f7e-6f4f7a1c9d11"
NUMBER = "923609016"


@pytest.fixture
def send(coordinator_client):
    def send(raw, do="import", once=ONCE, client=coordinator_client, base=LIST):
        raw = raw if isinstance(raw, bytes) else raw.encode()
        upload = SimpleUploadedFile("medlemmer.csv", raw, "text/csv")
        return client.post(f"{base}import/", {"file": upload, "once": once, do: "yes"})

    return send


def faults(response):
    return {(fault.number, fault.column): fault.text for fault in response.context["faults"]}


def everything():
    return list(Organisation.objects.order_by("pk").values_list())


def test_rows_make_and_change_organisations(send, coordinator, coordinator_client):
    member = OrganisationFactory(name="Huset", slug="huset", member_since="2018-05-01", phone="+4722225000")
    space = SpaceFactory(organisation=member)
    raw = (
        "Navn;Nettadresse;Organisasjonsnummer;Status;Medlem siden;Medlem til;Telefon\r\n"
        "Huset;huset;923 609 016;tidligere medlem;01.05.2018;31.01.2024;22 22 50 01\r\n"
        "Ærlig talt;;;;;;\r\n"
    )
    page = " ".join(send(raw, "check").content.decode().split())
    assert "Status: <del>member</del> → <ins>former member</ins>" in page
    assert "Member until: <del>–</del> → <ins>2024-01-31</ins>" in page
    assert "Member since" not in page[page.index("What would be stored") : page.index("The columns")]
    assert "1 new, 1 changed, 0 unchanged." in page
    assert send(raw)["Location"] == LIST
    member.refresh_from_db()
    space.refresh_from_db()
    assert (member.status, member.organisation_number, str(member.phone)) == ("former", NUMBER, "+4722225001")
    assert not space.is_public, "its spaces follow its status"
    assert member.history.first().history_user == coordinator
    new = Organisation.objects.get(name="Ærlig talt")
    assert (new.slug, new.status, new.history.first().history_change_reason) == ("aerlig-talt", "prospect", "imported")


def test_export_and_import_is_the_identity(send, coordinator_client):
    for number, text in enumerate(["=1+1", "+47", "Ærlig", "To\r\nlinjer", 'sier "hei"']):
        OrganisationFactory(name=text.split()[0], description_nb=text, member_since=f"2018-0{number + 1}-31"[:8] + "01")
    OrganisationFactory(former=True, organisation_number=NUMBER, phone="02222")
    before = everything()
    for base in (LIST, "/admin/members/organisation/"):
        raw = coordinator_client.get(f"{base}export/").getvalue()
        response = send(raw, once=ONCE.replace("0b", base[1:3].encode().hex()[:2]), base=base)
        assert response.status_code == 302, faults(response)
        assert everything() == before
    shown = coordinator_client.get(f"{LIST}export/?status__exact=former").getvalue().decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(shown), delimiter=";"))) == 2
    assert "export/?status__exact=former" in coordinator_client.get(f"{LIST}?status__exact=former").content.decode()


def test_every_bad_row_is_named_and_nothing_stored(send):
    OrganisationFactory(name="Huset", slug="huset", organisation_number=NUMBER)
    OrganisationFactory(name="Annet", slug="annet")
    before = everything()
    header = "name;slug;organisation_number;status;member_since\r\n"
    rows = [
        ("Husèt;;;;", ("Name", "We have this organisation already")),
        ("Nytt;;;;", None),
        ("NYTT;;;;", ("Name", "Row 3 is the same organisation")),
        ("Annet;annet;923609016;;", ("Organisation number", "Another organisation has this")),
        ("Feil;;123456789;kanskje;i fjor", ("Status", "Choose one of the statuses")),
        (";nei;;;", ("Name", "What is the organisation called?")),
        ("Tidlig;;;prospect;2020-01-01", ("", "until it is a member")),
    ]
    response = send(header + "\r\n".join(row for row, _fault in rows))
    told = faults(response)
    for number, (row, fault) in enumerate(rows, start=2):
        if fault:
            assert fault[1] in told[number, fault[0]], (row, told)
    assert {(6, "Organisation number"), (6, "Member since")} <= told.keys()
    assert everything() == before
    assert "The column Name is missing" in send("status\r\nmember\r\n").context["faults"][0].text


def test_row_made_from_an_older_version_is_refused(send, coordinator_client):
    organisation = OrganisationFactory(name="Huset")
    raw = coordinator_client.get(f"{LIST}export/").getvalue().replace(b"Huset", b"Hytta")
    organisation.website = "https://example.org/"
    organisation.save()
    assert "after the file was made" in faults(send(raw))[2, "Version"]


def test_very_many_rows_take_few_queries_and_what_hangs_on_them_is_right(
    send, coordinator, django_assert_max_num_queries
):
    member, gone = OrganisationFactory(slug="blir"), OrganisationFactory(slug="slutter")
    spaces = SpaceFactory.create_batch(2, organisation=member), SpaceFactory.create_batch(2, organisation=gone)
    raw = "name;slug;status;left_on;email\r\nNytt navn;blir;member;;post@example.org\r\n"
    raw += "Slutter;slutter;former;2024-01-31;\r\n"
    raw += "".join(f"Hus {number};;prospect;;\r\n" for number in range(100))
    before = ContentVersion.objects.count()
    with django_assert_max_num_queries(75):
        assert send(raw).status_code == 302
    assert ContentVersion.objects.count() == before + 1
    for space in [*spaces[0], *spaces[1]]:
        space.refresh_from_db()
    assert ["nytt navn" in space.search_text for space in spaces[0]] == [True, True]
    assert [space.gaps & Fact.CONTACT for space in spaces[0]] == [0, 0]
    assert [space.is_public for space in spaces[1]] == [False, False]
    new = Organisation.objects.get(slug="hus-99")
    for organisation, kind in [(member, "~"), (new, "+")]:
        entry = organisation.history.first()
        assert (entry.history_user, entry.history_type) == (coordinator, kind)
        assert entry.history_change_reason == "imported"
    # A file that changes nothing makes no page anew.
    assert send(raw.split("\r\n", 3)[0] + "\r\nNytt navn;blir;member;;post@example.org\r\n").status_code == 302
    assert ContentVersion.objects.count() == before + 1


def test_dates_are_compared_in_every_row(send):
    rows = ["2020-01-01;2021-01-01", "2022-01-01;2021-01-01", "2019-05-05;2021-01-01", "2022-05-05;2021-01-01"]
    told = faults(send("name;status;member_since;left_on\r\n" + "".join(f"{r[:7]};former;{r}\r\n" for r in rows)))
    assert told == {(number, ""): "It cannot have left before it joined." for number in (3, 5)}


def test_import_needs_each_permission(client, send):
    for lacking in ("add_organisation", "change_organisation"):
        user = CoordinatorFactory()
        user.groups.clear()
        wanted = {"add_organisation", "change_organisation", "view_organisation"} - {lacking}
        user.user_permissions.set(Permission.objects.filter(codename__in=wanted))
        client.force_login(user)
        assert send("name\r\na\r\n", client=client).status_code == 403
        assert "import/" not in client.get(LIST).content.decode()
    user.user_permissions.clear()
    assert client.get(f"{LIST}export/").status_code == 403
