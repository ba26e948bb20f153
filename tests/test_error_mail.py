"""Administrators hear of what fails: once, by way of the outbox, and of nobody's doings."""

import logging
import os
import subprocess
import sys
from contextlib import nullcontext
from datetime import timedelta
from threading import Event
from time import monotonic

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from post_office.models import Email

from core.models import RateLimit
from coworking_norge import error_mail

from .stand_ins import MailServer
from .test_logs import NUMBER
from .test_settings import PRODUCTION

pytestmark = pytest.mark.django_db

ADMINS = [("", "operator@example.org"), ("", "other@example.org")]
PAGE = "/bli-med/hemmelig:nøkkel:her/"


@pytest.fixture
def process():
    """A handler as another process would have it."""

    def start():
        handler = error_mail.AdminMail()
        handler.setLevel("ERROR")
        return handler

    return start


@pytest.fixture(autouse=True)
def handler(settings, process):
    settings.ADMINS, settings.EMAIL_BACKEND = ADMINS, "mail.outbox.EmailBackend"
    root, ours = logging.getLogger(), process()
    before = root.handlers[:]
    root.handlers = [other for other in before if not isinstance(other, error_mail.AdminMail)] + [ours]
    yield ours
    root.handlers = before


@pytest.fixture
def failing(monkeypatch):
    person = "Kari Nordmann"
    monkeypatch.setattr("members.joining.views.JoinRequest.objects.with_token", lambda *token: fail_with(person))
    return Client(raise_request_exception=False, REMOTE_ADDR="203.0.113.77")


def fail_with(text):
    raise ValueError(text)


def break_page(client, page=PAGE):
    response = client.post(
        f"{page}?q=nordmann",
        {"name": "Kari Nordmann", "email": "kari@nordmann.example"},
        headers={"x-request-id": NUMBER, "cookie": "secret=cookie-value", "authorization": "Bearer abc"},
    )
    assert response.status_code == 500


def test_mail_tells_what_failed_and_of_nobody(failing):
    break_page(failing)
    (email,) = Email.objects.all()
    assert email.to == [address for _, address in ADMINS]
    assert email.subject == "[Coworking Norge] ERROR: Internal Server Error /bli-med/<str:token>/ ValueError"
    for part in ("POST /bli-med/<str:token>/", NUMBER, "ValueError", "in fail_with"):
        assert part in email.message
    whole = f"{email.subject} {email.message} {email.html_message} {email.headers}"
    for secret in ("hemmelig", "nøkkel", "nordmann", "cookie-value", "Bearer", "203.0.113", "SECRET_KEY"):
        assert secret.lower() not in whole.lower()


def test_nothing_is_mailed_without_administrators(failing, settings):
    settings.ADMINS = []
    break_page(failing)
    assert not Email.objects.exists()
    assert not RateLimit.objects.exists()


def test_storm_asks_nothing_of_the_database_once_it_was_told_of(django_assert_num_queries):
    for told in range(3):
        with django_assert_num_queries(0) if told else nullcontext():
            logging.getLogger("members").error("One")
    assert Email.objects.count() == 1


def test_storm_of_one_error_is_one_mail_whatever_process_meets_it(failing, process):
    for _ in range(5):
        break_page(failing)
    logging.getLogger().addHandler(process())
    for _ in range(5):
        break_page(failing)
    assert Email.objects.count() == 1


def test_storm_of_many_errors_is_few_mails():
    for number in range(40):
        record = {"name": "members", "levelno": logging.ERROR, "pathname": "code.py", "lineno": number, "msg": "One"}
        logging.getLogger("members").handle(logging.makeLogRecord(record))
    assert Email.objects.count() == 10


def test_told_once_more_after_an_hour(failing, monkeypatch):
    break_page(failing)
    monkeypatch.setattr(error_mail, "monotonic", lambda: monotonic() + 3_700)
    with time_machine.travel(timezone.now() + timedelta(seconds=3_700), tick=False):
        break_page(failing)
    assert Email.objects.count() == 2


@pytest.mark.parametrize("name", ["django.security.DisallowedHost", "django.security.csrf"])
def test_what_strangers_bring_about_is_not_mailed(name):
    logging.getLogger(name).error("Invalid HTTP_HOST header")
    assert not Email.objects.exists()


def test_warnings_are_not_mailed():
    logging.getLogger("members").warning("Something")
    assert not Email.objects.exists()


def test_subject_is_one_line():
    logging.getLogger("members").error("One\r\nBcc: all@example.org\nmore \x00 %s", "x" * 500)
    (email,) = Email.objects.all()
    assert email.subject.isprintable()
    assert len(email.subject) < 200
    assert email.bcc == []


def test_database_that_fails_is_told_of_at_once_and_once(monkeypatch):
    sent = Event()
    monkeypatch.setattr(RateLimit, "allows", lambda *arguments, **options: fail_with_database())
    told = []
    monkeypatch.setattr(error_mail, "mail_admins", lambda *text, **options: (told.append(options), sent.set()))
    for _ in range(3):
        logging.getLogger("members").error("One")
        logging.getLogger("members").error("Two")
    assert sent.wait(60)
    (options,) = told
    assert options["connection"]


def test_command_that_finds_no_database_tells_before_it_ends(tmp_path):
    server = MailServer()
    server.start()
    down = {"DATABASE_URL": "postgres://site@127.0.0.1:1/site", "EMAIL_URL": f"smtp://127.0.0.1:{server.port}"}
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path)} | PRODUCTION | down
    try:
        failed = subprocess.run([sys.executable, "manage.py", "erase_expired"], env=environment, check=False)
    finally:
        server.stop()
    assert failed.returncode == 1
    (mail,) = server.taken
    assert "erase_expired failed OperationalError" in mail["Subject"]


def fail_with_database():
    raise OperationalError


def test_log_breaks_nothing(monkeypatch, caplog):
    monkeypatch.setattr(error_mail, "mail_admins", lambda *arguments: fail_with("Kari"))
    logging.getLogger("members").error("One")
    assert "No mail about an error: ValueError" in caplog.text
