import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import LoginEvent
from core.versions import version_of
from tests.factories import CoordinatorFactory

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 3, 2, 3, tzinfo=UTC)


def changes(capsys, since) -> str:
    capsys.readouterr()
    call_command("login_changes", since)
    return capsys.readouterr().out


def test_changes_of_logins_since_are_listed(kari, capsys):
    for kind, hours in (("password_changed", -1), ("step_added", 1), ("logged_in", 2), ("wrong_password", 3)):
        LoginEvent.objects.create(kind=kind, user=kari, network="192.0.2.0", at=NIGHT + timedelta(hours=hours))
    for since in ("2026-03-02 03:00:00+00", "2026-03-02 04:00:00.123456+01"):  # as psql writes it
        assert changes(capsys, since) == "  2026-03-02 05:00  kari: added a second step\n"
    assert changes(capsys, "2026-03-02 12:00:00+00") == "  none\n"


def test_account_that_was_shut_out_in_the_admin_is_listed(admin_client, capsys):
    left = CoordinatorFactory(username="left")
    data = {"username": "left", "date_joined_0": "2026-03-01", "date_joined_1": "12:00:00", "is_staff": "on"}
    data["version"] = version_of(left)
    admin_client.prove_second_step()
    admin_client.post(reverse("admin:auth_user_change", args=[left.pk]), data)
    left.refresh_from_db()
    assert not left.is_active
    assert re.search("  left: .*Active", changes(capsys, str(NIGHT)))
