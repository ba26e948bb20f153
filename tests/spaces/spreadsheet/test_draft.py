"""What is wrong with a row, and what only follows from that."""

import pytest
from django.utils import translation

from tests.factories import OrganisationFactory, SpaceFactory

from .rows import faults, new

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"name": ""}, "Name"),
        ({"organisation": ""}, "Organisation"),
        ({"town": ""}, "Town"),
        ({"county": "", "town": "Atlantis"}, "County"),
        ({"longitude": ""}, "Longitude"),
        ({"latitude": "", "longitude": "", "town": "Atlantis"}, "Latitude"),
        ({"latitude": "", "longitude": "", "precision": "exact"}, "Pin position"),
        ({"latitude": "10,7", "longitude": "59,9"}, "Latitude"),
        ({"slug": "på norsk"}, "Web address"),
        ({"email": "post"}, "E-mail"),
        ({"welcomed_by": "Kari"}, "Has said yes to be named"),
    ],
)
def test_fault_is_named_with_row_and_column(cells, column):
    found = faults(new(name="Loftet"), new(**cells))
    assert (3, column) in found
    assert all(found.values())


def test_every_fault_of_a_row_is_named():
    assert set(faults(new(status="?", email="?", county="?"))) == {(2, "Status"), (2, "E-mail"), (2, "County")}


@pytest.mark.parametrize(
    ("cells", "columns"),
    [
        ({"phone": "12", "county": "", "town": "Atlantis"}, {"Telephone", "County"}),
        ({"phone": "12", "organisation": ""}, {"Telephone", "Organisation"}),
        ({"email": "post", "organisation": "Huset AS", "organisation_number": "923609016"}, {"E-mail", "Organisation"}),
        ({"status": "?", "name": ""}, {"Status", "Name"}),
        ({"status": "?", "longitude": ""}, {"Status", "Longitude"}),
        ({"name": "", "town": "", "county": "", "longitude": ""}, {"Name", "Town", "County", "Longitude"}),
        ({"town": "Atlantis", "county": "", "latitude": "", "longitude": ""}, {"County", "Latitude"}),
        ({"slug": "old", "phone": "12"}, {"Web address", "Telephone"}),
        ({"name": "Loftet", "phone": "12"}, {"Web address", "Telephone"}),
    ],
)
def test_faults_of_different_kinds_in_a_row_are_all_named(cells, columns):
    space = SpaceFactory(slug="old", name="Loftet", town="Oslo", organisation__name="Huset AS")
    space.slug = "new"
    space.save()
    OrganisationFactory(name="Annet", organisation_number="923609016")
    assert {column for _row, column in faults(new(**cells))} == columns


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"name": "x" * 121}, "Name"),
        ({"organisation": "x" * 121}, "Organisation"),
        ({"organisation": "", "organisation_number": "1"}, "Organisation number"),
        ({"postal_code": "x", "town": "", "county": ""}, "Postal code"),
        ({"town": "x" * 81, "county": "", "latitude": "", "longitude": ""}, "Town"),
        ({"town": "Vik", "county": "", "latitude": "", "longitude": ""}, "County"),
        ({"county": "?", "latitude": "", "longitude": ""}, "County"),
        ({"longitude": "?"}, "Longitude"),
        ({"latitude": "?", "longitude": "", "precision": "exact"}, "Latitude"),
        ({"slug": "old", "name": "", "organisation": "", "town": "", "county": ""}, "Web address"),
    ],
)
def test_what_follows_from_a_fault_is_not_named_besides(cells, column):
    space = SpaceFactory(slug="old")
    space.slug = "new"
    space.save()
    assert set(faults(new(**cells))) == {(2, column)}


def test_row_with_a_fault_is_still_the_same_space_as_another():
    assert set(faults(new(phone="12"), new(email="post"))) == {(2, "Telephone"), (3, "E-mail"), (3, "")}


def test_number_that_is_wrong_makes_no_second_organisation_of_the_name():
    rows = new(organisation_number="1"), new(name="Loftet", organisation_number="974760673"), new(name="Kaia")
    assert set(faults(*rows)) == {(2, "Organisation number")}
