from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone
from PIL import Image

from core.versions import version_of
from members.models import Organisation
from tests.factories import OrganisationFactory, SpaceFactory
from tests.spaces.test_delete_orphaned_files import delete_orphans

pytestmark = pytest.mark.django_db

NO_SPACES = {"spaces-TOTAL_FORMS": "0", "spaces-INITIAL_FORMS": "0"}
NO_PERSONS = {"contact_persons-TOTAL_FORMS": "0", "contact_persons-INITIAL_FORMS": "0"}


@pytest.fixture
def send(coordinator_client):
    """Send the form of an organisation, new or given; the response carries its errors by field."""

    def send(organisation=None, **changes):
        fields = {"name": "Huset", "status": "member"} | NO_SPACES | NO_PERSONS | changes
        path = f"{organisation.pk}/change" if organisation else "add"
        if organisation:
            fields.setdefault("version", version_of(Organisation.objects.get(pk=organisation.pk)))
        response = coordinator_client.post(f"/en/admin/members/organisation/{path}/", fields, follow=True)
        response.faults = response.context["adminform"].form.errors if not response.redirect_chain else {}
        return response

    return send


def logo(width=300, height=100):
    data = BytesIO()
    Image.new("RGBA", (width, height), (0, 90, 0, 128)).save(data, "PNG")
    return SimpleUploadedFile("logo.png", data.getvalue(), "image/png")


def files(media):
    return [path.name for path in media.rglob("*") if path.is_file()]


def test_new_organisation_gets_a_slug(send):
    assert send(name="Ærlig talt").faults == {}
    assert Organisation.objects.get().slug == "aerlig-talt"


def test_slug_that_is_none_is_explained(send):
    assert "hyphens" in str(send(slug="ikke en slug").faults["slug"])


def test_organisation_number_is_taken_as_it_is_written(send):
    for number in (
        *(" 923 609 016 ", "NO 923 609 016 MVA", "923609016 MVA", "NO923609016MVA", "923.609.016", "923-609-016"),
        *("Org.nr. 923 609 016", "orgnr: 923609016", "Organisasjonsnummer: NO 923\u00a0609\u00a0016 mva"),
    ):
        assert send(organisation_number=number).faults == {}, number
        assert Organisation.objects.get().organisation_number == "923609016"
        Organisation.objects.all().delete()


def test_organisation_number_that_is_none_is_refused_once(send):
    for number in ("NO 974 760 674 MVA", "123", "12345678901", "MVA", "974760673 974760673"):
        assert len(send(organisation_number=number).faults["organisation_number"]) == 1, number


def test_member_since_a_day_to_come_is_refused(send):
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert set(send(member_since=tomorrow.isoformat()).faults) == {"member_since"}


def test_logo_is_kept_redrawn_under_a_random_name(send, media):
    send(new_logo=logo(2000, 500))
    organisation = Organisation.objects.get()
    assert files(media) == [organisation.logo.name.removeprefix("logos/")]
    assert "logo" not in files(media)[0]
    with Image.open(organisation.logo.path) as stored:
        assert (stored.format, stored.size, stored.mode) == ("PNG", (480, 120), "RGB")


def test_logo_replaced_leaves_no_old_file(send, media, django_capture_on_commit_callbacks):
    send(new_logo=logo())
    before = files(media)
    with django_capture_on_commit_callbacks(execute=True):
        send(Organisation.objects.get(), slug="huset", new_logo=logo(200))
    assert len(files(media)) == 1
    assert files(media) != before


def test_logo_can_be_removed(send, media, django_capture_on_commit_callbacks):
    send(new_logo=logo())
    with django_capture_on_commit_callbacks(execute=True):
        send(Organisation.objects.get(), slug="huset", no_logo="on")
    assert files(media) == []
    assert not Organisation.objects.get().logo


def test_logo_goes_with_its_organisation(send, media, django_capture_on_commit_callbacks):
    send(new_logo=logo())
    with django_capture_on_commit_callbacks(execute=True):
        Organisation.objects.all().delete()
    assert files(media) == []


