"""The log of logins and refusals, and what super-users do for those who are locked out."""

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import LoginEvent
from tests.client import code

pytestmark = pytest.mark.django_db

LOG = "/admin/accounts/loginevent/"


def test_log_shows_who_when_from_where_roughly_and_how_it_went(admin_client, enrolled, type_password, type_code):
    with time_machine.travel("2026-07-01T10:00Z", tick=False):
        type_password(password="hemmelig feil")
        type_password()
        type_code(code())
    page = admin_client.get(LOG).content.decode()
    assert page.count(">kari<") >= 2
    assert page.count(">192.0.2.0<") == 2
    assert "1. juli 2026 12:00" in page
    assert "192.0.2.77" not in page


def test_log_knows_no_password_and_no_name_that_nobody_has(type_password):
    type_password("min hemmelige setning", "ord")
    assert LoginEvent.objects.get().user is None
    assert "setning" not in str(LoginEvent.objects.values().get())


def test_log_is_for_superusers(coordinator_client):
    assert coordinator_client.get(LOG).status_code == 403


def test_log_is_changed_by_nobody(admin_client, type_password):
    type_password("x", "y")
    key = LoginEvent.objects.get().pk
    for page in ("add/", f"{key}/delete/"):
        assert admin_client.get(LOG + page).status_code == 403
    assert admin_client.post(f"{LOG}{key}/change/", {"kind": "logged_in"}).status_code == 403


def test_log_has_few_queries(admin_client, enrolled, django_assert_max_num_queries):
    for _ in range(40):
        LoginEvent.add("logged_in", enrolled, "192.0.2.0")
    with django_assert_max_num_queries(10):
        admin_client.get(LOG)


@pytest.mark.parametrize(("days", "count"), [(89, 1), (91, 0)])
def test_log_is_erased_after_ninety_days(enrolled, days, count, capsys):
    LoginEvent.add("logged_in", enrolled, "192.0.2.0")
    LoginEvent.objects.update(at=timezone.now() - timedelta(days=days))
    call_command("erase_expired")
    assert LoginEvent.objects.count() == count
    call_command("erase_expired")
    assert capsys.readouterr().out.count("1 old logins and refusals") == 1 - count


def test_log_goes_with_the_account(enrolled):
    LoginEvent.add("logged_in", enrolled, "192.0.2.0")
    enrolled.delete()
    assert not LoginEvent.objects.exists()


def act(client, action, user):
    client.prove_second_step()
    client.post("/admin/auth/user/", {"action": action, "_selected_action": [user.pk]})


def test_superuser_takes_away_a_lost_step_and_ends_the_sessions(admin_client, enrolled, visitor, type_password, logged):
    type_password()
    visitor.post(reverse("mfa_authenticate"), {"code": code()})
    act(admin_client, "reset_second_step", enrolled)
    assert visitor.get("/admin/").status_code == 302
    assert not Authenticator.objects.filter(user=enrolled).exists()
    assert type_password(follow=True).resolver_match.url_name == "mfa_index"
    assert ("step_removed", "kari") in logged()


def test_superuser_logs_somebody_out(admin_client, enrolled, visitor, type_password):
    type_password()
    visitor.post(reverse("mfa_authenticate"), {"code": code()})
    act(admin_client, "log_out", enrolled)
    assert visitor.get("/admin/").status_code == 302
    assert Authenticator.objects.filter(user=enrolled).exists()


def test_coordinator_does_neither(coordinator_client, enrolled):
    act(coordinator_client, "reset_second_step", enrolled)
    assert Authenticator.objects.filter(user=enrolled).exists()


def test_list_of_accounts_shows_who_has_a_second_step(admin_client, kari, django_assert_max_num_queries):
    page = admin_client.get("/admin/auth/user/").content.decode()
    assert (page.count("icon-yes"), page.count("icon-no")) == (3 + 1, 1 + 1)


def test_command_takes_away_a_lost_step(enrolled, visitor, type_password, logged, capsys):
    type_password()
    visitor.post(reverse("mfa_authenticate"), {"code": code()})
    call_command("reset_second_step", "kari")
    assert not Authenticator.objects.exists()
    assert visitor.get("/admin/").status_code == 302
    assert logged()[-1] == ("step_removed", "kari")


def test_command_says_that_it_knows_nobody():
    with pytest.raises(CommandError):
        call_command("reset_second_step", "nobody")
