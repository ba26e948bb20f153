"""The logs name the request and nobody: no person, no network address, no query, no token."""

import io
import json
import logging
import re
import subprocess
import sys
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import signing
from django.core.management import call_command
from django.db import IntegrityError, OperationalError
from django.test import Client
from django.urls import reverse
from post_office.models import Email

from coworking_norge import logs
from members.models import JoinRequest

from .members.join.form import filled
from .test_settings import PRODUCTION

PERSON = "Kari Nordmann"
NUMBER = "0123456789abcdef" * 2
LOGGERS = [
    "coworking_norge.request_ids",
    "django.request",
    "django.security.DisallowedHost",
    "django.server",
    "django.db.backends",
    "gunicorn.error",
    "gunicorn.access",
    "members.outside",
    "py.warnings",
    "spaces.tiles",
]
SECRETS = {
    "mail": "kari@nordmann.example",
    "encoded mail": "kari%40nordmann.example",
    "IPv4": "203.0.113.77",
    "IPv4 with a port": "203.0.113.77:54321",
    "IPv6": "2001:db8::c0ff:ee",
    "IPv4 in IPv6": "::ffff:203.0.113.77",
    "query": "/steder/?q=kari+nordmann",
    "token": f"/en/join/{signing.dumps(7)}/",
    "any signed token": f"/elsewhere/{signing.dumps(7)}/",
    "reset": "/konto/passord/3-ct5yt0-0123456789abcdef0123456789abcdef/",
    "random": "/x/Zk3fQ-0bW_9sLr2Vx8TnYc5UdPaHgJ1oEiM4/",
    "session": "sessionid=abcdefghijklmnopqrstuvwxyz012345",
}


def telling(name, message="", error=None, **extra):
    return logging.makeLogRecord(
        {"name": name, "msg": message, "exc_info": error and (type(error), error, error.__traceback__), **extra}
    )


def raised(error):
    """The error as it is once it was raised, because of another."""
    try:
        try:
            int(PERSON)
        except ValueError as cause:
            raise error from cause
    except type(error) as caught:
        return caught


@pytest.fixture
def written():
    """What the project's own handler writes, as it does in production."""
    handler = next(handler for handler in logging.getLogger().handlers if type(handler) is logging.StreamHandler)
    stream, formatter = io.StringIO(), handler.formatter
    before = handler.setStream(stream)
    handler.setFormatter(logs.JSONLines())
    logger = logging.getLogger("coworking_norge.request_ids")
    level = logger.level
    logger.setLevel("INFO")
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logger.setLevel(level)
    handler.setFormatter(formatter)
    handler.setStream(before)


@pytest.mark.parametrize("form", [logs.JSONLines, logs.Lines])
@pytest.mark.parametrize("name", LOGGERS)
@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_no_log_tells_a_secret(form, name, secret):
    line = form().format(telling(name, f'Something of "{secret}" happened'))
    hidden = secret.rpartition("?")[2].strip("/").rpartition("/")[2].rpartition("=")[2]
    assert hidden not in line
    assert "203.0.113" not in line
    assert "Something of" in line
    assert "happened" in line


@pytest.mark.parametrize(
    "text",
    [
        "Not Found: /medlemmer/kunnskapsparken-i-bodo-med-et-veldig-langt-navn/",
        "https://data.brreg.no/enhetsregisteret/api gave nothing usable: ValueError('status 500')",
        "Answered at 12:30:45",
        "Listening at: http://127.0.0.1:8000 (4711)",
        "Is anybody there? Nobody is.",
    ],
)
def test_what_is_no_secret_is_told(text):
    assert logs.clean(text) == text


@pytest.mark.parametrize("letter", ["a", ":", "@", "1.", "/", "A-"])
def test_long_texts_cost_no_time(letter):
    assert len(logs.clean(letter * 1_000_000)) < 1000


@pytest.mark.parametrize("form", [logs.JSONLines, logs.Lines])
@pytest.mark.parametrize(
    "error",
    [
        IntegrityError("duplicate key\nDETAIL:  Key (name)=(Kari Nordmann) already exists."),
        ValueError("could not convert string to float: 'Kari Nordmann'"),
        OperationalError("server at 203.0.113.77 closed the connection\nLINE 1: VALUES ('Kari Nordmann')"),
        SMTPRecipientsRefused({"kari@nordmann.example": (550, b"Kari Nordmann is not known")}),
    ],
)
def test_errors_name_nobody(form, error):
    line = form().format(telling("django.request", "Internal Server Error: /", raised(error)))
    assert type(error).__name__ in line
    assert "in raised" in line
    assert "ValueError" in line
    for secret in ("nordmann", "kari", "203.0.113"):
        assert secret not in line.lower()


def test_an_error_about_code_is_told_in_full():
    assert logs.told(raised(AttributeError("'Space' object has no attribute 'slog'")))[0].endswith("attribute 'slog'")


