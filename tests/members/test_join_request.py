from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core import signing
from django.db import IntegrityError
from django.utils import timezone

from members.models import JoinRequest, Organisation, TooLate
from spaces.models import Space
from spaces.querysets import UnknownPlace
from tests.factories import CoordinatorFactory, JoinRequestFactory, OrganisationFactory, SpaceFactory

pytestmark = pytest.mark.django_db

State, Purpose = JoinRequest.State, JoinRequest.Purpose

# Each verb, the states from which it may go, and where it leads.
VERBS = {
    "confirm": (lambda request, by: request.confirm(), [State.UNCONFIRMED], State.RECEIVED),
    "take": (lambda request, by: request.take(by=by), [State.RECEIVED], State.IN_REVIEW),
    "ask": (lambda request, by: request.ask("Hvem?", by=by), [State.RECEIVED, State.IN_REVIEW], State.WAITING),
    "answer": (lambda request, by: request.answer("Vi."), [State.WAITING], State.IN_REVIEW),
    "approve": (lambda request, by: request.approve(by=by), JoinRequest.UNDECIDED, State.APPROVED),
    "decline": (lambda request, by: request.decline("Nei", by=by), JoinRequest.UNDECIDED, State.DECLINED),
    "withdraw": (
        lambda request, by: request.withdraw(),
        [State.UNCONFIRMED, *JoinRequest.UNDECIDED],
        State.WITHDRAWN,
    ),
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("verb", VERBS)
def test_verb_from_each_state(coordinator, verb, state):
    act, sources, target = VERBS[verb]
    request = JoinRequestFactory(state=state)
    if state in sources:
        act(request, coordinator)
        assert request.state == target
        assert request.events.get().what
    else:
        with pytest.raises(TooLate) as late:
            act(request, coordinator)
        assert late.value.join_request.state == state
        assert not request.events.exists()
    assert JoinRequest.objects.get().state == request.state


def test_second_coordinator_is_told_who_was_first(coordinator):
    first, second = JoinRequestFactory(state=State.RECEIVED), JoinRequest.objects.get()
    first.approve(by=coordinator)
    with pytest.raises(TooLate) as late:
        second.decline("Nei", by=CoordinatorFactory())
    assert late.value.join_request.reviewer == coordinator
    assert Organisation.objects.count() == 1


def test_approve_makes_the_member_and_its_spaces(coordinator):
    request = JoinRequestFactory(
        state=State.IN_REVIEW, name="Ærlig hus", organisation_number="923609016", website="https://example.org"
    )
    request.spaces.create(name="Loftet", town="Oslo", address="Gata 1", postal_code="0150")
    request.spaces.create(name="Kaia", town="Bergen", latitude=60.39, longitude=5.32, is_open=False)
    organisation = request.approve(by=coordinator)
    assert (organisation.status, organisation.slug) == ("member", "aerlig-hus")
    assert (organisation.organisation_number, organisation.website) == ("923609016", "https://example.org")
    assert organisation.member_since == timezone.localdate()
    loft, quay = organisation.spaces.order_by("name").reverse()
    assert (loft.status, loft.precision, loft.address, loft.get_county_display()) == ("open", "town", "Gata 1", "Oslo")
    assert (quay.status, quay.precision, quay.latitude) == ("coming", "exact", 60.39)
    assert loft in Space.objects.members()
    assert quay in Space.objects.on_the_way()
    assert request.member == organisation
    assert {record.history_user for record in [*organisation.history.all(), *loft.history.all()]} == {coordinator}


def test_approve_extends_a_member(coordinator):
    member = OrganisationFactory(name="Coworx", website="https://example.org")
    request = JoinRequestFactory(state=State.RECEIVED, member=member, website="https://example.com")
    request.spaces.create(name="Coworx", town="Mandal", postal_code="4514")
    assert request.approve(by=coordinator) == member
    member.refresh_from_db()
    assert (member.website, member.spaces.get().town) == ("https://example.org", "Mandal")


def test_approve_brings_a_space_that_was_on_the_way_up_to_date(coordinator):
    prospect = OrganisationFactory(prospect=True, name="Flow")
    space = SpaceFactory(organisation=prospect, name="Flow", town="Tromsø", county="55", coming=True)
    request = JoinRequestFactory(state=State.RECEIVED, name="Flow")
    request.spaces.create(name="flow", town="Tromso", address="Gata 2", latitude=69.65, longitude=18.95)
    request.approve(by=coordinator, organisation=prospect)
    space.refresh_from_db()
    assert (space.status, space.address, space.precision) == ("open", "Gata 2", "exact")
    assert prospect.spaces.count() == 1
    assert Organisation.objects.members().get() == prospect


def test_approve_of_an_unknown_place_does_nothing(coordinator):
    request = JoinRequestFactory(state=State.RECEIVED)
    request.spaces.create(name="Loftet", town="Atlantis")
    with pytest.raises(UnknownPlace):
        request.approve(by=coordinator)
    assert JoinRequest.objects.get().state == State.RECEIVED
    assert not Organisation.objects.exists()


def test_submission_is_one_request():
    first = JoinRequestFactory()
    with pytest.raises(IntegrityError):
        JoinRequestFactory(submission=first.submission)


def test_token_finds_its_request_and_no_other():
    request, other = JoinRequestFactory(), JoinRequestFactory()
    for purpose in Purpose:
        assert JoinRequest.objects.with_token(purpose, request.token(purpose)) == request
        assert JoinRequest.objects.with_token(purpose, other.token(purpose)) == other


@pytest.mark.parametrize("purpose", Purpose)
def test_token_that_is_not_right_is_refused(purpose):
    request = JoinRequestFactory()
    token = request.token(purpose)
    other_purpose = next(other for other in Purpose if other != purpose)
    wrong = ["", "x", token[:-1], token + "x", token.upper(), request.token(other_purpose)]
    wrong += [signing.dumps([request.pk, "guessed"], salt=purpose.value), signing.dumps("odd", salt=purpose.value)]
    for value in wrong:
        assert JoinRequest.objects.with_token(purpose, value) is None


def test_confirmation_token_is_used_once():
    request = JoinRequestFactory()
    token = request.token(Purpose.CONFIRM)
    request.confirm()
    assert JoinRequest.objects.with_token(Purpose.CONFIRM, token) is None
    assert JoinRequest.objects.with_token(Purpose.CONFIRM, request.token(Purpose.CONFIRM)) is None
    assert JoinRequest.objects.with_token(Purpose.PAGE, request.token(Purpose.PAGE)) == request


def test_confirmation_token_expires():
    request = JoinRequestFactory()
    token = request.token(Purpose.CONFIRM)
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1), tick=False):
        assert JoinRequest.objects.with_token(Purpose.CONFIRM, token) is None


