from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts import limits
from accounts.models import LoginEvent
from core.client_ip import anonymise_ip
from tests.client import StaffClient, code

from .conftest import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("few_tries")]

figures = {name: figure for name, figure in vars(limits).items() if isinstance(figure, int | timedelta)}


def test_figures():
    assert figures == {
        "MAX_PASSWORDS_PER_CLIENT": 30,
        "MAX_PASSWORDS_PER_ACCOUNT_AND_CLIENT": 10,
        "MAX_PASSWORDS_PER_ACCOUNT": 500,
        "MAX_CODES": 10,
        "MAX_CODES_PER_DAY": 60,
        "WRONG_CODES_TO_REPORT": 5,
        "MAX_RESETS_PER_CLIENT": 20,
        "MAX_RESET_MAILS": 5,
        "MAX_CODES_PER_RESET": 10,
        "MAX_INVITATIONS": 20,
        "MAX_INVITATIONS_PER_MAILBOX": 3,
        "QUARTER": timedelta(minutes=15),
        "HOUR": timedelta(hours=1),
        "DAY": timedelta(days=1),
        "CODE_LIFETIME": timedelta(minutes=5),
    }
    assert LoginEvent.MAX_REFUSALS == 60


def test_one_try_too_many_is_refused_even_with_the_right_password(enrolled, type_password, logged):
    for _ in range(limits.MAX_PASSWORDS_PER_ACCOUNT_AND_CLIENT):
        type_password(password="x")
    assert type_password().status_code == 200
    assert logged()[-1] == ("too_many", "kari")


def test_a_quarter_later_it_may_be_tried_again(enrolled, type_password):
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        for _ in range(limits.MAX_PASSWORDS_PER_ACCOUNT_AND_CLIENT):
            type_password(password="x")
        clock.shift(limits.QUARTER)
        assert type_password()["Location"] == reverse("mfa_authenticate")


def test_stranger_locks_nobody_out(enrolled, type_password):
    stranger = StaffClient(REMOTE_ADDR="198.51.100.1")
    for _ in range(limits.MAX_PASSWORDS_PER_ACCOUNT_AND_CLIENT + 1):
        type_password(password="x", client=stranger)
    assert type_password()["Location"] == reverse("mfa_authenticate")


def test_many_strangers_do_not_guess_on(enrolled, type_password):
    for number in range(limits.MAX_PASSWORDS_PER_ACCOUNT):
        type_password(password="x", client=StaffClient(REMOTE_ADDR=f"198.51.100.{number}"))
    assert type_password().status_code == 200


def test_strangers_lock_nobody_out_where_they_have_logged_in_before(enrolled, type_password):
    LoginEvent.add("logged_in", enrolled, anonymise_ip("192.0.2.1"))
    for number in range(4):
        type_password(" KARI", "x", client=StaffClient(REMOTE_ADDR=f"198.51.100.{number}"))
    assert type_password(client=StaffClient(REMOTE_ADDR="203.0.113.1")).status_code == 200
    assert type_password("Kari")["Location"] == reverse("mfa_authenticate")


def test_place_where_somebody_has_logged_in_before_is_limited_too(enrolled, type_password):
    LoginEvent.add("logged_in", enrolled, anonymise_ip("192.0.2.1"))
    for number in range(3):
        type_password(password="x", client=StaffClient(REMOTE_ADDR=f"192.0.2.{number}"))
    assert type_password().status_code == 200


def test_one_client_does_not_try_every_account(enrolled, type_password):
    for number in range(limits.MAX_PASSWORDS_PER_CLIENT):
        type_password(f"user-{number}", "x")
    assert type_password().status_code == 200


def test_limit_tells_nothing_about_who_exists(enrolled, type_password):
    refusals = set()
    for name in ("kari", "nobody"):
        client = StaffClient(REMOTE_ADDR="198.51.100.1" if name == "kari" else "198.51.100.2")
        for _ in range(limits.MAX_PASSWORDS_PER_ACCOUNT_AND_CLIENT + 1):
            page = type_password(name, "x", client=client).content.decode()
        refusals.add(page.partition('role="alert"')[2].partition("</div>")[0])
    assert len(refusals) == 1
    assert "" not in refusals


def test_codes_are_limited_for_the_account_in_every_session(enrolled, type_password, visitor, inside, logged):
    for number in range(limits.MAX_CODES):
        client = StaffClient(REMOTE_ADDR=f"198.51.100.{number}")
        type_password(client=client)
        client.post(reverse("mfa_authenticate"), {"code": "000000" if code() != "000000" else "1"})
    type_password()
    visitor.post(reverse("mfa_authenticate"), {"code": code()})
    assert not inside()
    assert logged()[-1] == ("too_many", "kari")


def test_password_typed_again_is_limited_too(enrolled, visitor, type_password):
    visitor.force_login(enrolled)
    visitor.prove_second_step()
    page = reverse("account_change_password")
    new = {"password1": "helt andre fire ord", "password2": "helt andre fire ord"}
    visitor.get(page)  # it is counted by itself from then on
    for _ in range(limits.MAX_PASSWORDS_PER_ACCOUNT_AND_CLIENT):
        visitor.post(page, {"oldpassword": "x"} | new)
    visitor.post(page, {"oldpassword": PASSWORD} | new)
    enrolled.refresh_from_db()
    assert enrolled.check_password(PASSWORD)


def test_a_flood_of_refusals_does_not_fill_the_log(enrolled, type_password, logged, monkeypatch):
    monkeypatch.setattr(LoginEvent, "MAX_REFUSALS", 3)
    for _ in range(5):
        type_password(password="x")
    assert len(logged()) == 3


def test_every_refusal_of_a_flood_is_counted(admin_client, enrolled, type_password, logged, monkeypatch):
    monkeypatch.setattr(LoginEvent, "MAX_REFUSALS", 3)
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        for _ in range(40):
            type_password(password="x")
        counts = list(LoginEvent.objects.order_by("pk").values_list("kind", "count"))
        assert counts == [("wrong_password", 1), ("wrong_password", 1), ("too_many", 38)]
        for _ in range(40):
            type_password("nobody", "x")
        assert logged()[3:] == [("too_many", "")], "of another user, and not of each name that nobody has"
        page = admin_client.get("/admin/accounts/loginevent/").content.decode()
        assert '<td class="field-count">38</td>' in page
        assert '<td class="field-count">40</td>' in page
        clock.shift(timedelta(hours=2))
        type_password(password="x")
    assert logged()[4:] == [("wrong_password", "kari")], "in a row of the new hour"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("192.0.2.77", "192.0.2.0"),
        ("::ffff:192.0.2.77", "192.0.2.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
    ],
)
def test_anonymised_address_does_not_tell_who_it_was(address, shown):
    assert anonymise_ip(address) == shown


def test_every_limit_is_shorter_than_counters_are_kept():
    assert max(limits.QUARTER, limits.HOUR, limits.DAY) < timedelta(days=2)