@pytest.mark.parametrize("content", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n broken"])
def test_logo_refused_says_why(send, media, content):
    response = send(new_logo=SimpleUploadedFile("logo.png", content, "image/png"))
    assert set(response.faults) == {"new_logo"}
    assert files(media) == []


def test_logo_of_a_save_that_fails_is_an_orphan(send, media, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError

    monkeypatch.setattr("members.admin.OrganisationAdmin.log_addition", fail)
    with pytest.raises(RuntimeError):
        send(new_logo=logo())
    OrganisationFactory(logo="logos/other.png")
    delete_orphans()
    assert files(media) == []


def test_action_works_on_a_list_filtered_by_county(coordinator_client):
    prospect = OrganisationFactory(prospect=True)
    SpaceFactory.create_batch(2, organisation=prospect, county="46")
    coordinator_client.post(
        "/admin/members/organisation/?spaces__county__exact=46", {"action": "admit", "_selected_action": [prospect.pk]}
    )
    prospect.refresh_from_db()
    assert prospect.status == "member"


def test_action_that_ends_membership_asks_first(coordinator_client):
    organisation = OrganisationFactory()
    data = {"action": "end_membership", "_selected_action": [organisation.pk]}
    page = coordinator_client.post("/admin/members/organisation/", data)
    assert organisation.name in page.content.decode()
    assert Organisation.objects.members().exists()
    coordinator_client.post("/admin/members/organisation/", data | {"confirmed": "yes"})
    assert not Organisation.objects.members().exists()


def test_action_tells_how_many_it_changed(coordinator_client):
    rows = [OrganisationFactory(), OrganisationFactory(prospect=True)]
    data = {"action": "admit", "_selected_action": [row.pk for row in rows]}
    page = coordinator_client.post("/en/admin/members/organisation/", data, follow=True)
    assert "1 organisation is now a member. 1 was so already." in page.content.decode()


def test_one_who_may_only_look_sees_the_form(client):
    viewer = get_user_model().objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(*Permission.objects.filter(codename__in=["view_organisation", "view_space"]))
    client.force_login(viewer)
    space = SpaceFactory()
    assert client.get(f"/admin/members/organisation/{space.organisation_id}/change/").status_code == 200
    assert client.get(f"/admin/spaces/space/{space.pk}/change/").status_code == 200


def test_names_are_ordered_the_norwegian_way(coordinator_client):
    for name in ("Ørland", "Ålesund", "Zoo"):
        OrganisationFactory(name=name)
    page = coordinator_client.get("/admin/members/organisation/?o=1").content.decode()
    assert page.index(">Zoo<") < page.index(">Ørland<") < page.index(">Ålesund<")


def test_contacts_are_forgotten_after_a_year_but_slugs_are_not():
    organisation = OrganisationFactory(slug="old", email="post@example.org", phone="+4722000000")
    gone = OrganisationFactory(email="borte@example.org")
    key = gone.pk
    with time_machine.travel(timezone.now() - timedelta(days=366)):
        gone.delete()
    SpaceFactory(email="post@example.org", organisation=organisation)
    organisation.slug = "new"
    organisation.save()
    first = organisation.history.last()
    type(first).objects.filter(pk=first.pk).update(history_date=timezone.now() - timedelta(days=366))
    call_command("purge_contacts")
    first.refresh_from_db()
    assert (first.email, first.phone, first.slug) == ("", "", "old")
    assert organisation.history.first().email == "post@example.org"
    assert Organisation.history.filter(id=key, history_type="-").get().email == ""


def test_contacts_that_are_still_true_or_younger_are_kept():
    stored = OrganisationFactory(email="post@example.org")
    stored.history.update(history_date=timezone.now() - timedelta(days=366))
    changed = OrganisationFactory(email="old@example.org")
    changed.save()
    changed.history.update(history_date=timezone.now() - timedelta(days=364))
    call_command("purge_contacts")
    assert "" not in [record.email for record in [*stored.history.all(), *changed.history.all()]]


def test_save_that_changed_nothing_leaves_no_entry(send):
    organisation = OrganisationFactory(name="Huset", slug="huset")
    send(organisation, slug="huset")
    assert organisation.history.count() == 1


@pytest.mark.parametrize("kind", ["members/organisation", "spaces/space"])
def test_form_sent_empty_is_shown_again(coordinator_client, kind):
    space = SpaceFactory(slug="huset", organisation__slug="org")
    row = space if kind == "spaces/space" else space.organisation
    response = coordinator_client.post(f"/admin/{kind}/{row.pk}/change/")
    assert response.status_code == 200
    assert f'href="{row.get_absolute_url()}"' in response.content.decode()
