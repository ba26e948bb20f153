"""A backup that was restored brings no session, no spent code and no second mail with it."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from allauth.usersessions.models import UserSession
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from post_office.models import STATUS, Email

from accounts.models import LoginEvent
from mail import outbox
from members.joining.models import JoinRequest
from tests.client import StaffClient
from tests.factories import CoordinatorFactory, JoinRequestFactory

pytestmark = pytest.mark.django_db


def after_restore(capsys) -> str:
    capsys.readouterr()
    call_command("after_restore")
    return capsys.readouterr().out


def mail(status, to, **values):
    return Email.objects.create(from_email="post@example.org", to=[to], status=status, **values)


def test_all_sessions_end(coordinator, capsys):
    clients = [StaffClient(), StaffClient()]
    for client in clients:
        client.force_login(coordinator)
        UserSession.objects.create(
            user=coordinator, ip="192.0.2.0", session_key=client.session.session_key, user_agent=""
        )
        assert client.get("/admin/").status_code == 200
    assert "2 sessions ended" in after_restore(capsys)
    assert [client.get("/admin/").status_code for client in clients] == [302, 302]
    assert not UserSession.objects.exists()


def test_recovery_codes_are_gone_and_the_second_step_stays(client, coordinator, capsys):
    client.force_login(coordinator)
    data = {"seed": encrypt("seed"), "used_mask": 0}
    codes = Authenticator.objects.create(user=coordinator, type=Authenticator.Type.RECOVERY_CODES, data=data)
    code = codes.wrap().get_unused_codes()[0]
    assert f"next login: {coordinator.username}." in after_restore(capsys)
    assert [step.type for step in Authenticator.objects.all()] == [Authenticator.Type.TOTP]
    Client.force_login(client, coordinator)
    client.post(reverse("mfa_reauthenticate"), {"code": code})
    assert client.get("/admin/").status_code == 302


def test_waiting_mails_are_held_until_a_coordinator_sends_them(coordinator_client, coordinator, capsys, mailoutbox):
    later = timezone.now() + timedelta(hours=1)
    waiting = [mail(STATUS.queued, "kari@example.org"), mail(STATUS.requeued, "ola@example.org", scheduled_time=later)]
    for status in (STATUS.sent, STATUS.failed):
        mail(status, "per@example.org")
    assert "2 mails held" in after_restore(capsys)
    assert outbox.claim() is None
    assert Email.objects.filter(status=STATUS.failed).count() == 3
    coordinator_client.force_login(coordinator)
    page = coordinator_client.get(reverse("admin:post_office_email_changelist")).content.decode()
    assert page.count("Restored from a backup: it may have been sent since.") == 2
    data = {"action": "send_again", "_selected_action": [waiting[0].pk]}
    coordinator_client.post(reverse("admin:post_office_email_changelist"), data)
    assert outbox.claim() == waiting[0]
    assert outbox.claim() is None


def test_reminders_and_digests_that_are_due_are_held_and_not_made_again(capsys):
    CoordinatorFactory(email="berit@example.org")
    JoinRequestFactory().confirm()
    JoinRequest.objects.update(waits_since=timezone.now() - timedelta(days=9))
    Email.objects.all().delete()
    assert "1 mails held" in after_restore(capsys)
    call_command("remind")
    assert outbox.claim().subject == "En e-post kan ikke leveres"  # which says that it is held
    assert outbox.claim() is None


def test_restore_goes_on_where_reminders_fail(monkeypatch, capsys):
    def fail(*_):
        raise ValueError

    JoinRequestFactory()
    monkeypatch.setattr("members.joining.management.commands.remind.notified_daily", fail)
    assert "0 sessions ended" in after_restore(capsys)


def test_accounts_are_listed_as_the_backup_has_them(coordinator, capsys):
    day = timezone.now().replace(year=2026, month=3, day=2, hour=11, minute=0)
    CoordinatorFactory(username="left", is_active=False)
    for kind, hours in (("password_changed", 0), ("logged_in", 5), ("wrong_code", 6)):
        LoginEvent.objects.create(kind=kind, user=coordinator, network="192.0.2.0", at=day + timedelta(hours=hours))
    told = after_restore(capsys)
    assert "the last at 2026-03-02 18:00" in told
    assert f"  {coordinator.username}: changed 2026-03-02 12:00, last login –" in told
    assert "  left, shut out: changed –" in told
