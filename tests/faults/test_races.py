"""What happens at once, on the database itself, again and again."""

from functools import partial
from threading import Barrier

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from post_office.models import Email, Log

from mail import outbox
from members.joining import emails
from members.joining.models import Event, JoinRequest, RequestedSpace, TooLate
from members.models import NumberTaken, Organisation
from spaces.models import Space
from tests.at_once import at_once
from tests.factories import CoordinatorFactory, JoinRequestFactory, SpaceFactory

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 50
State = JoinRequest.State


def approve(request, by):
    request.approve(by=by)


def decline(request, by):
    request.decline("Nei", by=by)


def told_who_was_first(decide, request, by):
    """None for the first."""
    try:
        decide(request, by)
    except TooLate as late:
        return late.join_request.reviewer
    return None


@pytest.mark.parametrize("decisions", [(approve, approve), (approve, decline)])
def test_two_coordinators_deciding_at_once_decide_once(decisions, lost):
    coordinators = [CoordinatorFactory(), CoordinatorFactory()]
    for number in range(ROUNDS):
        key = JoinRequestFactory(state=State.RECEIVED, meets_all=True, name=f"Applicant {number}").pk
        RequestedSpace.objects.create(join_request_id=key, name="Loftet", town="Oslo", postal_code="0150")
        calls = [
            partial(told_who_was_first, decide, JoinRequest.objects.get(pk=key), by)
            for decide, by in zip(decisions, coordinators, strict=True)
        ]
        told = at_once(*calls)
        request = JoinRequest.objects.get(pk=key)
        assert sorted(told, key=bool) == [None, request.reviewer]
        assert request.state == {approve: State.APPROVED, decline: State.DECLINED}[decisions[told.index(None)]]
        assert request.events.get().kind == request.state
        assert request.mails.get().to == [request.contact_email]
        assert Organisation.objects.filter(name=request.name).count() == (request.state == State.APPROVED)
    approved = JoinRequest.objects.filter(state=State.APPROVED).count()
    assert Organisation.objects.count() == Space.objects.count() == approved
    assert Email.objects.count() == Event.objects.count() == ROUNDS
    undecided = JoinRequest.objects.exclude(state__in=[State.APPROVED, State.DECLINED])
    lost(f"Two decisions at once, {ROUNDS} times", undecided.values_list("name", flat=True))


def test_two_requests_of_one_number_approved_at_once_make_one_organisation(coordinator):
    for number in range(10):
        Organisation.objects.all().delete()
        requests = [
            JoinRequestFactory(state=State.RECEIVED, meets_all=True, name=name, organisation_number="923609016")
            for name in (f"First {number}", f"Second {number}")
        ]

        def approved(request):
            try:
                request.approve(by=coordinator)
            except NumberTaken as taken:
                return taken.organisation
            return None

        told = at_once(*(partial(approved, request) for request in requests))
        assert sorted(told, key=bool) == [None, Organisation.objects.get()]


class Meeting(BaseEmailBackend):
    """Refuses a mail at the moment when somebody else is at the same point."""

    point = None

    def send_messages(self, messages):
        self.point.wait()
        raise ConnectionRefusedError


def test_mail_that_fails_while_its_request_is_erased_stops_neither(settings, monkeypatch):
    settings.POST_OFFICE = settings.POST_OFFICE | {"BACKENDS": {"default": f"{__name__}.Meeting"}}
    for _ in range(ROUNDS):
        request = JoinRequestFactory()
        emails.confirm_address(request)
        monkeypatch.setattr(Meeting, "point", Barrier(2, timeout=60))

        def erase(request=request):
            Meeting.point.wait()
            request.erase()

        at_once(lambda: outbox.deliver(outbox.claim()), erase)
        assert not any(model.objects.exists() for model in (JoinRequest, Email, Log))


def leave(key):
    Organisation.objects.filter(pk=key).update(status="former", left_on="2024-01-31")


def open_anew(key):
    SpaceFactory(organisation=Organisation.objects.get(pk=key))


def move_in(key):
    Space.objects.filter(organisation=key).exclude(status="open").update(status="open")


def touch(key):
    Space.objects.filter(organisation=key).first().save()


@pytest.mark.parametrize("write", [open_anew, move_in, touch])
def test_space_written_while_its_organisation_leaves_is_not_shown(write):
    for _ in range(ROUNDS):
        key = SpaceFactory(coming=True).organisation_id
        at_once(partial(leave, key), partial(write, key))
        assert not Space.objects.public().filter(organisation=key).exists()
