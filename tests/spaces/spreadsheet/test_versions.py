"""A file that was made before somebody changed a space undoes nothing."""

import csv
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from spaces.models import Space
from tests.factories import AmenityFactory, CoordinatorFactory, SpaceFactory

pytestmark = pytest.mark.django_db

LIST = "/en/admin/spaces/space/"


def exported(client):
    text = client.get(f"{LIST}export/").getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


@pytest.fixture
def send(coordinator_client):
    def send(rows, do="import"):
        text = io.StringIO()
        writer = csv.DictWriter(text, rows[0].keys(), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
        fields = {"file": SimpleUploadedFile("steder.csv", text.getvalue().encode()), do: "yes"}
        return coordinator_client.post(f"{LIST}import/", fields | {"once": "0b0f6a5e-30c1-4c60-9f7e-6f4f7a1c9d11"})

    return send


def save(space, by, **fields):
    for field, value in fields.items():
        setattr(space, field, value)
    space._history_user = by
    space.save()


def test_row_of_a_space_that_somebody_changed_since_is_named_with_who_and_when(coordinator_client, send):
    other = CoordinatorFactory(username="berit")
    spaces = [SpaceFactory(name=f"Sted {number}", address="Gamlegata 1") for number in range(3)]
    coffee = AmenityFactory()
    rows = exported(coordinator_client)
    save(spaces[0], other, address="Nygata 9")
    spaces[1].amenities.add(coffee)
    save(spaces[1], other)
    for row in rows:
        row["About, in English"] = "A house"
    for do in ("check", "import"):
        faults = send(rows, do).context["faults"]
        assert [(fault.number, fault.column) for fault in faults] == [(2, "Version"), (3, "Version")]
        assert re.match(r"berit changed this on \d+/\d+/\d{4} ", faults[0].text)
    assert not Space.objects.exclude(description_en="").exists()
    assert Space.objects.get(pk=spaces[0].pk).address == "Nygata 9"
    assert send(rows[2:]).status_code == 302
    assert Space.objects.get(pk=spaces[2].pk).description_en == "A house"


def test_rows_that_change_nothing_and_files_made_since_are_taken(coordinator_client, send):
    space = SpaceFactory(address="Gamlegata 1")
    before = exported(coordinator_client)
    save(space, None, address="Nygata 9")
    assert send([before[0] | {"Street address": "Nygata 9"}]).status_code == 302
    after = exported(coordinator_client)
    assert send([after[0] | {"Street address": "Sistegata 3"}]).status_code == 302
    assert Space.objects.get().address == "Sistegata 3"


def test_first_half_of_an_import_makes_no_conflict_with_itself(coordinator_client, send):
    SpaceFactory(address="Gamlegata 1")
    rows = [exported(coordinator_client)[0] | {"Street address": "Nygata 9"}]
    for _ in range(2):
        assert send(rows).status_code == 302


def test_file_without_versions_is_taken_as_it_is(coordinator_client, send):
    SpaceFactory(slug="huset", address="Gamlegata 1")
    for rows in ([{"slug": "huset", "address": "Nygata 1"}], [{"slug": "huset", "address": "Nygata 2", "version": ""}]):
        assert send(rows).status_code == 302
    assert Space.objects.get().address == "Nygata 2"
