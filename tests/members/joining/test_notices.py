"""Mails to coordinators about trouble with mail, once a day."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.utils import timezone
from post_office.models import STATUS, Email

from mail import outbox
from members.joining import emails
from members.joining.models import JoinRequest
from tests.factories import CoordinatorFactory, JoinRequestFactory
from tests.mail.test_emails import SITE, body

pytestmark = pytest.mark.django_db

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def coordinators():
    return [CoordinatorFactory(email=f"{name}@example.org") for name in ("berit", "ola")]


def notices():
    return Email.objects.exclude(subject="x").order_by("pk")


def fail(count):
    for _ in range(count):
        Email.objects.filter(pk=outbox.put(EmailMessage("x", "x", to=["a@example.org"])).pk).update(
            status=STATUS.failed, last_updated=timezone.now()
        )


def test_coordinators_are_told_once_a_day_of_what_cannot_be_delivered(coordinators):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        call_command("remind")
        assert not notices().exists()
        fail(1)
        for _ in range(2):
            call_command("remind")
        assert [email.to for email in notices()] == [["berit@example.org"], ["ola@example.org"]]
        assert notices()[0].subject == "En e-post kan ikke leveres"
        assert re.search(rf"^{SITE}/admin/post_office/email/\?state={STATUS.failed}$", body(notices()[0]), re.MULTILINE)
        clock.shift(DAY - HOUR / 2)
        fail(2)
        call_command("remind")
        assert [email.subject for email in notices()[2:]] == ["3 e-poster kan ikke leveres"] * 2
        clock.shift(DAY + HOUR + HOUR)
        call_command("remind")
        assert notices().count() == 4


def test_coordinators_are_told_once_a_day_of_very_many_requests(coordinators):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(2):
            emails.many_requests()
        assert notices().count() == 2
        assert f'href="{SITE}/admin/members/joinrequest/?waits=unconfirmed"' in body(notices()[0], "html")
        assert '<html lang="nb">' in body(notices()[0], "html")
        clock.shift(DAY)
        emails.many_requests()
        assert notices().count() == 4


@pytest.mark.parametrize("address", ["root@localhost", "o\u0131a@example.org"])
def test_address_that_was_taken_once_and_is_refused_now_stops_nobody_else(coordinators, coordinator_client, address):
    waited = timezone.now() - 6 * DAY
    for email in (address, "test@example.org"):
        for state in ("unconfirmed", "received"):
            JoinRequestFactory(contact_email=email, state=state, waits_since=waited)
    call_command("remind")
    recipients = [email.to[0] for email in notices()]
    assert sorted(recipients) == ["berit@example.org"] * 2 + ["ola@example.org"] * 2 + ["test@example.org"]
    request = JoinRequest.objects.get(contact_email=address, state="received")
    newest = request.events.last()
    letter = {"seen": newest.pk if newest else 0, "text": "Ikke coworking."}
    assert coordinator_client.post(f"/admin/members/joinrequest/{request.pk}/decline/", letter).status_code == 302
    request.refresh_from_db()
    assert request.state == "declined"
