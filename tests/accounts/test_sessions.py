"""Where one is logged in: listed, and ended, by its owner or by time."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.sessions import MAX_SESSIONS
from tests.client import StaffClient, code

pytestmark = pytest.mark.django_db


@pytest.fixture
def elsewhere(enrolled, type_password):
    """A second browser, which was logged in before."""
    client = StaffClient(REMOTE_ADDR="198.51.100.9", HTTP_USER_AGENT="Telefonen")
    type_password(client=client)
    client.post(reverse("mfa_authenticate"), {"code": code()})
    return client


@pytest.fixture
def here(elsewhere, type_password, visitor):
    type_password()
    visitor.post(reverse("mfa_authenticate"), {"code": code(steps=1)})  # no code is taken twice, however time passes
    return visitor


def lets_in(client):
    return client.get("/admin/").status_code == 200


def test_every_session_is_listed(here, elsewhere):
    page = here.get(reverse("mfa_index")).content.decode()
    assert page.count('name="session"') == 1
    assert "Telefonen" in page
    assert "nettverk 198.51.100.x" in page
    assert "198.51.100.9" not in page


@pytest.mark.parametrize("which", ["one", "all"])
def test_session_is_ended_from_another(here, elsewhere, logged, which):
    assert lets_in(elsewhere)
    other = UserSession.objects.exclude(session_key=here.session.session_key).get()
    here.post(reverse("end_session"), {"session": other.pk} if which == "one" else {})
    assert not lets_in(elsewhere)
    assert lets_in(here)
    assert logged()[-1] == ("session_ended", "kari")


@pytest.mark.parametrize("which", ["own", "another's", "²", "x", "99999999999999999999", "9" * 5000])
def test_session_of_another_is_left_alone(here, elsewhere, coordinator, which):
    stranger = StaffClient()
    stranger.force_login(coordinator)
    row = UserSession.objects.create(
        user=coordinator, ip="192.0.2.0", session_key=stranger.session.session_key, user_agent=""
    )
    own = UserSession.objects.get(session_key=here.session.session_key)
    key = {"own": own.pk, "another's": row.pk}.get(which, which)
    here.post(reverse("end_session"), {"session": key})
    assert lets_in(here)
    assert lets_in(stranger)


def test_session_is_ended_by_nobody_who_only_follows_a_link(here, elsewhere):
    assert here.get(reverse("end_session")).status_code == 405
    assert lets_in(elsewhere)


def test_list_forgets_sessions_that_have_come_to_their_end(here, elsewhere):
    elsewhere.session.flush()
    call_command("erase_expired", verbosity=0)
    assert UserSession.objects.count() == 1
    assert not re.search("Telefonen", here.get(reverse("mfa_index")).content.decode())


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


def test_session_ends_when_nobody_uses_it(clock, here, settings):
    for _ in range(4):  # its use prolongs it
        clock.shift(settings.SESSION_IDLE_TIMEOUT * 0.6)
        assert lets_in(here)
    clock.shift(settings.SESSION_IDLE_TIMEOUT + timedelta(minutes=1))
    assert not lets_in(here)


def test_session_ends_after_a_working_day_however_it_is_used(clock, here, settings):
    settings.SESSION_IDLE_TIMEOUT = timedelta(hours=2)
    for _ in range(11):
        clock.shift(timedelta(hours=1))
        assert lets_in(here)
    clock.shift(timedelta(hours=1))
    assert not lets_in(here)


def test_longer_session_of_an_earlier_release_ends_too(clock, here, settings):
    Session.objects.update(expire_date=timezone.now() + timedelta(days=14))
    lets_in(here)
    clock.shift(settings.SESSION_IDLE_TIMEOUT + timedelta(minutes=1))
    assert not lets_in(here)
    Session.objects.update(expire_date=timezone.now() + timedelta(days=14))
    clock.shift(timedelta(hours=12))
    assert not lets_in(here)


def test_session_is_prolonged_by_few_writes(clock, here):
    with CaptureQueriesContext(connection) as queries:
        for _ in range(5):
            clock.shift(timedelta(seconds=10))
            here.get("/admin/jsi18n/")
    assert not [query for query in queries if "UPDATE" in query["sql"]]


def test_fourth_session_ends_the_oldest(clock, here, elsewhere, type_password):
    for number in range(2):
        clock.shift(timedelta(minutes=2))  # for another code
        client = StaffClient(REMOTE_ADDR=f"203.0.113.{number}")
        type_password(client=client)
        client.post(reverse("mfa_authenticate"), {"code": code()})
        assert lets_in(client)
    assert not lets_in(elsewhere)
    assert lets_in(here)
    assert UserSession.objects.count() == MAX_SESSIONS == 3
