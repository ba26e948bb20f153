"""What is deleted in the admin is nowhere, and comes back as it was, with all that belonged to it."""

from datetime import timedelta
from itertools import product
from pathlib import PurePosixPath

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from core.bin.models import Deletion, Gone
from members.joining.models import JoinRequest
from members.models import ContactPerson, Organisation
from spaces.models import Amenity, Photo, Space
from spaces.photos import store
from tests.at_once import at_once
from tests.factories import (
    AmenityFactory,
    JoinRequestFactory,
    OrganisationFactory,
    PhotoFactory,
    SpaceFactory,
)
from tests.spaces.test_delete_orphaned_files import SMALL, delete_orphans, entries

STATES = [*product(("prospect", "member", "former"), ("coming", "open", "closed"), (False, True))]


@pytest.fixture
def delete(coordinator_client, django_capture_on_commit_callbacks):
    def delete(*rows):
        options = rows[0]._meta
        page = f"admin:{options.app_label}_{options.model_name}"
        with django_capture_on_commit_callbacks(execute=True):
            if len(rows) == 1:
                return coordinator_client.post(
                    reverse(f"{page}_delete", args=[rows[0].pk]), {"post": "yes"}, follow=True
                )
            data = {"action": "delete_selected", "_selected_action": [row.pk for row in rows], "post": "yes"}
            return coordinator_client.post(reverse(f"{page}_changelist"), data, follow=True)

    return delete


@pytest.fixture
def press(coordinator_client, django_capture_on_commit_callbacks):
    """Press a button of something in the bin: the page that follows."""

    def press(deletion, button="restore"):
        with django_capture_on_commit_callbacks(execute=True):
            page = coordinator_client.post(reverse(f"admin:bin_deletion_{button}", args=[deletion.pk]), follow=True)
        return page.content.decode()

    return press


def stored(row):
    """All of a row and of what belongs to it but where its files are; "hidden" says as well whether visitors see it."""
    columns = type(row).objects.filter(pk=row.pk).values().get()
    return (
        columns,
        [*Photo.objects.filter(space_id=row.pk).values("pk", "width", "alt_nb", "position")],
        [*row.amenities.values_list("pk", flat=True)],
    )


@pytest.mark.django_db
def test_space_of_every_state_is_deleted_and_comes_back_as_it_was(client, delete, press, coordinator, media):
    amenity = AmenityFactory()
    for number, (of, status, hidden) in enumerate(STATES):
        owner = OrganisationFactory(status=of, left_on="2024-01-31" if of == "former" else None)
        space = SpaceFactory(slug=f"old-{number}", organisation=owner, status=status, hidden=hidden)
        space.slug, space.welcomed_by, space.welcome_consent = f"hus-{number}", "Kari", True
        space.save()
        space.amenities.add(amenity)
        PhotoFactory(space=space, key=store(SMALL), width=480)
        before, public = stored(space), client.get(space.get_absolute_url()).status_code
        page = delete(space).content.decode()
        assert "Ligger i papirkurven til" in page
        assert not Space.objects.exists()
        for address in (space.get_absolute_url(), f"/steder/old-{number}/"):
            assert client.get(address).status_code == 404
        for address in ("/", "/steder/", "/sitemap-spaces.xml", "/kart/punkter.json?z=4&b=4,57,32,72"):
            assert f"hus-{number}" not in client.get(address).content.decode()
        delete_orphans()
        deletion = Deletion.objects.get()
        assert (deletion.by, deletion.until) == (coordinator, timezone.localdate() + timedelta(days=90))
        assert "er tilbake" in press(deletion)
        assert stored(Space.objects.get()) == before, (of, status, hidden)
        assert client.get(space.get_absolute_url()).status_code == public
        assert client.get(f"/steder/old-{number}/").status_code == (301 if public == 200 else 404)
        assert entries(media) == {space.photos.get().key}
        assert [record.history_type for record in space.history.all()] == ["+", "-", "~", "+"]
        assert space.history.first().history_user == coordinator
        assert "hentet tilbake eller slettet for godt" in press(deletion)
        Space.objects.all().delete()
        Photo.objects.all().delete()
        media.rename(media.with_name(f"{media.name}-{number}"))


@pytest.mark.django_db
def test_links_come_back_in_whatever_order(delete, press):
    """Between spaces and amenities, and from join requests to organisations."""
    request = JoinRequestFactory(state="approved", member=OrganisationFactory())
    delete(request.member)
    press(Deletion.objects.get())
    request.refresh_from_db()
    assert request.member == Organisation.objects.get()
    for first, last in product((0, 1), repeat=2):
        spaces, sauna = SpaceFactory.create_batch(2), AmenityFactory()
        sauna.spaces.set(spaces)
        rows = [spaces, [sauna]]
        delete(*rows[first])
        delete(*rows[1 - first])
        for kind in ("space", "amenity")[:: 1 - 2 * last]:
            for deletion in Deletion.objects.filter(kind__model=kind):
                press(deletion)
        assert set(sauna.spaces.all()) == set(spaces), (first, last)
        Space.objects.all().delete()
        Amenity.objects.all().delete()


