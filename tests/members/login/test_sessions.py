"""Where one is logged in: listed, and ended."""

import re

import pytest
from allauth.usersessions.models import UserSession
from django.core.management import call_command
from django.urls import reverse

from tests.client import StaffClient, code

pytestmark = pytest.mark.django_db


@pytest.fixture
def elsewhere(enrolled, type_password):
    """A second browser that is logged in; its code is of the next half minute."""
    client = StaffClient(REMOTE_ADDR="198.51.100.9", HTTP_USER_AGENT="Telefonen")
    type_password(client=client)
    client.post(reverse("mfa_authenticate"), {"code": code(steps=1)})
    return client


@pytest.fixture
def here(elsewhere, type_password, visitor):
    type_password()
    visitor.post(reverse("mfa_authenticate"), {"code": code()})
    return visitor


def lets_in(client):
    return client.get("/admin/").status_code == 200


def test_every_session_is_listed(here, elsewhere):
    page = here.get(reverse("mfa_index")).content.decode()
    assert page.count('name="session"') == 1
    assert "Telefonen" in page
    assert "198.51.100.0" in page
    assert "198.51.100.9" not in page


@pytest.mark.parametrize("which", ["one", "all"])
def test_session_is_ended_from_another(here, elsewhere, logged, which):
    assert lets_in(elsewhere)
    other = UserSession.objects.exclude(session_key=here.session.session_key).get()
    here.post(reverse("end_session"), {"session": other.pk} if which == "one" else {})
    assert not lets_in(elsewhere)
    assert lets_in(here)
    assert logged()[-1] == ("session_ended", "kari")


@pytest.mark.parametrize("which", ["own", "another's", "²", "x", "99999999999999999999"])
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
