"""Whoever sends very many forms closes the form to nobody else."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from post_office.models import Email

from mail import outbox
from members.joining.models import JoinRequest
from tests.factories import CoordinatorFactory
from tests.mail.test_emails import body

from .form import do_more, send, visitor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

HOUR = timedelta(hours=1)


def to_applicants():
    return Email.objects.filter(to__contains="applicant").order_by("pk")


def test_first_mails_above_two_hundred_an_hour_wait_and_no_form_is_refused():
    CoordinatorFactory(email="berit@example.org")
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        send(visitor("198.51.100.1"), contact_email="applicant-0@example.org")
        do_more("requests", 198)
        pages = []
        for number in range(1, 5):
            clock.shift(timedelta(minutes=1))
            client = visitor(f"203.0.113.{number}")
            pages.append(client.get(send(client, contact_email=f"applicant-{number}@example.org")["Location"]))
        assert JoinRequest.objects.count() == 5
        due = [email.scheduled_time for email in to_applicants()]
        assert due == [None, None, now + HOUR, now + HOUR, now + HOUR]
        text = "du trenger ikke sende den på nytt"
        assert [text in page.content.decode() for page in pages] == [False, True, True, True]
        notices = Email.objects.filter(to="berit@example.org")
        assert len(notices) == 1, "told once"
        assert "http://127.0.0.1:8000/admin/members/joinrequest/?waits=unconfirmed" in body(notices[0]).split()
        assert [bool(outbox.claim()) for _ in range(4)] == [True] * 3 + [False], "two first mails, and the notice"
        clock.shift(HOUR)
        assert outbox.claim()


@pytest.mark.parametrize(
    ("kind", "limit", "network", "outside"),
    [
        ("request-1", 60, ["192.0.2.1", "192.0.2.77"], "192.0.3.1"),
        ("request-2", 120, ["192.0.2.1", "192.0.77.1"], "192.1.2.1"),
        ("request-1", 60, ["2001:db8:1:1::1", "2001:db8:1:2::1"], "2001:db8:2::1"),
        ("request-2", 120, ["2001:db8:1::1", "2001:db8:2::1"], "2001:db9::1"),
    ],
)
def test_wider_networks_are_limited_and_somebody_is_told(kind, limit, network, outside):
    CoordinatorFactory(email="berit@example.org")
    assert send(visitor(network[0]), contact_email="applicant-0@example.org").status_code == 302
    do_more(kind, limit - 1)
    for number in range(2):
        refused = send(visitor(network[1]), contact_email="applicant-1@example.org", message=f"Behold dette {number}")
        assert f"Behold dette {number}" in refused.content.decode()
    assert Email.objects.filter(to="berit@example.org").count() == 1
    assert send(visitor(outside), contact_email="applicant-2@example.org").status_code == 302
    assert JoinRequest.objects.count() == 2


def test_client_that_is_refused_spends_nothing_of_its_neighbours():
    assert send(visitor("192.0.2.1"), contact_email="applicant-0@example.org").status_code == 302
    do_more("request", 19)
    do_more("request-1", 58)
    for _ in range(2):
        send(visitor("192.0.2.1"), contact_email="applicant-1@example.org")
    assert send(visitor("192.0.2.2"), contact_email="applicant-2@example.org").status_code == 302


def test_first_mail_goes_whatever_strangers_did_with_the_mailbox():
    address = {"contact_email": "applicant@example.org"}
    for _ in range(4):  # the fourth is refused
        send(visitor("192.0.2.1"), **address)
        visitor("192.0.2.1").post("/bli-med/lenke/", {"email": "applicant@example.org"})
    assert send(visitor("198.51.100.1"), **address).status_code == 302
    assert to_applicants().last().scheduled_time is None
    assert to_applicants().count() == 7


def test_mailbox_gets_ten_first_mails_a_day_from_all_networks_and_more_wait():
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        for number in range(11):
            assert send(visitor(f"192.{number}.2.1"), contact_email="applicant@example.org").status_code == 302
        assert [email.scheduled_time for email in to_applicants()] == [None] * 10 + [now + timedelta(days=1)]
