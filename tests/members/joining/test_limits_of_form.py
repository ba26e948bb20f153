"""The form spams nobody."""

from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from post_office.models import Email

from members.joining.models import JoinRequest
from tests.factories import JoinRequestFactory
from tests.mail.test_emails import body

from .form import do_more, send, visitor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

FROM = {"REMOTE_ADDR": "192.0.2.1"}


def test_one_mailbox_gets_three_mails_a_day_however_it_is_written():
    written = ["te.st@example.org", "test+a@example.org", "TEST@ｅxample.org", "t.e.s.t+b@Exam\u00adple.org"]
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        for number, address in enumerate(written[:3]):
            assert send(visitor(f"192.0.2.{number}"), contact_email=address).status_code == 302
        refused = send(visitor("192.0.2.9"), contact_email=written[3], message="Behold dette")
        page = unescape(refused.content.decode())
        assert 'id="id_contact_email_error"' in page
        assert "Behold dette" in page
        assert JoinRequest.objects.count() == Email.objects.count() == 3
        clock.shift(timedelta(days=1))
        assert send(visitor("192.0.2.9"), contact_email=written[3]).status_code == 302


def test_address_is_kept_as_it_is_typed():
    send(visitor("192.0.2.1"), contact_email="test@bücher.example")
    assert JoinRequest.objects.get().contact_email == "test@bücher.example"


def test_what_is_refused_counts_for_nothing():
    for _ in range(4):
        send(visitor("192.0.2.1"), contact_email="test@example.org")
    do_more("request", 16)
    assert send(visitor("192.0.2.1"), contact_email="other@example.org").status_code == 302


@pytest.mark.parametrize(
    ("same", "other"),
    [(["192.0.2.1"], "192.0.2.2"), (["2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::"], "2001:db8:0:1::1")],
)
def test_one_address_sends_twenty_an_hour(same, other):
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        for number, address in enumerate(same):
            assert send(visitor(address), contact_email=f"a{number}@example.org").status_code == 302
        do_more("request", 20 - len(same))
        refused = send(visitor(same[-1]), contact_email="b@example.org", message="Behold dette")
        assert "Behold dette" in unescape(refused.content.decode())
        assert 'class="error-summary"' in refused.content.decode()
        assert send(visitor(other), contact_email="c@example.org").status_code == 302
        clock.shift(timedelta(hours=1))
        assert send(visitor(same[-1]), contact_email="b@example.org").status_code == 302


def test_the_web_server_in_front_says_who_it_is(settings):
    settings.PRODUCTION = True
    clients = [
        Client(REMOTE_ADDR="", headers={"x-forwarded-for": f"10.0.0.{number}, 192.0.2.1"}) for number in range(3)
    ]
    for client in clients[:2]:
        assert send(client, contact_email="a@example.org").status_code == 302
    do_more("request", 18)
    assert send(clients[2], contact_email="b@example.org").status_code == 200


def test_lost_link_is_answered_alike_and_sent_to_whom_it_belongs():
    known = JoinRequestFactory(contact_email="kjent@example.org", state="received")
    answers = []
    for address in ("KJENT@example.org", "ukjent@example.org"):
        response = visitor("192.0.2.1").post("/bli-med/lenke/", {"email": address})
        answers.append((response.status_code, response["Location"], response.content))
    assert answers[0] == answers[1]
    email = Email.objects.get()
    assert email.to == ["kjent@example.org"]
    assert known.page_token in body(email)


def test_lost_link_of_an_unconfirmed_request_confirms_it():
    request = JoinRequestFactory()
    visitor("192.0.2.1").post("/en/join/link/", {"email": request.contact_email})
    assert "/bli-med/bekreft/" in body(Email.objects.get())


def test_lost_link_writes_three_times_a_day_and_of_every_request_at_once():
    request = JoinRequestFactory(state="received")
    JoinRequestFactory(state="declined", contact_email=request.contact_email)
    answers = {
        visitor(f"192.0.2.{number}").post("/bli-med/lenke/", {"email": request.contact_email})["Location"]
        for number in range(5)
    }
    assert len(answers) == 1
    assert Email.objects.count() == 3
    for own in JoinRequest.objects.all():
        assert all(own.page_token.split(":")[0] in body(email) for email in own.mails.all())
        assert own.mails.count() == 3


@pytest.mark.parametrize("known", [True, False])
def test_lost_link_does_not_tell_by_the_limit_whether_an_address_is_known(known):
    if known:
        JoinRequestFactory(state="received", contact_email="test@example.org")
    clicks = [visitor("192.0.2.1").post("/bli-med/lenke/", {"email": "test@example.org"}) for _ in range(21)]
    assert [response.status_code for response in clicks] == [302] * 20 + [200]
    assert Email.objects.count() == 3 * known
    assert send(visitor("192.0.2.2"), contact_email="test@example.org").status_code == 302
    assert Email.objects.latest("pk").scheduled_time is None, "the first mail of an application goes at once"


def test_lost_link_is_asked_for_twenty_times_an_hour():
    client = visitor("192.0.2.1")
    for more in (18, 0):
        assert client.post("/bli-med/lenke/", {"email": f"a{more}@example.org"}).status_code == 302
        do_more("link", more)
    refused = client.post("/bli-med/lenke/", {"email": "b@example.org"})
    assert "b@example.org" in refused.content.decode()
    assert 'class="error-summary"' in refused.content.decode()


@pytest.mark.parametrize("email", ["", "x", '"a,b"@example.org'])
def test_lost_link_to_no_address_is_an_error_by_the_field(client, email):
    page = unescape(client.post("/bli-med/lenke/", {"email": email}).content.decode())
    assert 'id="id_email_error"' in page
    assert email in page
