from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.db import IntegrityError
from django.utils import timezone

from members.joining.models import JoinRequest
from tests.factories import JoinRequestFactory, OrganisationFactory

pytestmark = pytest.mark.django_db

State, Purpose = JoinRequest.State, JoinRequest.Purpose
NOON = timezone.datetime(2026, 11, 20, 12, tzinfo=timezone.get_default_timezone())


def days_ago(days):
    return timezone.now() - timedelta(days=days)


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
    signed = [[request.pk, "guessed"], "odd", [request.pk], [request.pk, ""], 5, None]
    wrong += [signing.dumps(value, salt=purpose.value) for value in signed]
    for value in wrong:
        assert JoinRequest.objects.with_token(purpose, value) is None


def test_confirmation_token_is_used_once():
    request = JoinRequestFactory()
    token = request.token(Purpose.CONFIRM)
    request.confirm()
    assert JoinRequest.objects.with_token(Purpose.CONFIRM, token) is None
    assert JoinRequest.objects.with_token(Purpose.CONFIRM, request.token(Purpose.CONFIRM)) is None
    assert JoinRequest.objects.with_token(Purpose.PAGE, request.token(Purpose.PAGE)) == request


def test_confirmation_token_expires_and_the_page_token_does_not():
    with time_machine.travel(NOON, tick=False) as clock:
        request = JoinRequestFactory()
        confirm, page = request.confirm_token, request.page_token
        clock.shift(timedelta(days=7))
        assert JoinRequest.objects.with_token(Purpose.CONFIRM, confirm) == request
        clock.shift(timedelta(seconds=1))
        assert JoinRequest.objects.with_token(Purpose.CONFIRM, confirm) is None
        assert JoinRequest.objects.with_token(Purpose.PAGE, page) == request


def test_waiting_lists_are_oldest_first():
    new = JoinRequestFactory(state=State.RECEIVED)
    old = JoinRequestFactory(state=State.IN_REVIEW, waits_since=days_ago(3))
    asked = JoinRequestFactory(state=State.WAITING)
    sent = JoinRequestFactory(state=State.UNCONFIRMED)
    for state in (State.APPROVED, State.DECLINED, State.WITHDRAWN):
        JoinRequestFactory(state=state)
    assert list(JoinRequest.objects.for_coordinators()) == [old, new]
    assert list(JoinRequest.objects.for_applicants()) == [asked]
    assert list(JoinRequest.objects.unconfirmed()) == [sent]


@pytest.mark.parametrize(
    ("state", "days", "expired"),
    [
        (State.UNCONFIRMED, 6, False),
        (State.UNCONFIRMED, 7, True),
        (State.RECEIVED, 400, False),
        (State.IN_REVIEW, 400, False),
        (State.WAITING, 180, True),
        (State.DECLINED, 179, False),
        (State.DECLINED, 180, True),
        (State.WITHDRAWN, 179, False),
        (State.WITHDRAWN, 180, True),
    ],
)
def test_expired(state, days, expired):
    JoinRequestFactory(state=state, waits_since=days_ago(days), member=OrganisationFactory(former=True))
    assert JoinRequest.objects.expired().exists() == expired


@pytest.mark.parametrize(
    ("member", "approved", "expired"),
    [
        ({"status": "member"}, 400, False),
        ({"status": "former", "left_on": 179}, 400, False),
        ({"status": "former", "left_on": 180}, 400, True),
        ({"status": "former", "left_on": 180}, 179, False),
        (None, 179, False),
        (None, 180, True),
    ],
)
def test_expired_when_approved_is_a_matter_of_the_member(member, approved, expired):
    with time_machine.travel(NOON, tick=False):
        if member and "left_on" in member:
            member = member | {"left_on": timezone.localdate() - timedelta(days=member["left_on"])}
        organisation = member and OrganisationFactory(**member)
        JoinRequestFactory(state=State.APPROVED, member=organisation, waits_since=days_ago(approved))
        assert JoinRequest.objects.expired().exists() == expired


@pytest.mark.parametrize(
    ("fields", "days", "remind"),
    [
        ({}, 2, False),
        ({}, 3, True),
        ({"reminded": True}, 3, False),
        ({"state": State.RECEIVED}, 3, False),
        ({"state": State.WITHDRAWN}, 3, False),
    ],
)
def test_to_remind(fields, days, remind):
    JoinRequestFactory(waits_since=days_ago(days), **fields)
    assert JoinRequest.objects.to_remind().exists() == remind


@pytest.mark.parametrize(
    ("fields", "days", "overdue"),
    [
        ({"state": State.RECEIVED}, 3, False),
        ({"state": State.RECEIVED}, 4, True),
        ({"state": State.IN_REVIEW}, 4, True),
        ({"state": State.IN_REVIEW, "overdue_notified": True}, 4, False),
        ({"state": State.WAITING}, 4, False),
        ({"state": State.UNCONFIRMED}, 4, False),
        ({"state": State.DECLINED}, 4, False),
    ],
)
def test_overdue(settings, fields, days, overdue):
    settings.DAYS_TO_DECIDE = 4
    JoinRequestFactory(waits_since=days_ago(days), **fields)
    assert JoinRequest.objects.overdue().exists() == overdue