@pytest.mark.django_db
def test_what_is_in_the_way_is_said_by_the_field_and_nothing_is_lost(delete, press):
    space = SpaceFactory(slug="huset", organisation__organisation_number="923609016")
    owner = space.organisation
    delete(space)
    delete(owner)
    of_owner, of_space = Deletion.objects.order_by("-at")
    assert "Organisasjon: «" in (page := press(of_space))
    assert "ligger også i papirkurven. Hent den tilbake først." in page
    other = OrganisationFactory(slug=owner.slug, organisation_number="923609016")
    page = press(of_owner)
    assert "Nettadresse: " in page
    assert "En annen organisasjon har dette organisasjonsnummeret" in page
    assert Deletion.objects.count() == 2
    Organisation.objects.filter(pk=other.pk).update(slug="annen", organisation_number="")
    press(of_owner)
    SpaceFactory(slug="huset")
    assert "Nettadresse: " in press(of_space)
    Space.objects.update(slug="annet")
    press(of_space)
    assert Space.objects.get(pk=space.pk).organisation == owner
    assert not Deletion.objects.exists()


@pytest.mark.django_db
def test_person_is_erased_at_once_and_the_rest_can_be_restored(delete, press, coordinator_client):
    space = SpaceFactory(welcomed_by="Kari", welcome_consent=True)
    delete(space)
    deletion = Deletion.objects.get()
    asked = coordinator_client.get(reverse("admin:bin_deletion_erase_person", args=[deletion.pk])).content.decode()
    assert "Slett navnet på den som tar imot" in asked
    assert "Kari" in str(Deletion.objects.values().get())
    assert "Slettet for godt. Resten kan fortsatt hentes tilbake." in press(deletion, "erase_person")
    assert "Den ligger ikke i papirkurven lenger" in press(deletion, "erase_person")
    assert "Kari" not in str(Deletion.objects.values().get())
    press(deletion)
    space.refresh_from_db()
    assert (space.welcomed_by, space.welcome_consent) == ("", False)


@pytest.mark.django_db
def test_time_over_restores_nothing_and_a_request_waits_for_its_organisation(delete, press):
    request = JoinRequestFactory(state="approved", waits_since=timezone.now() - timedelta(days=400))
    organisation = OrganisationFactory()
    JoinRequest.objects.filter(pk=request.pk).update(member=organisation)
    delete(organisation)
    call_command("erase_expired")
    deletion = Deletion.objects.get()
    with time_machine.travel(deletion.at + timedelta(days=90), tick=False), pytest.raises(Gone):
        deletion.restore(by=None)
    press(deletion)
    assert JoinRequest.objects.get().member == organisation


@pytest.mark.django_db
def test_bin_is_emptied_by_hand_or_after_ninety_days_files_and_all(
    delete, press, media, django_capture_on_commit_callbacks, coordinator_client
):
    """What lies in it keeps its files from the nightly command, which here knows of others that are used."""
    used = PhotoFactory(key=store(SMALL), width=480)
    for name in ("used", "binned"):
        OrganisationFactory(name=name, logo=default_storage.save(f"logos/{name}.png", ContentFile(b"png")))
    delete(Organisation.objects.get(name="binned"))
    for _ in range(2):
        delete(PhotoFactory(key=store(SMALL), width=480).space)
    latest, first, with_logo = Deletion.objects.all()
    logo = PurePosixPath(with_logo.data[0]["fields"]["logo"]).name
    page = coordinator_client.get(reverse("admin:bin_deletion_erase", args=[first.pk]))
    assert "kan ikke angres" in page.content.decode()
    assert "er slettet for godt" in press(first, "erase")
    delete_orphans()
    assert entries(media) == {used.key, "used.png", logo, latest.data[1]["fields"]["key"]}
    with django_capture_on_commit_callbacks(execute=True):
        for margin, left in {-1: 2, 1: 0}.items():
            with time_machine.travel(latest.at + timedelta(days=90, seconds=margin), tick=False):
                call_command("erase_expired")
            assert Deletion.objects.count() == left
    assert entries(media) == {used.key, "used.png"}


