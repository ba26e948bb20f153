"""What approval may do to a space that the organisation has already."""

import re

import pytest

from spaces.models import Space
from spaces.proposals import StaleChanges
from tests.factories import OrganisationFactory, SpaceFactory

from .deciding import State, received, text, url

pytestmark = pytest.mark.django_db

BEFORE = {"address": "Gamlegata 1", "precision": "exact", "latitude": 59.95, "longitude": 10.75, "hidden": True}
BEFORE |= {"status": "coming", "postal_code": "0150"}
FIELDS = ["name", "address", "postal_code", "status", "hidden", "latitude", "longitude", "precision"]


@pytest.fixture
def known(db):
    return SpaceFactory(name="Loftet", town="Oslo", organisation__name="Loftet", **BEFORE)


@pytest.fixture
def request_of_member(known):
    request = received(member=known.organisation)
    request.spaces.update(name="Loftet hus", address="Nygata 9", postal_code="0151", latitude=60.6, longitude=10.75)
    return request


def page_of(client, request):
    return client.get(url(request, "approve")).context["form"]


def as_shown(form):
    return {"shown": form.shown, "whose": form["whose"].value()}


def key_of(form, label):
    [key] = [key for key, choice in form.fields["changes"].choices if f" – {label}:" in choice]
    return key


def values_of(space):
    return {field: getattr(Space.objects.get(pk=space.pk), field) for field in FIELDS}


def test_nothing_of_a_space_that_is_here_changes_unless_it_is_ticked(
    coordinator_client, decide, known, request_of_member
):
    page = text(coordinator_client.get(url(request_of_member, "approve")))
    for change in (
        "Loftet, Oslo – Name: Loftet → Loftet hus",
        "Loftet, Oslo – Street address: Gamlegata 1, 0150 Oslo → Nygata 9, 0151 Oslo",
        "Loftet, Oslo – Status: joining soon → open",
        "Loftet, Oslo – Hidden: hidden → shown on the site",
        "Loftet, Oslo – Pin position: 59.95000, 10.75000 (exact) → 60.60000, 10.75000 (exact), 72 km away",
    ):
        assert change in page
    before, form = values_of(known), page_of(coordinator_client, request_of_member)
    assert not form["changes"].value()
    response = decide(request_of_member, "approve", **as_shown(form))
    assert request_of_member.state == State.APPROVED
    assert values_of(known) == before
    assert known.history.count() == 1
    assert f"<strong>{known}</strong>: hidden" in text(response)
    assert "/loft" not in request_of_member.mails.get().message
    assert Space.objects.count() == 1


def test_only_what_is_ticked_is_written(coordinator_client, decide, coordinator):
    for label, written in {
        "Name": {"name": "Loftet hus"},
        "Street address": {"address": "Nygata 9", "postal_code": "0151"},
        "Status": {"status": "open"},
        "Hidden": {"hidden": False},
        "Pin position": {"latitude": 60.6},
    }.items():
        known = SpaceFactory(name="Loftet", **BEFORE)
        request = received(member=known.organisation)
        new = {"name": "Loftet hus", "address": "Nygata 9", "postal_code": "0151", "latitude": 60.6, "longitude": 10.75}
        request.spaces.update(**new)
        before, form = values_of(known), page_of(coordinator_client, request)
        decide(request, "approve", changes=[key_of(form, label)], **as_shown(form))
        assert values_of(known) == before | written, label
        assert known.history.first().history_user == coordinator
        request.erase()
        known.delete()


def test_what_changed_since_it_was_shown_is_shown_anew_and_not_written(
    coordinator_client, decide, request_of_member, known
):
    form = page_of(coordinator_client, request_of_member)
    address, hidden = key_of(form, "Street address"), key_of(form, "Hidden")
    Space.objects.filter(pk=known.pk).update(address="Mellomgata 5")
    response = decide(request_of_member, "approve", changes=[address, hidden], **as_shown(form))
    form = response.context["form"]
    assert "have not seen" in str(form.errors["changes"])
    assert "Mellomgata 5, 0150 Oslo → Nygata 9, 0151 Oslo" in text(response)
    assert re.findall(r'name="changes" value="(\w+)"[^>]* checked', text(response)) == [hidden]
    assert (request_of_member.state, values_of(known)["hidden"]) == (State.RECEIVED, True)
    decide(request_of_member, "approve", changes=[hidden], **as_shown(form))
    assert (values_of(known)["address"], values_of(known)["hidden"]) == ("Mellomgata 5", False)


def test_changes_of_another_organisation_than_the_one_shown_are_shown_first(coordinator_client, decide, known):
    request = received()
    request.spaces.update(address="Nygata 9")
    form = page_of(coordinator_client, request)
    assert not form.fields["changes"].choices
    shown = decide(request, "approve", whose=known.organisation_id)
    assert request.state == State.RECEIVED
    form = shown.context["form"]
    decide(request, "approve", changes=[key_of(form, "Street address")], **as_shown(form))
    assert (request.state, values_of(known)["address"]) == (State.APPROVED, "Nygata 9")


def test_approve_refuses_changes_of_values_that_are_stored_no_more(
    coordinator, coordinator_client, known, request_of_member
):
    accepted = [key_of(page_of(coordinator_client, request_of_member), "Street address")]
    Space.objects.filter(pk=known.pk).update(postal_code="0152")
    request_of_member.has_place = request_of_member.has_community = request_of_member.has_facilitation = True
    request_of_member.save()
    with pytest.raises(StaleChanges):
        request_of_member.approve(by=coordinator, accepted=accepted)
    request_of_member.refresh_from_db()
    assert request_of_member.state == State.RECEIVED


def test_two_new_spaces_of_one_name_become_two(decide):
    request = received(member=OrganisationFactory(name="Loftet"))
    request.spaces.create(name="Loftet", town="Oslo", address="Nygata 9")
    decide(request, "approve", whose=request.member_id)
    assert {space.address for space in request.member.spaces.all()} == {"", "Nygata 9"}
