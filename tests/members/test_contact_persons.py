"""Whom the coordinators reach at an organisation: edited with it, and kept in no log and no history."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, connection

from core.versions import version_of
from members.models import ContactPerson
from tests.factories import OrganisationFactory

pytestmark = pytest.mark.django_db

KARI = {"name": "Kari Prøve", "role": "Vert", "email": "kari@example.org", "phone": "91234567"}


@pytest.fixture
def organisation():
    return OrganisationFactory()


@pytest.fixture
def save(coordinator_client, organisation):
    """Send the form of the organisation with these contact persons, as it was opened just now or with a version."""

    def save(*persons, version=""):
        kept = [person for person in persons if "id" in person]
        fields = {"name": "Huset", "slug": "huset", "status": "member"}
        fields |= {"contact_persons-TOTAL_FORMS": len(persons), "contact_persons-INITIAL_FORMS": len(kept)}
        for number, person in enumerate(persons):
            about = {"organisation": organisation.pk} | person
            fields |= {f"contact_persons-{number}-{name}": value for name, value in about.items()}
        organisation.refresh_from_db()
        fields["version"] = version or version_of(organisation, ["contact_persons"])
        return coordinator_client.post(f"/admin/members/organisation/{organisation.pk}/change/", fields)

    return save


def tables_that_know(text):
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for table in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            if any(text in str(row) for row in cursor.fetchall()):
                yield table


def test_contact_persons_are_edited_with_their_organisation(save, organisation, coordinator_client):
    opened = version_of(organisation, ["contact_persons"])
    assert save(KARI, KARI | {"name": "Ola", "email": "", "role": ""}, {}).status_code == 302
    kari, ola = organisation.contact_persons.all()
    assert (kari.role, kari.email, kari.phone, ola.phone) == ("Vert", "kari@example.org", "+4791234567", "+4791234567")
    page = coordinator_client.get(f"/admin/members/organisation/{organisation.pk}/change/").content.decode()
    assert "Kontaktpersoner, som bare koordinatorene ser" in page
    refused = save(KARI | {"id": kari.pk, "name": "Kari Ny"}, version=opened).content.decode()
    assert "mens du hadde" in refused
    assert "Kari Ny" in refused
    unreachable = save({"id": kari.pk, "name": "Kari", "email": "", "phone": ""}).content.decode()
    assert "Skriv en e-postadresse eller et telefonnummer." in unreachable
    assert (
        save(KARI | {"id": kari.pk, "DELETE": "on"}, KARI | {"id": ola.pk, "email": "ola@example.org"}).status_code
        == 302
    )
    assert [person.email for person in organisation.contact_persons.all()] == ["ola@example.org"]


def test_contact_person_is_in_no_log_and_no_history(save, coordinator_client, organisation, client):
    save(KARI)
    assert LogEntry.objects.exists()
    assert [*tables_that_know("kari@example.org")] == [*tables_that_know("Kari Prøve")] == ["members_contactperson"]
    delete = coordinator_client.get(f"/admin/members/organisation/{organisation.pk}/delete/").content.decode()
    assert "Kari" not in delete
    save(KARI | {"id": ContactPerson.objects.get().pk, "DELETE": "on"})
    assert not [*tables_that_know("Kari Prøve")]


def test_constraint_contact_person_can_be_reached(organisation):
    with pytest.raises(IntegrityError, match="contact_person_can_be_reached"):
        organisation.contact_persons.create(name="Kari")