@pytest.mark.django_db
def test_files_in_the_bin_are_at_no_address_that_anybody_knows(client, delete, press, media):
    """Even a photo of which a file was lost."""
    space = SpaceFactory()
    photo, lacking = (PhotoFactory(space=space, key=store(SMALL), width=width) for width in (480, 960))
    owner = OrganisationFactory(logo=default_storage.save("logos/known.png", ContentFile(b"png")))
    known = [owner.logo.url, *(f"/media/photos/{each.key}/480.jpg" for each in (photo, lacking))]
    for url in known:
        list(client.get(url))
    delete(space)
    delete(owner)
    assert [client.get(url).status_code for url in known] == [404] * 3
    assert len(entries(media)) == 3
    for deletion in Deletion.objects.all():
        press(deletion)
    assert client.get(Organisation.objects.get(pk=owner.pk).logo.url).getvalue() == b"png"
    photo.refresh_from_db()
    url = f"/media/photos/{photo.key}/480.jpg"
    assert url in client.get(space.get_absolute_url()).content.decode()
    assert client.get(url).getvalue() == b"jpg"
    delete_orphans()
    assert len(entries(media)) == 3


@pytest.fixture
def house():
    """An organisation with two contact persons, of whom one was the applicant of its request."""
    request = JoinRequestFactory(state="approved", contact_name="Kari Prøve", contact_email="kari@example.org")
    organisation = OrganisationFactory()
    kari = organisation.contact_persons.create(name="Kari Prøve", email="kari@example.org")
    organisation.contact_persons.create(name="Ola Prøve", email="ola@example.org")
    JoinRequest.objects.filter(pk=request.pk).update(member=organisation, contact_person=kari)
    return organisation


def names():
    return [*ContactPerson.objects.values_list("name", flat=True)]


@pytest.mark.django_db
def test_contact_persons_come_back_and_still_go_with_the_request(house, delete, press):
    delete(house)
    assert names() == []
    press(Deletion.objects.get())
    assert names() == ["Kari Prøve", "Ola Prøve"]
    JoinRequest.objects.get().erase()
    assert names() == ["Ola Prøve"]


@pytest.mark.django_db
def test_erasure_finds_a_person_in_the_bin(house, delete, press, coordinator_client):
    """By the request that brought it, or by a search for the name."""
    delete(organisation := house)
    JoinRequest.objects.get().erase()
    assert "Kari" not in str(Deletion.objects.values().get())
    listed = reverse("admin:bin_deletion_changelist")
    assert organisation.name not in coordinator_client.get(f"{listed}?q=kari").content.decode()
    assert organisation.name in coordinator_client.get(f"{listed}?q=ola").content.decode()
    deletion = Deletion.objects.get()
    page = coordinator_client.get(reverse("admin:bin_deletion_change", args=[deletion.pk])).content.decode()
    (ola,) = deletion.persons
    link = f"{reverse('admin:bin_deletion_erase_person', args=[deletion.pk])}?person={ola['pk']}"
    assert f'href="{link}"' in page
    assert "<h1>Slett Ola Prøve" in coordinator_client.get(link).content.decode()
    coordinator_client.post(link.replace(str(ola["pk"]), "12345"))
    assert "ola@" in str(Deletion.objects.values().get())
    coordinator_client.post(link)
    assert "ola@" not in str(Deletion.objects.values().get())
    press(deletion)
    assert names() == []
    assert organisation.name == Organisation.objects.get().name


@pytest.mark.django_db
def test_persons_of_whoever_left_half_a_year_ago_are_erased_in_the_bin_too(house, delete):
    house.status, house.left_on = "former", timezone.localdate() - timedelta(days=179)
    house.save()
    delete(house)
    call_command("erase_expired")
    assert len(Deletion.objects.get().persons) == 2
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        call_command("erase_expired")
    assert not Deletion.objects.get().persons


@pytest.mark.django_db
def test_only_who_may_add_such_a_row_restores_it(client, django_user_model):
    user = django_user_model.objects.create_user("other", is_staff=True)
    user.user_permissions.add(*django_user_model.user_permissions.rel.model.objects.filter(codename="view_deletion"))
    client.force_login(user)
    deletion = Deletion.objects.put(SpaceFactory(), by=None)
    for button in ("restore", "erase", "erase_person"):
        assert client.post(reverse(f"admin:bin_deletion_{button}", args=[deletion.pk])).status_code == 403
    assert "konto slettet" in client.get(reverse("admin:bin_deletion_changelist")).content.decode()


@pytest.mark.django_db(transaction=True)
def test_deleted_and_restored_once_whoever_presses():
    space = SpaceFactory()
    at_once(*[lambda: Deletion.objects.put(Space(pk=space.pk), by=None)] * 2)
    deletion, raised = Deletion.objects.get(), []

    def restore():
        try:
            Deletion.objects.get(pk=deletion.pk).restore(by=None)
        except (Gone, Deletion.DoesNotExist) as late:
            raised.append(late)

    at_once(restore, restore)
    assert (Space.objects.count(), Deletion.objects.count(), len(raised)) == (1, 0, 1)
