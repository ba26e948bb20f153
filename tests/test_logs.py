"""The logs name the request and nobody: no person, no network address, no query, no token."""

import io
import json
import logging
import re
import subprocess
import sys
from itertools import product
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import signing
from django.core.management import call_command
from django.db import IntegrityError, OperationalError
from django.test import Client
from django.urls import reverse
from post_office.models import Email

from coworking_norge import logs
from members.joining.models import JoinRequest

from .members.joining.form import filled
from .test_settings import PRODUCTION

PERSON = "Kari Nordmann"
NUMBER = "0123456789abcdef" * 2
FORMATTERS = [logs.JSONLines(), logs.Lines()]
LIBRARIES = ["django.request", "django.security.DisallowedHost", "django.server", "django.db.backends"]
LIBRARIES += ["gunicorn.error", "gunicorn.access", "py.warnings", "allauth", "post_office"]
SECRETS = [
    "kari@nordmann.example",
    "kari%40nordmann.example",
    "203.0.113.77",
    "203.0.113.77:54321",
    "2001:db8::c0ff:ee",
    "::ffff:203.0.113.77",
    "/steder/?q=kari+nordmann",
    f"/en/join/{signing.dumps(7)}/",
    f"/elsewhere/{signing.dumps(7)}/",
    "/konto/passord/3-ct5yt0-0123456789abcdef0123456789abcdef/",
    "/x/Zk3fQ-0bW_9sLr2Vx8TnYc5UdPaHgJ1oEiM4/",
    "sessionid=abcdefghijklmnopqrstuvwxyz012345",
    PERSON,
]


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


def test_no_library_logs_a_secret():
    constants = {"as an argument": "Something of %s happened", "of an answer": "Not Found"}
    for secret in SECRETS:
        ways = {
            "as an argument": {"message": "Something of %s happened", "args": (secret,)},
            "put together": {"message": f"Something of {secret} happened"},
            "of an answer": {"message": "Not Found: %s", "args": (secret,), "status_code": 404},
        }
        for name, (way, record), formatter in product(LIBRARIES, ways.items(), FORMATTERS):
            line = formatter.format(telling(name, **record))
            case = f"{name} {way}: {line}"
            assert secret not in line, case
            assert name in line, case
            assert constants.get(way, "") in line, case


def test_what_our_own_code_says_is_logged_as_it_is():
    for name in ("core.http", "coworking_norge.request_ids", "members", "spaces.map.tiles"):
        text = "https://data.brreg.no/enhetsregisteret/api gave nothing usable: ValueError: status 500"
        for formatter in FORMATTERS:
            assert text in formatter.format(telling(name, "%s", args=(text,))), name


def test_long_errors_cost_no_time():
    for letter in ["a", ":", "@", "1.", "/", "A-"]:
        assert len(logs.error_text(OperationalError(letter * 1_000_000))) < 1000, letter


def test_errors_name_nobody():
    errors = [
        IntegrityError("duplicate key\nDETAIL:  Key (name)=(Kari Nordmann) already exists."),
        ValueError("could not convert string to float: 'Kari Nordmann'"),
        OperationalError("server at 203.0.113.77 closed the connection\nLINE 1: VALUES ('Kari Nordmann')"),
        OperationalError("connection to server at 2001:db8::c0ff:ee failed"),
        FileNotFoundError(2, "No such file", "/media/kari-nordmann.jpg"),
        SMTPRecipientsRefused({"kari@nordmann.example": (550, b"Kari Nordmann is not known")}),
    ]
    for error, formatter in product(errors, FORMATTERS):
        line = formatter.format(telling("django.request", "Internal Server Error: /", raised(error)))
        for part in (type(error).__name__, "in raised", "ValueError"):
            assert part in line, (part, line)
        for secret in ("nordmann", "kari", "203.0.113", "2001:db8"):
            assert secret not in line.lower(), line


def test_an_error_about_code_or_a_server_is_told():
    told = {
        AttributeError("'Space' has no attribute 'slog'"): "AttributeError: 'Space' has no attribute 'slog'",
        OperationalError("too many connections\nfor Kari"): "OperationalError: too many connections",
        OSError(28, "No space left on device", "/media/1.jpg"): "OSError: No space left on device",
    }
    for error, line in told.items():
        assert logs.format_exception(raised(error))[0] == line


@pytest.mark.django_db
def test_a_line_cannot_be_forged(client, written):
    client.get("/a%0A2026 ERROR all is lost%1b[31m")
    assert [(line["message"], line["route"]) for line in written()] == [("Answered", ""), ("Not Found", "")]
    record = telling("django.request", "Not Found: /a\n2026 ERROR all is lost\x1b[31m")
    for formatter in FORMATTERS:
        assert len(formatter.format(record).splitlines()) == 1
        assert "\x1b" not in formatter.format(record)


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
        "route": "/steder/",
        "status": 200,
    }


