"""A browser that has proved both steps is counted by itself: nobody else locks it out, and it gains nothing else."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from post_office.models import Email

from accounts import browsers, limits
from tests.client import StaffClient, code

from .conftest import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("few_tries")]

HERE = "192.0.2.77"  # the visitor's network
NEW = "helt andre fire ord"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


@pytest.fixture
def known(enrolled, visitor, type_password, type_code, clock):
    """A browser that has logged in, and out again; the app shows another code since."""
    type_password()
    type_code(code())
    visitor.post(reverse("account_logout"))
    clock.shift(timedelta(minutes=2))
    return visitor


@pytest.fixture
def neighbour():
    return StaffClient(REMOTE_ADDR=HERE)


def wrong(right):
    return "000000" if right != "000000" else "111111"


def cookie(client):
    return next((morsel for name, morsel in client.cookies.items() if "browser" in name), None)


def test_neighbour_with_wrong_passwords_locks_no_known_browser_out(known, neighbour, type_password, type_code, inside):
    for number in range(limits.MAX_PASSWORDS_PER_CLIENT):
        type_password("kari" if number % 2 else f"other-{number}", "x", client=neighbour)
    assert type_password(client=neighbour).status_code == 200
    assert type_password("Kari")["Location"] == reverse("mfa_authenticate")
    type_code(code())
    assert inside()


def test_many_strangers_lock_no_known_browser_out(known, type_password):
    for number in range(limits.MAX_PASSWORDS_PER_ACCOUNT + 1):
        type_password(password="x", client=StaffClient(REMOTE_ADDR=f"192.0.2.{number}"))
    assert type_password()["Location"] == reverse("mfa_authenticate")


def test_whoever_knows_the_password_locks_no_known_browser_out(known, neighbour, type_password, type_code, inside):
    type_password(client=neighbour)
    for _ in range(limits.MAX_CODES + 1):
        neighbour.post(reverse("mfa_authenticate"), {"code": wrong(code())})
    type_password()
    type_code(code())
    assert inside()


def test_neighbour_keeps_no_mail_with_a_code_from_a_known_browser(known, neighbour):
    page = reverse("account_reset_password")
    for number in range(limits.MAX_RESETS_PER_CLIENT):
        neighbour.post(page, {"email": "kari@example.org" if number % 2 else f"other-{number}@example.org"})
    before = Email.objects.count()
    known.post(page, {"email": "kari@example.org"})
    assert Email.objects.count() == before + 1


def test_known_browser_has_its_own_limit(known, type_password, type_code, logged):
    for _ in range(limits.MAX_PASSWORDS_PER_ACCOUNT_AND_CLIENT):
        type_password(password="x")
    assert type_password().status_code == 200
    assert logged()[-1] == ("too_many", "kari")


def test_known_browser_has_its_own_limit_of_codes(known, type_password, type_code, inside):
    type_password()
    for _ in range(limits.MAX_CODES):
        type_code(wrong(code()))
    type_code(code())
    assert not inside()


def test_cookie_opens_nothing(known, inside):
    assert cookie(known).value
    assert not inside()
    assert known.get(reverse("mfa_index")).status_code == 302


def test_cookie_is_set_once_both_steps_were_proved(enrolled, visitor, type_password, type_code):
    type_password()
    assert cookie(visitor) is None
    type_code(wrong(code()))
    assert cookie(visitor) is None
    type_code(code())
    morsel = cookie(visitor)
    assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "Lax", "/")
    assert morsel["max-age"] == 365 * 24 * 3600
    assert PASSWORD not in morsel.value
    visitor.get(reverse("mfa_index"))
    assert cookie(visitor).value == morsel.value


def test_cookie_is_out_of_reach_of_other_hosts_in_production(enrolled, visitor, type_password, type_code, settings):
    settings.PRODUCTION = settings.SESSION_COOKIE_SECURE = True
    type_password(secure=True)
    type_code(code(), secure=True)
    morsel = cookie(visitor)
    assert morsel.key.startswith("__Host-")
    assert (morsel["secure"], morsel["path"], morsel["domain"]) == (True, "/", "")


def test_cookie_of_another_account_or_made_up_buys_nothing(known, coordinator, neighbour, type_password):
    taken = cookie(known).value
    for value in (taken, taken[:-1], "made-up", ""):
        for _ in range(limits.MAX_PASSWORDS_PER_ACCOUNT_AND_CLIENT):
            neighbour.cookies[browsers.cookie_name(coordinator)] = value
            type_password(coordinator.username, "x", client=neighbour)
    coordinator.set_password(PASSWORD)
    coordinator.save()
    assert type_password(coordinator.username, client=neighbour).status_code == 200


@pytest.mark.parametrize("way", ["changed by its owner elsewhere", "set by somebody else"])
def test_another_password_revokes_the_cookie(known, enrolled, neighbour, type_password, way):
    if way == "set by somebody else":
        enrolled.set_password(NEW)
        enrolled.save()
    else:
        elsewhere = StaffClient()
        elsewhere.force_login(enrolled)
        elsewhere.prove_second_step()
        page = reverse("account_change_password")
        elsewhere.post(page, {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
        enrolled.refresh_from_db()
        assert browsers.identify(elsewhere.get(reverse("mfa_index")).wsgi_request, enrolled)
    assert enrolled.check_password(NEW)
    for _ in range(limits.MAX_PASSWORDS_PER_ACCOUNT_AND_CLIENT):
        type_password(password="x", client=neighbour)
    assert type_password(password=NEW).status_code == 200


def test_wrong_codes_behind_the_right_password_are_told_to_the_owner_once_a_day(
    enrolled, type_password, monkeypatch, clock
):
    monkeypatch.setattr(limits, "MAX_CODES", 10)
    mail_count = []
    for number in range(13):
        client = StaffClient(REMOTE_ADDR=f"198.51.100.{number}")
        type_password(client=client)
        client.post(reverse("mfa_authenticate"), {"code": wrong(code())})
        mail_count.append(Email.objects.count())
        clock.shift(timedelta(hours=1 if number != 7 else 30))
    assert mail_count == [0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2]
    assert {tuple(mail.to) for mail in Email.objects.all()} == {("kari@example.org",)}


def test_wrong_password_is_told_to_nobody(enrolled, type_password):
    for number in range(6):
        type_password(password="x", client=StaffClient(REMOTE_ADDR=f"198.51.100.{number}"))
    assert not Email.objects.exists()
