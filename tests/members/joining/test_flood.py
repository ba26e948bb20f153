"""Whoever sends very many forms closes the form to nobody else."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from post_office.models import STATUS, Email

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


def test_first_mail_goes_at_once_while_the_clock_runs():
    CoordinatorFactory(email="berit@example.org")
    with time_machine.travel(timezone.now(), tick=True):
        send(visitor("192.0.2.1"), contact_email="applicant@example.org")
    assert Email.objects.get().scheduled_time is None


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


def spend_all_first_mails(address):
    """Let a stranger send forms until more mails to the address have to wait."""
    send(visitor("192.0.2.1"), contact_email=address)
    do_more("first-mail", 9)


def test_strangers_hold_nobodys_first_mail_for_more_than_a_day(monkeypatch):
    """They join the one that waits; once it is full another one takes the next of the day's ten turns."""
    monkeypatch.setattr("members.joining.first_mail.MAX_TOGETHER", 4)
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        spend_all_first_mails("applicant@example.org")
        for number in range(1, 8):
            send(visitor(f"198.51.{number}.1"), contact_email="applicant@example.org")
        client = visitor("203.0.113.1")
        thanks = client.get(send(client, contact_email="Applicant@example.org", name="Loftet")["Location"])
        assert "du trenger ikke sende den på nytt" in thanks.content.decode()
        assert outbox.deliver(outbox.claim()) == STATUS.sent
        assert not outbox.claim()
        clock.shift(timedelta(days=1))
        mails = [outbox.claim(), outbox.claim()]
        assert not outbox.claim()
        links = [re.findall(r"http://127\.0\.0\.1:8000(/bli-med/bekreft/\S+)", body(mail)) for mail in mails]
        assert [len(set(each)) for each in links] == [4, 4]
        assert mails[1].to == ["Applicant@example.org"]
        assert "Loftet" in client.get(links[1][0]).content.decode(), "the latest stands first"
        client.post(links[1][0])
        assert JoinRequest.objects.get(name="Loftet").state == "received"


@pytest.mark.parametrize(
    ("strangers", "own"),
    [
        (["applicant+1@example.org", "applicant+2@example.org"], "applicant@example.org"),
        (["app.licant@example.org", "a.p.plicant@example.org"], "applicant@example.org"),
        (["appli.cant+1@gmail.com", "applicant+2@googlemail.com"], "applicant@gmail.com"),
    ],
)
def test_strangers_hold_no_first_mail_by_other_spellings(strangers, own):
    for address in strangers:
        spend_all_first_mails(address) if address == strangers[0] else send(
            visitor("198.51.1.1"), contact_email=address
        )
    send(visitor("203.0.113.1"), contact_email=own)
    assert to_applicants().get(to=own).scheduled_time is None


def test_spellings_that_one_person_is_sure_to_read_wait_in_one_mail():
    spend_all_first_mails("applicant@gmail.com")
    for number, address in enumerate(["app.licant@gmail.com", "a.pplicant@googlemail.com", "applicant@gmail.com"]):
        send(visitor(f"198.51.{number}.1"), contact_email=address)
    assert [mail.to for mail in to_applicants()] == [["applicant@gmail.com"]] * 2
    assert JoinRequest.objects.filter(mails=to_applicants().last()).count() == 3


def test_stranger_who_erases_a_request_erases_no_other_ones_mail(client):
    spend_all_first_mails("applicant@example.org")
    stranger = visitor("198.51.1.1")
    thanks = send(stranger, contact_email="applicant@example.org", name="Fremmed")["Location"]
    send(visitor("203.0.113.1"), contact_email="applicant@example.org", name="Loftet")
    stranger.post(thanks, {"email": "stranger@example.org"})
    theirs = JoinRequest.objects.get(name="Fremmed")
    assert theirs.contact_email == "stranger@example.org"
    theirs.withdraw()
    theirs.erase()
    waiting = JoinRequest.objects.get(name="Loftet").mails.get()
    assert waiting.scheduled_time > timezone.now() + HOUR
    assert JoinRequest.objects.get(name="Loftet").confirm_token in body(waiting)
