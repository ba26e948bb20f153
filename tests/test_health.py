"""Alive, and ready: what strangers are told, and what those who run the site are."""

import shutil
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone
from post_office.models import STATUS, Email

TOKEN = "0123456789" * 4


@pytest.fixture
def ready(client, settings):
    """What /readyz answers to a monitor: its status, and the states."""
    settings.READY_TOKEN = TOKEN

    def ask():
        response = client.get("/readyz", headers={"authorization": f"Bearer {TOKEN}"})
        return response.status_code, response.json()

    return ask


@pytest.fixture
def no_database(monkeypatch):
    def refuse(*arguments, **options):
        raise OperationalError("could not connect to server at 192.0.2.7")

    monkeypatch.setattr(connection, "cursor", refuse)


def mail(status, minutes, **values):
    email = Email.objects.create(from_email="post@example.org", to=["kari@example.org"], status=status, **values)
    then = timezone.now() - timedelta(minutes=minutes)
    Email.objects.filter(pk=email.pk).update(created=then, last_updated=then)


def test_alive_without_a_database(client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_ready(client, ready):
    assert client.get("/readyz").content == b"ok"
    status, told = ready()
    assert status == 200
    assert told["ready"]
    assert set(told) == {"ready", "database", "migrations", "mail_queue", "disk"}


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_neither_is_asked_by_post(client, address):
    assert client.post(address).status_code == 405


def test_not_ready_without_a_database(client, ready, no_database):
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"not ready")
    status, told = ready()
    assert status == 503
    assert told["database"] == {"ok": False, "error": "OperationalError"}


def test_staff_who_cannot_be_looked_up_are_strangers(client, no_database, settings):
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    assert client.get("/readyz").content == b"not ready"


@pytest.mark.django_db
def test_not_ready_while_a_migration_is_missing(client, ready):
    MigrationRecorder.Migration.objects.filter(app="core", name="0001_initial").delete()
    assert client.get("/readyz").status_code == 503
    assert ready()[1]["migrations"] == {"ok": False, "missing": ["core.0001_initial"]}


@pytest.mark.django_db
def test_not_ready_while_nobody_sends_the_mail(ready):
    mail(STATUS.queued, 14)
    assert ready()[0] == 200
    mail(STATUS.requeued, 16)
    status, told = ready()
    assert status == 503
    assert told["mail_queue"]["oldest_due_seconds"] == pytest.approx(16 * 60, abs=30)


@pytest.mark.django_db
def test_ready_while_mails_wait_for_another_try_or_are_sent(ready):
    mail(STATUS.requeued, 100, scheduled_time=timezone.now() + timedelta(minutes=9))
    mail(STATUS.sent, 600)
    assert ready()[1]["mail_queue"] == {"ok": True, "oldest_due_seconds": 0, "server_down": False}


@pytest.mark.django_db
def test_ready_while_many_wait_and_the_worker_is_at_it(ready):
    mail(STATUS.queued, 40)
    mail(STATUS.failed, 1)
    assert ready()[0] == 200


@pytest.mark.django_db
def test_ready_while_many_mails_cannot_be_delivered(ready):
    """Strangers mistype addresses; tests/faults/test_mail_recipients.py knows what the mail server is judged by."""
    for _ in range(20):
        mail(STATUS.failed, 60)
    assert ready()[0] == 200


@pytest.mark.django_db
def test_not_ready_while_the_disk_is_full(ready, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9 - 1000, 1000))
    status, told = ready()
    assert status == 503
    assert told["disk"] == {"ok": False, "free_bytes": 1000}


@pytest.mark.django_db
def test_not_ready_while_the_disk_is_gone(ready, settings, tmp_path):
    settings.DATA_DIR = tmp_path / "gone"
    status, told = ready()
    assert status == 503
    assert told["disk"] == {"ok": False, "error": "FileNotFoundError"}


@pytest.mark.django_db
@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer æ"])
@pytest.mark.parametrize("token", ["", TOKEN])
def test_strangers_are_told_no_detail(client, settings, sent, token):
    settings.READY_TOKEN = token
    assert client.get("/readyz", headers={"authorization": sent}).content == b"ok"


@pytest.mark.django_db
@pytest.mark.parametrize(("is_staff", "knows"), [(True, True), (False, False)])
def test_staff_are_told(client, is_staff, knows):
    client.force_login(get_user_model().objects.create_user("somebody", is_staff=is_staff))
    response = client.get("/readyz")
    assert (response["Content-Type"] == "application/json") == knows
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_a_password_alone_is_told_no_detail(client, coordinator):
    Client.force_login(client, coordinator)
    assert client.get("/readyz").content == b"ok"


@pytest.mark.django_db
def test_ready_asks_little_of_the_database(client, django_assert_max_num_queries):
    client.get("/readyz")
    with django_assert_max_num_queries(5):
        client.get("/readyz")