def test_servers_say_no_more_than_that_they_failed(written, capsys):
    logging.getLogger("gunicorn.error").error("Error handling request %s", "/bli-med/7:token:signature/?q=kari")
    logging.getLogger("gunicorn.error").warning("Invalid request from ip=203.0.113.77: GET /bli-med/7:token:signature/")
    logging.getLogger("gunicorn.access").error("203.0.113.77 - - GET /steder/?q=kari")
    logging.getLogger("django.server").error('"%s" %s %s', "GET /steder/?q=kari HTTP/1.1", "500", "12")
    assert [line["message"] for line in written()] == ["Error handling request %s"]
    assert capsys.readouterr().err == ""


@pytest.mark.django_db
def test_route_is_logged_and_sent_whoever_answers(client, written):
    page = client.get("/steder/")
    cached = client.get("/steder/")
    unchanged = client.get("/steder/", headers={"if-none-match": page["ETag"]})
    assert [response.status_code for response in (page, cached, unchanged)] == [200, 200, 304]
    assert {response["X-Route"] for response in (page, cached, unchanged)} == {"/steder/"}
    routes = {
        "/": "/",
        "/en/spaces/kari/?q=kari": "/en/spaces/<slug:slug>/",
        "/en/join/kari:token/": "/en/join/<str:token>/",
        "/kart/1/0/7.png": "/kart/<int:z>/<int:x>/<int:y>.png",
    }
    for path, route in routes.items():
        assert client.get(path)["X-Route"] == route
    assert "X-Route" not in client.get("/finnes-ikke/kari/")
    assert [line["route"] for line in written() if "milliseconds" in line] == [*["/steder/"] * 3, *routes.values(), ""]


@pytest.mark.django_db
def test_a_number_that_is_not_well_formed_is_not_taken(client, written):
    wrong = ["", "short", NUMBER + "0", NUMBER.upper(), "0" * 31 + "\n", f"{NUMBER} x", "æ" * 32, "<script>" * 4]
    for given in wrong * 2:
        client.get("/robots.txt", headers={"x-request-id": given})
    numbers = {line["request_id"] for line in written()}
    assert len(numbers) == 2 * len(wrong)
    assert all(re.fullmatch("[0-9a-f]{32}", number) for number in numbers)


@pytest.mark.django_db
def test_the_number_is_on_the_page_of_an_error_and_in_its_lines(client, written, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("spaces.map.views.network_data", None)
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
    monkeypatch.setattr("members.joining.views.render_page", lambda request, found, form: int(found.contact_name))
    client.get(reverse("join:page", args=[request.page_token]))
    client.get(reverse("join:page", args=["forged:token:here"]))
    lines = written()
    assert {line.get("status") for line in lines} >= {200, 302, 404, 500}
    told = json.dumps(lines, ensure_ascii=False)
    for secret in ("Kari", "Nordmann", "nordmann", "90912345", "203.0.113", "?", request.page_token, "forged"):
        assert secret not in told
    assert "/bli-med/<str:token>/" in told


@pytest.mark.django_db
def test_sending_mail_writes_nothing_of_the_person(capsys, written, settings, monkeypatch):

    def refuse(*arguments):
        raise SMTPRecipientsRefused({"kari@nordmann.example": (550, b"Kari Nordmann is not known")})

    backend = "django.core.mail.backends.smtp.EmailBackend"
    settings.POST_OFFICE = settings.POST_OFFICE | {"BACKENDS": {"default": backend}}
    monkeypatch.setattr(f"{backend}.open", lambda connection: None)
    monkeypatch.setattr(f"{backend}.send_messages", refuse)
    monkeypatch.setattr("mail.management.commands.send_mail.close_old_connections", lambda: None)
    Email.objects.create(from_email="post@example.org", to=["kari@nordmann.example"], status=2, subject="Kari")
    call_command("send_mail")
    told = json.dumps(written()) + "".join(capsys.readouterr())
    assert "1 given up" in told
    assert "kari" not in told.lower()


def test_a_command_that_fails_is_logged_without_its_values():
    program = (
        "import sys; sys.argv = ['manage.py', 'remind']; import django; django.setup();"
        "from coworking_norge.logs import excepthook; sys.excepthook = excepthook;"
        "raise ValueError('Kari Nordmann')"
    )
    environment = PRODUCTION | {"DJANGO_SETTINGS_MODULE": "coworking_norge.settings", "ADMINS": ""}
    result = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    line = json.loads(result.stderr)
    assert (line["level"], line["message"], line["error"][0]) == ("CRITICAL", "remind failed", "ValueError")
    assert "Kari" not in result.stderr
