"""Every step of a join request, from every state."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from post_office.models import Email

from members.joining.models import Event, JoinRequest, RequestedSpace, TooLate
from members.models import Organisation
from tests.factories import CoordinatorFactory, JoinRequestFactory

pytestmark = pytest.mark.django_db

State = JoinRequest.State
NEW = {"name": "Kaia"}
SPACE = {"name": "Loftet", "town": "Oslo"}
ALL_THREE = dict.fromkeys(JoinRequest.CRITERIA, True)
UNDECIDED = [State.RECEIVED, State.IN_REVIEW, State.WAITING]

# Each verb, the states from which it may go, where it leads (None: nowhere else), and what it is told as.
VERBS = {
    "confirm": (lambda request, by: request.confirm(), [State.UNCONFIRMED], State.RECEIVED, "confirmed"),
    "start_review": (lambda request, by: request.start_review(by=by), [State.RECEIVED], State.IN_REVIEW, "taken"),
    "assess": (lambda request, by: request.assess(by=by, note="Fint", **ALL_THREE), UNDECIDED, None, "noted"),
    "ask": (lambda request, by: request.ask("Hvem?", by=by), [State.RECEIVED, State.IN_REVIEW], State.WAITING, "asked"),
    "answer": (lambda request, by: request.answer("Vi."), [State.WAITING], State.IN_REVIEW, "answered"),
    "correct": (lambda request, by: request.correct(NEW, [SPACE]), UNDECIDED, None, "corrected"),
    "approve": (lambda request, by: request.approve(by=by), UNDECIDED, State.APPROVED, "approved"),
    "decline": (lambda request, by: request.decline("Nei", by=by), UNDECIDED, State.DECLINED, "declined"),
    "withdraw": (lambda request, by: request.withdraw(), [State.UNCONFIRMED, *UNDECIDED], State.WITHDRAWN, "withdrawn"),
}
BY_COORDINATOR = {"start_review", "assess", "ask", "approve", "decline"}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("verb", VERBS)
def test_verb_from_each_state(coordinator, verb, state):
    act, sources, target, told = VERBS[verb]
    request = JoinRequestFactory(state=state, meets_all=True)
    if state in sources:
        act(request, coordinator)
        event = request.events.get()
        assert request.state == target or (target is None and request.state == state)
        assert (event.kind, event.by) == (told, coordinator if verb in BY_COORDINATOR else None)
    else:
        with pytest.raises(TooLate) as late:
            act(request, coordinator)
        assert late.value.join_request.state == state
        assert not Event.objects.exists()
        assert not Email.objects.exists()
        assert not RequestedSpace.objects.exists()
    assert JoinRequest.objects.get().state == request.state


@pytest.mark.parametrize("state", State)
def test_erase_from_each_state(state):
    request = JoinRequestFactory(state=state)
    if request.waits_for == "coordinators":
        with pytest.raises(TooLate):
            request.erase()
        assert JoinRequest.objects.exists()
    else:
        request.erase()
        request.erase()  # as a second click does
        assert not JoinRequest.objects.exists()


def test_erase_believes_the_row_and_not_what_was_read_before():
    read_before = JoinRequestFactory()
    JoinRequest.objects.get().confirm()
    with pytest.raises(TooLate):
        read_before.erase()
    assert JoinRequest.objects.exists()


def test_erase_takes_its_events_spaces_and_mails_and_no_others(coordinator):
    request, other = JoinRequestFactory(), JoinRequestFactory()
    for each in (request, other):
        each.spaces.create(**SPACE)
        each.confirm()
        each.decline("Nei", by=coordinator)
    kept = [set(rows.values_list("pk", flat=True)) for rows in (other.events, other.spaces, other.mails)]
    request.erase()
    assert [set(model.objects.values_list("pk", flat=True)) for model in (Event, RequestedSpace, Email)] == kept


@pytest.mark.parametrize("verb", ["start_review", "ask", "decline", "approve"])
def test_verb_of_a_coordinator_names_the_reviewer(coordinator, verb):
    request = JoinRequestFactory(state=State.RECEIVED, reviewer=CoordinatorFactory(), meets_all=True)
    VERBS[verb][0](request, coordinator)
    assert JoinRequest.objects.get().reviewer == coordinator


def test_answer_goes_back_to_who_asked(coordinator):
    request = JoinRequestFactory(state=State.RECEIVED)
    request.ask("Hvem?", by=coordinator)
    request.answer("Vi.")
    assert (request.reviewer, request.waits_for) == (coordinator, "coordinators")


def test_step_starts_a_new_wait():
    request = JoinRequestFactory(waits_since=timezone.now() - timedelta(days=6), overdue_notified=True)
    request.confirm()
    assert timezone.now() - request.waits_since < timedelta(minutes=1)
    assert not request.overdue_notified


def test_correct_replaces_what_was_sent_and_starts_no_new_wait():
    waits_since = timezone.now() - timedelta(days=3)
    request = JoinRequestFactory(state=State.WAITING, waits_since=waits_since)
    request.spaces.create(name="Kjelleren", town="Bergen")
    request.correct({"name": "Kaia", "message": "Hei"}, [SPACE, SPACE | {"name": "Kaia"}])
    assert (request.name, request.message, request.waits_since) == ("Kaia", "Hei", waits_since)
    assert [str(space) for space in request.spaces.all()] == ["Loftet, Oslo", "Kaia, Oslo"]


def test_assess_ticks_and_unticks(coordinator):
    request = JoinRequestFactory(state=State.IN_REVIEW)
    request.assess(by=coordinator, **ALL_THREE)
    assert request.meets_all
    request.assess(by=coordinator, **ALL_THREE | {"has_community": False})
    assert [request.has_place, request.has_community, request.has_facilitation] == [True, False, True]
    assert not request.meets_all
    assert [event.kind for event in request.events.all()] == ["assessed"] * 2


def test_note_is_for_coordinators_alone_and_untick_nothing(coordinator):
    request = JoinRequestFactory(state=State.DECLINED, meets_all=True)
    request.assess(by=coordinator, note="Ring dem")
    assert request.meets_all
    assert (request.events.get().text, request.visible_events) == ("Ring dem", [])
    assert not Email.objects.exists()


def test_question_is_the_last_one(coordinator):
    request = JoinRequestFactory(state=State.RECEIVED)
    assert request.question == ""
    for text in ("Hvem?", "Hvor?"):
        request = JoinRequest.objects.get()
        request.ask(text, by=coordinator)
        request.answer("Vi.")
    assert JoinRequest.objects.get().question == "Hvor?"


@pytest.mark.parametrize(
    ("states", "whose"),
    [
        ([State.RECEIVED, State.IN_REVIEW], "coordinators"),
        ([State.UNCONFIRMED, State.WAITING], "applicant"),
        ([State.APPROVED, State.DECLINED, State.WITHDRAWN], ""),
    ],
)
def test_waits_for(states, whose):
    assert {JoinRequest(state=state).waits_for for state in states} == {whose}


def test_reviewer_is_never_named_by_the_user_name(coordinator):
    request = JoinRequestFactory(reviewer=coordinator)
    assert request.reviewer_name == ""
    coordinator.first_name, coordinator.last_name = "Ola", "Nordmann"
    assert request.reviewer_name == "Ola Nordmann"


def test_step_is_undone_with_the_callers_transaction(coordinator):
    request = JoinRequestFactory(state=State.RECEIVED, meets_all=True)
    with transaction.atomic():
        request.approve(by=coordinator)
        assert Email.objects.exists()
        transaction.set_rollback(True)
    assert JoinRequest.objects.get().state == State.RECEIVED
    assert not any(model.objects.exists() for model in (Event, Email, Organisation))


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"state": "lost"}, "join_request_state_known"),
        ({"state": "received", "confirm_nonce": "x"}, "join_request_confirmed_once"),
        ({"state": "approved", "has_place": False}, "join_request_approved_if_all_three"),
        ({"state": "approved", "has_community": False}, "join_request_approved_if_all_three"),
        ({"state": "approved", "has_facilitation": False}, "join_request_approved_if_all_three"),
    ],
)
def test_constraint_refuses(fields, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        JoinRequestFactory(**fields, submission=uuid4())


def test_constraint_refuses_a_pin_outside_norway_or_half_of_one():
    request = JoinRequestFactory()
    request.spaces.create(**SPACE, latitude=60.39, longitude=5.32)
    for latitude, longitude in [(5.32, 60.39), (60.39, None), (None, 5.32)]:
        with pytest.raises(IntegrityError, match="requested_space_in_norway"), transaction.atomic():
            request.spaces.create(**SPACE, latitude=latitude, longitude=longitude)


def test_link_to_one_address_confirms_no_other():
    request = JoinRequestFactory()
    read_before = JoinRequest.objects.with_token(JoinRequest.Purpose.CONFIRM, request.confirm_token)
    request.change_email("other@example.org")
    with pytest.raises(TooLate):
        read_before.confirm()
    assert JoinRequest.objects.get().state == State.UNCONFIRMED
