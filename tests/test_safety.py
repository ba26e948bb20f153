"""What somebody hostile sends: each attack by its name, and what the site says to it."""

import re
from itertools import product

import pytest
from django.conf import settings as configured
from django.shortcuts import resolve_url
from django.test import Client
from post_office.models import Email

from members.joining.models import JoinRequest
from spaces.spreadsheet.file import rows

from .conftest import PRODUCTION_HOST
from .factories import JoinRequestFactory, OrganisationFactory, PhotoFactory, SpaceFactory
from .mail.test_emails import body
from .members.joining.form import filled, send

pytestmark = pytest.mark.django_db

EVIL = "evil.example"
OURS = PRODUCTION_HOST


# Host header

HOSTS = [EVIL, f"{OURS}.{EVIL}", f"{OURS}@{EVIL}", f"{OURS}:80@{EVIL}", "", "127.0.0.1", f"{OURS}\t.{EVIL}", f".{OURS}"]


def test_host_header_of_another_is_refused(production):
    for case in product(["/", "/bli-med/", "/admin/login/"], HOSTS):
        response = production.get(case[0], headers={"host": case[1]})
        assert response.status_code == 400, case
        assert EVIL not in str(response.headers) + response.content.decode(), case


def test_host_header_forwarded_is_not_believed(production):
    headers = {"x-forwarded-host": EVIL, "forwarded": f"host={EVIL}", "x-original-url": "/admin/", "x-rewrite-url": "/"}
    for address in ("/", "/sitemap.xml", "/robots.txt", "/bli-med/", "/.well-known/security.txt", "/finnes-ikke/"):
        response = production.get(address, headers=headers)
        assert EVIL not in str(response.headers) + response.content.decode(), address


def test_host_header_gets_into_no_mail(client, settings):
    settings.ALLOWED_HOSTS, settings.SITE_URL = ["*"], f"https://{OURS}"
    client.post("/bli-med/", filled(client), headers={"host": EVIL})
    (email,) = Email.objects.all()
    assert f"https://{OURS}/bli-med/" in body(email)
    assert EVIL not in body(email) + body(email, "html")


# Open redirect

ELSEWHERE = [f"//{EVIL}", f"https://{EVIL}", f"/\\{EVIL}", f"\\\\{EVIL}", f"https:{EVIL}", f"///{EVIL}", f"/%09/{EVIL}"]
ELSEWHERE += ["javascript:alert(1)", f"http:///{EVIL}", f"\t//{EVIL}", f"//{OURS}@{EVIL}", f"/%2F{EVIL}"]


def test_open_redirect_after_logging_in(coordinator):
    coordinator.set_password("k9PzV0-and-more")
    coordinator.save()
    sent = {"username": coordinator.username, "login": coordinator.username, "password": "k9PzV0-and-more"}
    for number, next_page in enumerate(ELSEWHERE):
        visitor = Client(REMOTE_ADDR=f"192.0.2.{number}")
        response = visitor.post(resolve_url(configured.LOGIN_URL), sent | {"next": next_page})
        assert response.status_code == 302, next_page
        assert is_here(response["Location"]), next_page


def test_open_redirect_by_a_missing_slash(client):
    for path in (f"//{EVIL}", f"/en//{EVIL}", f"/\\{EVIL}", f"///{EVIL}/admin", f"/steder//{EVIL}/.."):
        assert is_here(client.generic("GET", path).get("Location", "/")), path


def test_open_redirect_to_https(production):
    response = production.get(f"//{EVIL}/..", headers={"x-forwarded-proto": "http"})
    assert response["Location"].startswith(f"https://{OURS}/")


def is_here(location) -> bool:
    return bool(re.match(r"/(?![/\\\t])[^\t]*\Z", location))


# Mail header injection


@pytest.mark.parametrize("line", ["\r\n", "\n", "\r", "\u2028", "\x0b", "%0d%0a", "\x85"])
def test_mail_header_injection_by_the_form(client, line):
    name = f"Hus{line}Bcc: all@{EVIL}{line}{line}Text"
    send(client, name=name, contact_name=name, contact_email=f"kari@example.org{line}Bcc: all@{EVIL}")
    send(client, name=name, contact_name=name)
    for email in Email.objects.all():
        message = email.email_message().message()
        assert message["Bcc"] is None
        assert EVIL not in str([message["To"], message["From"], message["Reply-To"], message["Cc"]])
        assert message["Subject"].isprintable()


def test_mail_header_injection_by_a_coordinator(coordinator_client, coordinator):
    sent = {"first_name": "Kari\r\nBcc: x@y.example", "email": f"kari@example.org\r\nBcc: all@{EVIL}"}
    assert coordinator_client.post("/admin/my-mail/", sent).status_code == 200
    coordinator.refresh_from_db()
    assert EVIL not in coordinator.email


# Formula injection

