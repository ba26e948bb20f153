"""After erasure the person is nowhere: not in any table, not in the outbox, not in what was printed or logged."""

import importlib
from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings as project
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import call_command
from django.db import connection
from django.db.models import Max
from django.urls import reverse

from core.models import RateLimit
from mail.addresses import mailbox
from members.joining import emails
from members.joining.models import JoinRequest, MailPreference
from members.models import Organisation
from tests.client import StaffClient
from tests.factories import CoordinatorFactory

from .form import send

pytestmark = pytest.mark.django_db(transaction=True)

TRACES = ["kanari", "sangerud", "91234567"]
PERSON = "Kanari Sangerud, kanari@example.org, +47 912 34 567"
VALUES = {
    "name": "Loftet",
    "place": "Et hus",
    "community": "Et fellesskap",
    "facilitation": "En vert",
    "message": PERSON,
    "contact_name": "Kanari Sangerud",
    "contact_email": "kanari@example.org",
    "contact_phone": "+4791234567",
}
SPACES = [{"name": "Loftet", "town": "Oslo", "postal_code": "0150"}]
ALL_THREE = dict.fromkeys(JoinRequest.CRITERIA, True)


class Refusing(BaseEmailBackend):
    """Names the recipients in its errors, as mail servers do."""

    def send_messages(self, messages):
        raise SMTPRecipientsRefused(dict.fromkeys(messages[0].to, (550, b"No such mailbox")))


@pytest.fixture(autouse=True)
def refusing(settings):
    settings.POST_OFFICE = settings.POST_OFFICE | {"BACKENDS": {"default": f"{__name__}.Refusing"}}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2026, 5, 20, 12), tick=False) as clock:
        yield clock


@pytest.fixture
def by():
    """Return a coordinator who gets the digest; another is notified at once."""
    coordinator = CoordinatorFactory(email="berit@example.org")
    MailPreference.objects.create(user=coordinator, timing="digest")
    CoordinatorFactory(email="siri@example.org")
    return coordinator


def tables_that_know_the_person():
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        return {table for table in tables for row in rows(cursor, table) if any(trace in row for trace in TRACES)}


def rows(cursor, table):
    """Return each row as a text without spaces, with the data of a session in the clear."""
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
    for row in cursor.fetchall():
        values = [decoded(value) if table == "django_session" else value for value in row]
        yield "".join("".join(map(str, values)).lower().split())


def decoded(value):
    store = importlib.import_module(project.SESSION_ENGINE).SessionStore()
    return store.decode(value) if isinstance(value, str) else value


def apply(clock):
    """Send the form twice, to another address the second time, request a link and remind."""
    key = uuid4()
    RateLimit.allows("mail", mailbox(VALUES["contact_email"]), at_most=3, within=timedelta(days=1))
    JoinRequest.objects.submit(key, VALUES | {"contact_email": "sangerud@example.org"}, SPACES)
    request, _mailed = JoinRequest.objects.submit(key, VALUES, SPACES)
    emails.links(JoinRequest.objects.of(VALUES["contact_email"]))
    clock.shift(timedelta(days=3))
    go_through_the_day(clock)
    return request


def go_through_the_day(clock):
    clock.shift(timedelta(hours=1))
    call_command("remind")
    call_command("send_mail")


def discuss(request, by, clock):
    """Take every step that lies between."""
    request.confirm()
    request.start_review(by=by)
    request.assess(by=by, note=PERSON, **ALL_THREE)
    clock.shift(timedelta(days=6))
    go_through_the_day(clock)
    request.ask(PERSON, by=by)
    request.answer(PERSON)
    request.correct(VALUES | {"name": "Loftet AS"}, SPACES)
    emails.links(JoinRequest.objects.of(VALUES["contact_email"]))
    go_through_the_day(clock)


def leave_unconfirmed(request, by, clock):
    clock.shift(timedelta(days=7))


def decline(request, by, clock):
    discuss(request, by, clock)
    request.decline(PERSON, by=by)
    clock.shift(timedelta(days=180))


def withdraw(request, by, clock):
    discuss(request, by, clock)
    request.withdraw()
    clock.shift(timedelta(days=180))


def approve_and_leave(request, by, clock):
    discuss(request, by, clock)
    request.approve(by=by)
    clock.shift(timedelta(days=30))
    Organisation.objects.end_membership(by=by)
    clock.shift(timedelta(days=180))


@pytest.mark.parametrize("end", [leave_unconfirmed, decline, withdraw, approve_and_leave])
def test_person_is_nowhere_once_the_request_has_expired(end, by, clock, caplog, capfd):
    caplog.set_level("DEBUG")
    end(apply(clock), by, clock)
    assert tables_that_know_the_person() >= {"members_joinrequest", "post_office_email", "post_office_log"}
    call_command("erase_expired")
    assert_person_is_nowhere(caplog, capfd)


def test_person_is_nowhere_once_the_request_is_erased_by_hand(by, clock, caplog, capfd):
    caplog.set_level("DEBUG")
    request = apply(clock)
    discuss(request, by, clock)
    request.decline(PERSON, by=by)
    assert "members_event" in tables_that_know_the_person()
    request.erase()
    assert_person_is_nowhere(caplog, capfd)


def test_person_is_nowhere_though_all_was_done_on_the_pages(client, by, clock, caplog, capfd):
    caplog.set_level("DEBUG")
    person = {name: VALUES[name] for name in ("contact_name", "contact_email", "contact_phone", "message")}
    assert send(client, **person).status_code == 302
    request = JoinRequest.objects.get()
    client.post(reverse("join:confirm", args=[request.confirm_token]))
    staff = StaffClient()
    staff.force_login(by)
    staff.get(reverse("admin:members_joinrequest_changelist"), {"q": "kanari"})
    take_step(staff, request, "ask")
    client.post(reverse("join:answer", args=[request.page_token]), {"text": PERSON})
    take_step(staff, request, "assess", has_place="on")
    take_step(staff, request, "decline")
    client.post(reverse("join:lost_link"), {"email": VALUES["contact_email"]})
    kinds = ["confirmed", "asked", "answered", "assessed", "noted", "declined"]
    assert [event.kind for event in request.events.all()] == kinds
    assert "members_event" in tables_that_know_the_person()
    take_step(staff, request, "erase")
    assert_person_is_nowhere(caplog, capfd)


def take_step(staff, request, verb, **values):
    """Take the step on the page that the coordinator has just read."""
    staff.get(reverse("admin:members_joinrequest_change", args=[request.pk]))
    seen = request.events.aggregate(Max("pk"))["pk__max"]
    page = reverse(f"admin:members_joinrequest_{verb}", args=[request.pk])
    assert staff.post(page, {"seen": seen, "text": PERSON} | values).status_code == 302


def assert_person_is_nowhere(caplog, capfd):
    assert not JoinRequest.objects.exists()
    assert tables_that_know_the_person() == set()
    printed = capfd.readouterr()
    said = "".join((caplog.text + printed.out + printed.err).lower().split())
    assert not [trace for trace in TRACES if trace in said]
