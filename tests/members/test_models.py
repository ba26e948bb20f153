from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone, translation

from members.models import Organisation
from tests.factories import OrganisationFactory, SpaceFactory

pytestmark = pytest.mark.django_db

VALID_NUMBER = "923609016"


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"status": "member", "left_on": date(2024, 1, 1)}, "organisation_left_on_if_former"),
        ({"status": "former", "left_on": None}, "organisation_left_on_if_former"),
        ({"status": "prospect", "member_since": date(2024, 1, 1)}, "organisation_prospect_not_member_since"),
        (
            {"status": "former", "member_since": date(2024, 2, 1), "left_on": date(2024, 1, 1)},
            "organisation_joined_before_left",
        ),
        ({"status": "friend"}, "organisation_status_known"),
    ],
)
def test_constraint_refuses(fields, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        OrganisationFactory(**fields)


def test_constraint_organisation_number_is_unique():
    OrganisationFactory(organisation_number=VALID_NUMBER)
    with pytest.raises(IntegrityError):
        OrganisationFactory(organisation_number=VALID_NUMBER)


def test_constraint_several_may_lack_a_number():
    OrganisationFactory.create_batch(2, organisation_number="")


def test_constraints_speak_norwegian():
    organisation = OrganisationFactory.build(status="former")
    with translation.override("nb"), pytest.raises(ValidationError) as refused:
        organisation.full_clean()
    assert "tidligere medlem" in str(refused.value)


@pytest.mark.parametrize("number", ["923609017", "123456785", "92360901", "9236o9016", "923 609 016"])
def test_organisation_number_refused(number):
    with pytest.raises(ValidationError) as refused:
        OrganisationFactory.build(organisation_number=number).full_clean()
    assert set(refused.value.message_dict) == {"organisation_number"}


def test_organisation_number_accepted():
    OrganisationFactory.build(organisation_number=VALID_NUMBER).full_clean()


@pytest.mark.parametrize("website", ["javascript:alert(1)", "ftp://example.org", "data:text/html,x", "https://"])
def test_website_refused(website):
    with pytest.raises(ValidationError) as refused:
        OrganisationFactory.build(website=website).full_clean()
    assert set(refused.value.message_dict) == {"website"}


def public():
    return list(Organisation.objects.public())


def test_public_shows_members_even_without_a_space():
    member = OrganisationFactory()
    assert public() == [member]


def test_public_hides_former_members():
    SpaceFactory(organisation=OrganisationFactory(former=True))
    assert public() == []


def test_public_shows_prospects_by_their_space():
    prospect = OrganisationFactory(prospect=True)
    assert public() == []
    SpaceFactory(organisation=prospect, coming=True)
    assert public() == [prospect]


@pytest.mark.parametrize("trait", ["hidden_away", "closed"])
def test_public_hides_prospects_whose_space_is_not_shown(trait):
    SpaceFactory(organisation=OrganisationFactory(prospect=True), **{trait: True})
    assert public() == []


def test_admit_makes_members_since_today(coordinator):
    OrganisationFactory(prospect=True)
    assert Organisation.objects.all().admit(by=coordinator) == 1
    organisation = Organisation.objects.get()
    assert (organisation.status, organisation.member_since) == ("member", timezone.localdate())
    assert organisation.history.first().history_user == coordinator


def test_admit_leaves_members_as_they_are(coordinator):
    OrganisationFactory(member_since=date(2018, 5, 1))
    assert Organisation.objects.all().admit(by=coordinator) == 0
    assert Organisation.objects.get().member_since == date(2018, 5, 1)


def test_end_membership_dates_it(coordinator):
    OrganisationFactory(member_since=date(2018, 5, 1))
    assert Organisation.objects.all().end_membership(by=coordinator) == 1
    organisation = Organisation.objects.get()
    assert (organisation.status, organisation.left_on) == ("former", timezone.localdate())


def test_description_falls_back_to_the_other_language():
    organisation = OrganisationFactory.build(description_nb="Hei")
    with translation.override("en"):
        assert organisation.description == ("Hei", "nb")
    organisation.description_en = "Hi"
    with translation.override("en"):
        assert organisation.description == ("Hi", "en")


def test_admit_takes_a_former_member_back(coordinator):
    OrganisationFactory(former=True)
    assert Organisation.objects.all().admit(by=coordinator) == 1
    assert Organisation.objects.members().get().left_on is None


def test_end_membership_is_for_members(coordinator):
    OrganisationFactory(prospect=True)
    assert Organisation.objects.all().end_membership(by=coordinator) == 0


def test_public_looks_once_for_those_on_the_way_and_not_for_each_organisation():
    assert "CORRELATED" not in Organisation.objects.public().explain()