FORMULAS = ["=HYPERLINK(1)", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", " =1", "＝1", "'=1", "=cmd|' /C calc'!A0"]


def test_formula_injection_in_what_is_exported(coordinator_client):
    for formula in FORMULAS:
        OrganisationFactory(name=f"{formula} org")
        SpaceFactory(name=formula, town=formula, address=formula, description_nb=formula)
    table = coordinator_client.get("/admin/spaces/space/export/").getvalue()
    for row in table.decode("utf-8-sig").split("\r\n"):
        for cell in row.split(";"):
            assert not re.match(r'"?\s*[=+\-@＝＋－＠\t\r]', cell), cell
    assert len(list(rows(table, str))) == len(FORMULAS) + 1


# Path tricks

PATHS = ["/../../etc/passwd", "/media/../manage.py", "/media/..%2f..%2fmanage.py", "/media/%2e%2e/%2e%2e/.env", "/.env"]
PATHS += ["/static/../.env", "/static/..%5c..%5c.env", "/media//etc/passwd", "/media/\\..\\..\\.env", "/.git/config"]
PATHS += ["/steder/%00/", "/steder/..%2f..%2fadmin/", "/medlemmer/%ff%fe/", "/bli-med/%00/", "/bli-med/%ff/"]
PATHS += ["/kart/9/-1/1.png", "/kart/9/1/../../../.env", "/en/spaces/;/", "/%c0%ae/", "/" + "a/" * 2000]
PATHS += ["/steder/" + "a" * 4000 + "/"]


def test_path_tricks_lead_nowhere(client, media):
    PhotoFactory()
    for path in PATHS:
        response = client.generic("GET", path)
        assert response.status_code in (400, 404), path
        body = b"".join(response.streaming_content) if response.streaming else response.content
        assert b"SECRET_KEY" not in body, path
        assert b"root:" not in body, path


# Oversized bodies and numbers


def test_oversized_body_is_refused(client):
    too_many = "&".join(f"a{number}=1" for number in range(2_000))
    for address in map(resolve_url, ["/bli-med/", "/en/join/link/", configured.LOGIN_URL, "/steder/"]):
        assert client.post(address, {"name": "x" * 3_000_000, "latitude": "1"}).status_code == 413, address
        sent = client.post(address, too_many, content_type="application/x-www-form-urlencoded")
        assert sent.status_code == 400, address


def test_oversized_texts_are_refused_and_not_stored(client):
    response = send(client, name="x" * 100_000, community="x" * 900_000)
    assert response.status_code == 200
    assert not JoinRequest.objects.exists()


def test_oversized_number_of_spaces_is_refused(client):
    for forms in (10**3, 10**9, 10**30, -1, "1e5", "9" * 5000):
        response = client.post("/bli-med/", filled(client) | {"spaces-TOTAL_FORMS": forms})
        assert response.status_code == 200, forms
        assert not JoinRequest.objects.exists(), forms


NUMBERS = ["99999999999999999999", "-1", "0", "1e400", "nan", "inf", "9" * 5000, "٣", "0x10", "1_000", "", "None"]


def test_oversized_numbers_in_an_address_or_a_body(client):
    SpaceFactory()
    pages = ["/steder/?page={0}", "/steder/?county={0}&near={0}&open={0}", "/?area={0},{0},{0},{0}"]
    pages += ["/kart/punkter.json?z={0}&b=4,57,32,72", "/kart/punkter.json?z=4&b={0},57,{0},72"]
    pages += ["/kart/{0}/{0}/{0}.png"]
    for number in NUMBERS:
        for address in pages:
            assert client.get(address.format(number)).status_code in (200, 204, 400, 404), (address, number)
        assert client.post("/steder/", {"latitude": number, "longitude": number}).status_code == 400, number


def test_oversized_numbers_in_the_admin(coordinator_client):
    space, request = SpaceFactory().pk, JoinRequestFactory(state="received").pk
    pages = ["spaces/space/?p={0}", "spaces/space/?hidden__exact={0}&attention={0}", "spaces/space/{0}/change/"]
    pages += ["spaces/space/{0}/preview/", f"spaces/space/{space}/history/{{0}}/", "members/joinrequest/{0}/change/"]
    pages += ["bin/deletion/{0}/change/", "bin/deletion/{0}/erase/", "log/?who={0}&since={0}&kind={0}"]
    pages += ["log/?before=2026-01-01T00:00:00%2B00:00~1~{0}", f"spaces/space/{space}/history/{{0}}/bring-back/"]
    pages += [f"members/joinrequest/{request}/change/?step={{0}}", "post_office/email/?state={0}"]
    for page, number in product(pages, NUMBERS):
        response = coordinator_client.get(f"/admin/{page}".format(number))
        assert response.status_code in (200, 302, 400, 404), (page, number)


NULS = ["/?q=%00", "/steder/?q=%00&near=%00&county=%00", "/kart/punkter.json?z=4&b=4,57,32,72&q=%00", "/?q=%ed%a0%80"]


def test_letters_that_no_database_takes(client):
    SpaceFactory()
    for address in NULS:
        assert client.get(address).status_code == 200, address


# Versions


@pytest.mark.parametrize("file", ["requirements.in", "requirements-servers.in", "requirements-dev.in"])
def test_each_dependency_has_a_least_version(file):
    lines = (configured.BASE_DIR / file).read_text().splitlines()
    wanted = [line.split("#")[0].strip() for line in lines if not line.startswith(("-", "#"))]
    assert [line for line in wanted if line and not re.search("[>~]=", line)] == []
