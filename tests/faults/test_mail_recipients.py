"""The mail server is judged by what it does before it hears of a recipient; recipients and texts are strangers'."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.models import F
from post_office.models import STATUS, Email, Log

from members.joining.models import JoinRequest
from tests.members.joining.form import send

from .test_mail import put, with_status

pytestmark = pytest.mark.django_db(transaction=True)

READY_TOKEN = "0123456789" * 4
REFUSED_FOR_GOOD = {
    "no such mailbox": {"at_rcpt": "550 5.1.1 No such mailbox"},
    "not for us": {"at_rcpt": "554 5.7.1 Relay access denied"},
    "not this text": {"at_data": "554 5.7.1 Spam"},
}
REFUSED_FOR_NOW = {
    "greylisted": {"at_rcpt": "450 4.2.0 Greylisted"},
    "its name is not found": {"at_rcpt": "450 4.1.2 Domain not found"},
    "its text is not scanned": {"at_data": "451 4.7.1 Try again later"},
    "its text makes the server hang up": {"at_data": None},
}
SERVER_REFUSES = {
    "wants a password": {"at_mail": "530 5.7.0 Authentication required"},
    "is full": {"at_mail": "452 4.3.1 Insufficient system storage"},
    "greets nobody": {"at_helo": "421 4.3.2 Shutting down"},
}


@pytest.fixture
def answers(server):
    """Make the server answer otherwise at one point; None hangs up."""

    def answer(at_rcpt=None, at_mail=None, at_helo=None, **at_data):
        async def say(smtp):
            if at_data["at_data"] is None:
                smtp.transport.abort()
            return at_data["at_data"]

        server.answers = {"RCPT": at_rcpt, "MAIL": at_mail, "EHLO": at_helo, "HELO": at_helo}
        server.at_data = say if at_data else None

    return answer


def hours_pass(hours):
    ago = timedelta(hours=hours)
    fields = {name: F(name) - ago for name in ("created", "last_updated", "scheduled_time")}
    Email.objects.update(**fields)
    Log.objects.update(date=F("date") - ago)


def try_for(hours):
    for _ in range(hours):
        call_command("send_mail")
        hours_pass(1)
    call_command("send_mail")


@pytest.fixture
def is_ready(client, settings):
    settings.READY_TOKEN = READY_TOKEN

    def ask():
        return client.get("/readyz", headers={"authorization": f"Bearer {READY_TOKEN}"}).json()["ready"]

    return ask


@pytest.mark.parametrize("refusal", REFUSED_FOR_GOOD)
def test_what_is_refused_for_good_ends_at_once_and_coordinators_are_told(
    server, answers, is_ready, coordinator_client, refusal
):
    answers(**REFUSED_FOR_GOOD[refusal])
    server.start()
    ids = put(20)
    call_command("send_mail")
    assert with_status(STATUS.failed) == ids
    assert Log.objects.count() == 20
    assert "?state=1" in coordinator_client.get("/admin/").content.decode()
    hours_pass(5)
    assert is_ready()


@pytest.mark.parametrize("refusal", REFUSED_FOR_NOW)
def test_what_is_refused_for_now_is_tried_again_and_leaves_the_site_ready(server, answers, is_ready, refusal):
    answers(**REFUSED_FOR_NOW[refusal])
    server.start()
    ids = put(2)
    call_command("send_mail")
    assert with_status(STATUS.requeued) == ids
    hours_pass(3)
    call_command("send_mail")
    assert is_ready()
    hours_pass(1)
    call_command("send_mail")
    assert with_status(STATUS.failed) == ids, "after MAX_RETRIES"


@pytest.mark.parametrize("fault", [*SERVER_REFUSES, "is down"])
def test_server_that_takes_mail_from_nobody_costs_no_mail_its_tries(server, answers, is_ready, lost, fault):
    ids = put(2)
    if fault != "is down":
        answers(**SERVER_REFUSES[fault])
        server.start()
    try_for(1)
    assert is_ready(), "for two hours"
    try_for(3)
    assert not is_ready()
    assert with_status(STATUS.requeued) == ids
    if fault == "is down":
        server.start()
    answers()
    hours_pass(1)
    call_command("send_mail")
    assert is_ready()
    lost(f"Mail server that {fault} for hours", ids - with_status(STATUS.sent))


@pytest.mark.parametrize("refusal", REFUSED_FOR_NOW)
def test_server_that_is_back_is_not_down_though_it_takes_no_mail(server, answers, is_ready, refusal):
    put()
    try_for(3)
    assert not is_ready()
    answers(**REFUSED_FOR_NOW[refusal])
    server.start()
    hours_pass(1)
    call_command("send_mail")
    assert is_ready()


def test_address_in_norwegian_letters_is_shown_so_and_encoded_when_sent(client, coordinator_client, server):
    server.start()
    thanks = send(client, contact_email="post@blåbær.example")
    assert "post@blåbær.example" in client.get(thanks["Location"]).content.decode()
    request = JoinRequest.objects.get()
    assert "post@blåbær.example" in coordinator_client.get(f"/admin/members/joinrequest/{request.pk}/change/").text
    assert "post@blåbær.example" in coordinator_client.get("/admin/post_office/email/").text
    call_command("send_mail")
    (mail,) = server.taken
    assert mail["To"] == mail["X-RcptTo"] == "post@xn--blbr-roah.example"
