from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from members.login import limits
from members.models import LoginEvent
from members.parties import neighbourhood
from tests.client import StaffClient, code

from .conftest import PASSWORD

pytestmark = pytest.mark.django_db


def test_eleventh_try_at_an_account_is_refused_even_with_the_right_password(enrolled, type_password, logged):
    for _ in range(limits.PASSWORDS_HERE):
        type_password(password="x")
    assert type_password().status_code == 200
    assert logged()[-1] == ("too_many", "kari")


def test_a_quarter_later_it_may_be_tried_again(enrolled, type_password):
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        for _ in range(limits.PASSWORDS_HERE):
            type_password(password="x")
        clock.shift(limits.QUARTER)
        assert type_password()["Location"] == reverse("mfa_authenticate")


def test_stranger_locks_nobody_out(enrolled, type_password):
    stranger = StaffClient(REMOTE_ADDR="198.51.100.1")
    for _ in range(limits.PASSWORDS_HERE + 1):
        type_password(password="x", client=stranger)
    assert type_password()["Location"] == reverse("mfa_authenticate")


def test_many_strangers_do_not_guess_on(enrolled, type_password):
    for number in range(limits.PASSWORDS_IN_ALL // limits.PASSWORDS_HERE):
        stranger = StaffClient(REMOTE_ADDR=f"198.51.100.{number}")
        for _ in range(limits.PASSWORDS_HERE):
            type_password(password="x", client=stranger)
    assert type_password().status_code == 200


def test_strangers_lock_nobody_out_where_they_have_logged_in_before(enrolled, type_password, monkeypatch):
    monkeypatch.setattr(limits, "PASSWORDS_IN_ALL", 3)
    LoginEvent.add("logged_in", enrolled, neighbourhood("192.0.2.1"))
    for number in range(4):
        type_password(" KARI", "x", client=StaffClient(REMOTE_ADDR=f"198.51.100.{number}"))
    assert type_password(client=StaffClient(REMOTE_ADDR="203.0.113.1")).status_code == 200
    assert type_password("Kari")["Location"] == reverse("mfa_authenticate")


def test_place_where_somebody_has_logged_in_before_is_limited_too(enrolled, type_password, monkeypatch):
    monkeypatch.setattr(limits, "PASSWORDS_IN_ALL", 3)
    LoginEvent.add("logged_in", enrolled, neighbourhood("192.0.2.1"))
    for number in range(3):
        type_password(password="x", client=StaffClient(REMOTE_ADDR=f"192.0.2.{number}"))
    assert type_password().status_code == 200


def test_one_client_does_not_try_every_account(enrolled, type_password):
    for number in range(limits.PASSWORDS_OF_ONE):
        type_password(f"user-{number}", "x")
    assert type_password().status_code == 200


def test_limit_tells_nothing_about_who_exists(enrolled, type_password):
    told = set()
    for name in ("kari", "nobody"):
        client = StaffClient(REMOTE_ADDR="198.51.100.1" if name == "kari" else "198.51.100.2")
        for _ in range(limits.PASSWORDS_HERE + 1):
            page = type_password(name, "x", client=client).content.decode()
        told.add(page.partition('role="alert"')[2].partition("</div>")[0])
    assert len(told) == 1
    assert "" not in told


def test_codes_are_limited_for_the_account_in_every_session(enrolled, type_password, visitor, inside, logged):
    for number in range(limits.CODES):
        client = StaffClient(REMOTE_ADDR=f"198.51.100.{number}")
        type_password(client=client)
        client.post(reverse("mfa_authenticate"), {"code": "000000" if code() != "000000" else "1"})
    type_password()
    visitor.post(reverse("mfa_authenticate"), {"code": code()})
    assert not inside()
    assert logged()[-1] == ("too_many", "kari")


def test_password_typed_again_is_limited_too(enrolled, visitor, type_password):
    visitor.force_login(enrolled)
    page = reverse("account_change_password")
    new = {"password1": "helt andre fire ord", "password2": "helt andre fire ord"}
    for _ in range(limits.PASSWORDS_HERE):
        visitor.post(page, {"oldpassword": "x"} | new)
    visitor.post(page, {"oldpassword": PASSWORD} | new)
    enrolled.refresh_from_db()
    assert enrolled.check_password(PASSWORD)


def test_a_flood_of_refusals_does_not_fill_the_log(enrolled, type_password, logged):
    for _ in range(70):
        type_password(password="x")
    assert len(logged()) == 60


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("192.0.2.77", "192.0.2.0"),
        ("::ffff:192.0.2.77", "192.0.2.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
    ],
)
def test_neighbourhood_does_not_tell_who_it_was(address, shown):
    assert neighbourhood(address) == shown


def test_every_limit_is_shorter_than_counters_are_kept():
    assert max(limits.QUARTER, limits.HOUR, limits.DAY) < timedelta(days=2)