def test_a_line_cannot_be_forged():
    record = telling("django.request", "Not Found: /a\n2026 ERROR all is lost\x1b[31m")
    for form in (logs.JSONLines, logs.Lines):
        assert len(form().format(record).splitlines()) == 1
        assert "\x1b" not in form().format(record)


@pytest.mark.django_db
def test_each_answer_is_one_line(client, written):
    client.get("/steder/?q=kari+nordmann", headers={"x-request-id": NUMBER})
    (line,) = written()
    assert line.pop("time").endswith("+00:00")
    assert isinstance(line.pop("milliseconds"), int)
    assert line == {
        "level": "INFO",
        "logger": "coworking_norge.request_ids",
        "message": "Answered",
        "request_id": NUMBER,
        "method": "GET",
        "path": "/steder/",
        "status": 200,
    }


def test_what_the_web_server_says_is_told_in_our_words(written):
    logging.getLogger("gunicorn.error").error("Error handling request %s", "/bli-med/7:token:signature/?q=kari")
    logging.getLogger("gunicorn.access").error("203.0.113.77 - - GET /steder/?q=kari")
    (line,) = written()
    assert line["message"] == "Error handling request /bli-med/…/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "given", ["", "short", NUMBER + "0", NUMBER.upper(), "0" * 31 + "\n", f"{NUMBER} x", "æ" * 32, "<script>" * 4]
)
def test_a_number_that_is_not_well_formed_is_not_taken(client, written, given):
    client.get("/robots.txt", headers={"x-request-id": given})
    client.get("/robots.txt", headers={"x-request-id": given})
    numbers = {line["request_id"] for line in written()}
    assert len(numbers) == 2
    assert all(re.fullmatch("[0-9a-f]{32}", number) for number in numbers)


@pytest.mark.django_db
def test_the_number_is_on_the_page_of_an_error_and_in_its_lines(client, written, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("spaces.views.network_data", None)
    page = client.get("/en/", headers={"x-request-id": NUMBER}).content.decode()
    assert NUMBER in page
    lines = written()
    assert [line["status"] for line in lines] == [500, 500]
    assert {line["request_id"] for line in lines} == {NUMBER}
    assert lines[0]["error"][0] == "TypeError"


@pytest.mark.django_db
def test_joining_writes_nothing_of_the_person(written, monkeypatch):
    client = Client(raise_request_exception=False, REMOTE_ADDR="203.0.113.77")
    sent = filled(client, contact_name="Kari Nordmann", contact_email="kari@nordmann.example", contact_phone="90912345")
    client.post("/bli-med/", sent | {"contact_email": "wrong"})
    client.post("/bli-med/", sent)
    request = JoinRequest.objects.get()
    client.get(reverse("join:confirm", args=[request.confirm_token]))
    client.post(reverse("join:confirm", args=[request.confirm_token]))
    monkeypatch.setattr("members.join.views.render_page", lambda request, found, form: int(found.contact_name))
    client.get(reverse("join:page", args=[request.page_token]))
    client.get(reverse("join:page", args=["forged:token:here"]))
    lines = written()
    assert {line.get("status") for line in lines} >= {200, 302, 404, 500}
    told = json.dumps(lines, ensure_ascii=False)
    for secret in ("Kari", "Nordmann", "nordmann", "90912345", "203.0.113", "?", request.page_token, "forged"):
        assert secret not in told
    assert "/bli-med/…" in told


@pytest.mark.django_db
def test_sending_mail_writes_nothing_of_the_person(capsys, written, settings, monkeypatch):

    def refuse(*arguments):
        raise SMTPRecipientsRefused({"kari@nordmann.example": (550, b"Kari Nordmann is not known")})

    backend = "django.core.mail.backends.smtp.EmailBackend"
    settings.POST_OFFICE = settings.POST_OFFICE | {"BACKENDS": {"default": backend}}
    monkeypatch.setattr(f"{backend}.open", lambda connection: None)
    monkeypatch.setattr(f"{backend}.send_messages", refuse)
    monkeypatch.setattr("members.management.commands.send_mail.close_old_connections", lambda: None)
    Email.objects.create(from_email="post@example.org", to=["kari@nordmann.example"], status=2, subject="Kari")
    call_command("send_mail")
    told = json.dumps(written()) + "".join(capsys.readouterr())
    assert "1 to be tried again" in told
    assert "kari" not in told.lower()


def test_a_command_that_fails_is_logged_without_its_values():
    program = (
        "import sys; sys.argv = ['manage.py', 'remind']; import django; django.setup();"
        "from coworking_norge.logs import uncaught; sys.excepthook = uncaught;"
        "raise ValueError('Kari Nordmann')"
    )
    environment = PRODUCTION | {"DJANGO_SETTINGS_MODULE": "coworking_norge.settings", "ADMINS": ""}
    result = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    line = json.loads(result.stderr)
    assert (line["level"], line["message"], line["error"][0]) == ("CRITICAL", "remind failed", "ValueError")
    assert "Kari" not in result.stderr
