"""What visitors see of a space stays true on every way of writing."""

import pytest

from members.models import Organisation
from spaces.models import Space
from tests.factories import OrganisationFactory, SpaceFactory

pytestmark = pytest.mark.django_db

# What it is shown as, of each organisation's status and space's status, where it is not hidden.
SHOWN = {
    ("member", "open"): "member",
    ("member", "coming"): "coming",
    ("prospect", "open"): "coming",
    ("prospect", "coming"): "coming",
}


def organisation(status):
    return OrganisationFactory(status=status, left_on="2024-01-31" if status == "former" else None)


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("status", Space.Status)
@pytest.mark.parametrize("owner", Organisation.Status)
def test_shown_by_both_statuses(owner, status, hidden):
    space = SpaceFactory(organisation=organisation(owner), status=status, hidden=hidden)
    expected = "" if hidden else SHOWN.get((owner, status), "")
    assert Space.objects.get().shown == expected
    assert (space in Space.objects.members(), space in Space.objects.on_the_way()) == (
        expected == "member",
        expected == "coming",
    )


def hide_by_save(space):
    space.hidden = True
    space.save()


def hide_by_save_of_one_field(space):
    space.hidden = True
    space.save(update_fields=["hidden"])


def hide_by_update(space):
    Space.objects.update(hidden=True)


def hide_by_bulk_update(space):
    space.hidden = True
    Space.objects.bulk_update([space], ["hidden"])


def hide_by_verb(space):
    Space.objects.hide(by=None)


def move_to_one_that_left(space):
    space.organisation = organisation("former")
    space.save()


def leave_by_save(space):
    space.organisation.status, space.organisation.left_on = "former", "2024-01-31"
    space.organisation.save()


def leave_by_update(space):
    Organisation.objects.update(status="former", left_on="2024-01-31")


def leave_by_verb(space):
    Organisation.objects.end_membership(by=None)


def leave_by_bulk_update(space):
    space.organisation.status, space.organisation.left_on = "former", "2024-01-31"
    Organisation.objects.bulk_update([space.organisation], ["status", "left_on"])


WAYS = [hide_by_save, hide_by_save_of_one_field, hide_by_update, hide_by_bulk_update, hide_by_verb]
WAYS += [move_to_one_that_left, leave_by_save, leave_by_update, leave_by_verb, leave_by_bulk_update]


@pytest.mark.parametrize("vanish", WAYS)
def test_shown_follows_every_way_of_writing(vanish):
    vanish(SpaceFactory())
    assert not Space.objects.public().exists()


def test_space_is_found_by_its_organisations_name_of_today():
    space = SpaceFactory(organisation__name="Før", name="Huset")
    space.organisation.name = "Blåfjell"
    space.organisation.save()
    assert list(Space.objects.search("blafjell")) == [space]
    assert not Space.objects.search("før").exists()
