import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import ProtectedError

from spaces.models import Space
from tests.factories import OrganisationFactory, SpaceFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"latitude": 0, "longitude": 0}, "space_in_norway"),
        ({"latitude": 10.7, "longitude": 59.9}, "space_in_norway"),
        ({"latitude": 56.9}, "space_in_norway"),
        ({"longitude": 35.1}, "space_in_norway"),
        ({"status": "draft"}, "space_status_known"),
        ({"precision": "guess"}, "space_precision_known"),
        ({"county": "01"}, "space_county_known"),
    ],
)
def test_constraint_refuses(fields, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        SpaceFactory(**fields)


def test_constraint_accepts_the_corners_of_norway():
    for latitude, longitude in ((57.98, 7.05), (71.17, 25.78), (78.22, 15.65), (70.92, -8.72), (70.37, 31.1)):
        SpaceFactory(latitude=latitude, longitude=longitude)


def test_postal_code_refused():
    organisation = OrganisationFactory()
    for code in ("12", "12345", "abcd", "12 4", "١٢٣٤x"):
        with pytest.raises(ValidationError) as refused:
            SpaceFactory.build(postal_code=code, organisation=organisation).full_clean()
        assert set(refused.value.message_dict) == {"postal_code"}, code


def test_deleting_an_organisation_with_spaces_is_refused():
    with pytest.raises(ProtectedError):
        SpaceFactory().organisation.delete()
    assert Space.objects.exists()


@pytest.mark.parametrize(("name", "title"), [("Coworx", "Coworx, Oslo"), ("Oslo hus", "Oslo hus")])
def test_title_names_the_town_once(name, title):
    assert SpaceFactory.build(name=name).title == title


def test_contact_is_its_own_or_its_organisations():
    space = SpaceFactory.build(organisation__email="org@example.org")
    assert space.contact.email == "org@example.org"
    space.email = "space@example.org"
    assert space.contact.email == "space@example.org"