def test_waiting_lists_are_oldest_first():
    now = timezone.now()
    new = JoinRequestFactory(state=State.RECEIVED, waits_since=now)
    old = JoinRequestFactory(state=State.IN_REVIEW, waits_since=now - timedelta(days=3))
    asked = JoinRequestFactory(state=State.WAITING)
    JoinRequestFactory(state=State.APPROVED)
    JoinRequestFactory(state=State.UNCONFIRMED)
    assert list(JoinRequest.objects.for_coordinators()) == [old, new]
    assert list(JoinRequest.objects.for_applicants()) == [asked]


@pytest.mark.parametrize(
    ("state", "days", "expired"),
    [
        (State.UNCONFIRMED, 6, False),
        (State.UNCONFIRMED, 7, True),
        (State.RECEIVED, 400, False),
        (State.DECLINED, 179, False),
        (State.DECLINED, 180, True),
        (State.WITHDRAWN, 180, True),
        (State.APPROVED, 400, False),
    ],
)
def test_expired(state, days, expired):
    JoinRequestFactory(state=state, waits_since=timezone.now() - timedelta(days=days))
    assert JoinRequest.objects.expired().exists() == expired


def test_to_remind_is_asked_once():
    waited = timezone.now() - timedelta(days=3)
    request = JoinRequestFactory(waits_since=waited)
    JoinRequestFactory(waits_since=waited, reminded=True)
    JoinRequestFactory()
    assert list(JoinRequest.objects.to_remind()) == [request]


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"state": "lost"}, "join_request_state_known"),
        ({"state": "received", "confirm_nonce": "x"}, "join_request_confirmed_once"),
    ],
)
def test_constraint_refuses(fields, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        JoinRequestFactory(**fields, submission=uuid4())
