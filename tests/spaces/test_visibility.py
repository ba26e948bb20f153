"""What the public sees a space as is stored with it, and follows every way of writing."""

import pytest

from core.models import ContentVersion
from members.models import Organisation
from spaces.models import Space
from tests.factories import AmenityFactory, OrganisationFactory, SpaceFactory

pytestmark = pytest.mark.django_db


def save(row, **values):
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


def save_these_fields(row, **values):
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))


def update(row, **values):
    type(row).objects.filter(pk=row.pk).update(**values)


def bulk_update(row, **values):
    for name, value in values.items():
        setattr(row, name, value)
    type(row).objects.bulk_update([row], list(values))


WAYS = pytest.mark.parametrize("write", [save, save_these_fields, update, bulk_update])


def seen():
    return [verb for verb in ("members", "upcoming") if getattr(Space.objects, verb)().exists()]


@WAYS
def test_visibility_follows_its_organisation(write):
    organisation = SpaceFactory().organisation
    write(organisation, status="former", left_on="2024-01-31")
    assert seen() == []
    write(organisation, status="prospect", left_on=None)
    assert seen() == ["upcoming"]
    write(organisation, status="member")
    assert seen() == ["members"]


@WAYS
def test_visibility_follows_the_space(write):
    space = SpaceFactory()
    write(space, hidden=True)
    assert seen() == []
    write(space, hidden=False, status="coming")
    assert seen() == ["upcoming"]
    write(space, status="closed")
    assert seen() == []


@WAYS
def test_visibility_follows_to_another_organisation(write):
    space = SpaceFactory()
    write(space, organisation=OrganisationFactory(prospect=True))
    assert seen() == ["upcoming"]


def test_visibility_follows_what_a_coordinator_does(coordinator):
    space = SpaceFactory()
    Organisation.objects.end_membership(by=coordinator)
    assert seen() == []
    Organisation.objects.admit(by=coordinator)
    Space.objects.hide(by=coordinator)
    assert seen() == []
    Space.objects.show(by=coordinator)
    assert list(Space.objects.members()) == [space]


def test_visibility_is_known_of_many_made_at_once():
    former = OrganisationFactory(former=True)
    Space.objects.bulk_create([SpaceFactory.build(organisation=former), SpaceFactory.build(organisation=former)])
    assert seen() == []
    Space.objects.bulk_create([SpaceFactory.build(organisation=OrganisationFactory())])
    assert seen() == ["members"]


def test_visibility_believes_the_database_not_what_was_read_before():
    space = SpaceFactory()
    Organisation.objects.update(status="former", left_on="2024-01-31")
    assert space.organisation.is_member, "as it was read"
    space.save()
    assert seen() == []


@WAYS
def test_search_follows_a_renamed_organisation(write):
    space = SpaceFactory(organisation__name="Tårnet")
    write(space.organisation, name="Brygga")
    assert list(Space.objects.search("brygga")) == [space]
    assert not Space.objects.search("tarnet").exists()


def test_organisations_without_change_cost_their_spaces_nothing(django_assert_num_queries):
    organisation = SpaceFactory().organisation
    with django_assert_num_queries(2):  # the other notes that something changed
        Organisation.objects.filter(pk=organisation.pk).update(description_nb="Nytt")


def test_edit_in_the_admin_is_one_version_and_one_more_for_its_amenities(send):
    space, amenity = SpaceFactory(), AmenityFactory()
    values = {"slug": space.slug, "description_nb": "Nytt", "hidden": "on", "status": "coming"}
    for changes, versions in ((values, 1), (values | {"name": "Nytt", "amenities": [amenity.pk]}, 2)):
        before = ContentVersion.objects.count()
        assert send(space, **changes).faults == {}
        assert ContentVersion.objects.count() - before == versions
    assert list(space.amenities.all()) == [amenity]


@WAYS
def test_organisations_edit_is_one_version_whatever_becomes_of_its_spaces(write):
    organisation = SpaceFactory.create_batch(2, organisation=OrganisationFactory())[0].organisation
    before = ContentVersion.objects.count()
    write(organisation, name="Nytt", status="former", left_on="2024-01-31")
    assert ContentVersion.objects.count() - before == 1
    assert seen() == []
    assert Space.objects.search("nytt").count() == 2


def test_space_knows_what_it_is_seen_as_once_it_is_saved():
    space = SpaceFactory()
    assert space.is_member
    Organisation.objects.update(status="former", left_on="2024-01-31")
    save_these_fields(space, hidden=True)
    save_these_fields(space, hidden=False)
    assert not space.is_public
