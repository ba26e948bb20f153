"""What somebody hostile sends: each attack by its name, and what the site says to it."""

import re

import pytest
from django.conf import settings as configured
from django.shortcuts import resolve_url
from post_office.models import Email

from members.models import JoinRequest
from spaces.csv_file import rows

from .conftest import PRODUCTION_HOST
from .factories import JoinRequestFactory, OrganisationFactory, PhotoFactory, SpaceFactory
from .members.join.form import filled, send

pytestmark = pytest.mark.django_db

EVIL = "evil.example"
OURS = PRODUCTION_HOST


# Host header

HOSTS = [EVIL, f"{OURS}.{EVIL}", f"{OURS}@{EVIL}", f"{OURS}:80@{EVIL}", "", "127.0.0.1", f"{OURS}\t.{EVIL}", f".{OURS}"]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("address", ["/", "/bli-med/", "/admin/login/"])
def test_host_header_of_another_is_refused(production, host, address):
    response = production.get(address, headers={"host": host})
    assert response.status_code == 400
    assert EVIL not in str(response.headers) + response.content.decode()


def test_host_header_forwarded_is_not_believed(production):
    headers = {"x-forwarded-host": EVIL, "forwarded": f"host={EVIL}", "x-original-url": "/admin/", "x-rewrite-url": "/"}
    for address in ("/", "/sitemap.xml", "/robots.txt", "/bli-med/", "/.well-known/security.txt", "/finnes-ikke/"):
        response = production.get(address, headers=headers)
        assert EVIL not in str(response.headers) + response.content.decode(), address


def test_host_header_gets_into_no_mail(client, settings):
    settings.ALLOWED_HOSTS, settings.SITE_URL = ["*"], f"https://{OURS}"
    client.post("/bli-med/", filled(client), headers={"host": EVIL})
    (email,) = Email.objects.all()
    assert f"https://{OURS}/bli-med/" in email.message
    assert EVIL not in email.message + email.html_message


# Open redirect

ELSEWHERE = [f"//{EVIL}", f"https://{EVIL}", f"/\\{EVIL}", f"\\\\{EVIL}", f"https:{EVIL}", f"///{EVIL}", f"/%09/{EVIL}"]
ELSEWHERE += ["javascript:alert(1)", f"http:///{EVIL}", f"\t//{EVIL}", f"//{OURS}@{EVIL}", f"/%2F{EVIL}"]


@pytest.mark.parametrize("next_page", ELSEWHERE)
def test_open_redirect_after_logging_in(client, coordinator, next_page):
    coordinator.set_password("k9PzV0-and-more")
    coordinator.save()
    sent = {"username": coordinator.username, "login": coordinator.username, "password": "k9PzV0-and-more"}
    response = client.post(resolve_url(configured.LOGIN_URL), sent | {"next": next_page})
    assert response.status_code == 302
    assert is_here(response["Location"])


@pytest.mark.parametrize("path", [f"//{EVIL}", f"/en//{EVIL}", f"/\\{EVIL}", f"///{EVIL}/admin", f"/steder//{EVIL}/.."])
def test_open_redirect_by_a_missing_slash(client, path):
    assert is_here(client.generic("GET", path).get("Location", "/"))


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
    table = coordinator_client.get("/admin/spaces/space/export/").content
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


@pytest.mark.parametrize("path", PATHS, ids=range(len(PATHS)))
def test_path_tricks_lead_nowhere(client, media, path):
    PhotoFactory()
    response = client.generic("GET", path)
    assert response.status_code in (400, 404), path
    body = b"".join(response.streaming_content) if response.streaming else response.content
    assert b"SECRET_KEY" not in body
    assert b"root:" not in body


# Oversized bodies and numbers


@pytest.mark.parametrize("address", ["/bli-med/", "/en/join/link/", configured.LOGIN_URL, "/steder/"])
def test_oversized_body_is_refused(client, address):
    address = resolve_url(address)
    assert client.post(address, {"name": "x" * 3_000_000, "latitude": "1"}).status_code == 400
    too_many = "&".join(f"a{number}=1" for number in range(2_000))
    sent = client.post(address, too_many, content_type="application/x-www-form-urlencoded")
    assert sent.status_code == 400


def test_oversized_texts_are_refused_and_not_stored(client):
    response = send(client, name="x" * 100_000, community="x" * 1_000_000)
    assert response.status_code == 200
    assert not JoinRequest.objects.exists()


@pytest.mark.parametrize("forms", [10**3, 10**9, 10**30, -1, "1e5", "9" * 5000])
def test_oversized_number_of_spaces_is_refused(client, forms):
    response = client.post("/bli-med/", filled(client) | {"spaces-TOTAL_FORMS": forms})
    assert response.status_code == 200
    assert not JoinRequest.objects.exists()


NUMBERS = ["99999999999999999999", "-1", "0", "1e400", "nan", "inf", "9" * 5000, "٣", "0x10", "1_000", "", "None"]


@pytest.mark.parametrize("number", NUMBERS)
def test_oversized_numbers_in_an_address(client, number):
    SpaceFactory()
    for address in (
        f"/steder/?page={number}",
        f"/steder/?county={number}&near={number}&open={number}",
        f"/?area={number},{number},{number},{number}",
        f"/kart/punkter.json?z={number}&b=4,57,32,72",
        f"/kart/punkter.json?z=4&b={number},57,{number},72",
        f"/kart/{number}/{number}/{number}.png",
    ):
        assert client.get(address).status_code in (200, 204, 400, 404), address


@pytest.mark.parametrize("number", NUMBERS)
def test_oversized_numbers_in_a_body(client, number):
    assert client.post("/steder/", {"latitude": number, "longitude": number}).status_code == 400


@pytest.mark.parametrize("number", NUMBERS)
def test_oversized_numbers_in_the_admin(coordinator_client, number):
    space, request = SpaceFactory(), JoinRequestFactory(state="received")
    for page in (
        f"spaces/space/?p={number}",
        f"spaces/space/?id__exact={number}&attention={number}",
        f"spaces/space/{number}/change/",
        f"spaces/space/{number}/preview/",
        f"spaces/space/{space.pk}/history/{number}/",
        f"members/joinrequest/{number}/change/",
        f"members/joinrequest/{request.pk}/change/?step={number}",
        f"post_office/email/?state={number}",
    ):
        assert coordinator_client.get(f"/admin/{page}").status_code in (200, 302, 404), page


NULS = ["/?q=%00", "/steder/?q=%00&near=%00&county=%00", "/kart/punkter.json?z=4&b=4,57,32,72&q=%00", "/?q=%ed%a0%80"]


@pytest.mark.parametrize("address", NULS)
def test_letters_that_no_database_takes(client, address):
    SpaceFactory()
    assert client.get(address).status_code == 200


# Versions


@pytest.mark.parametrize("file", ["requirements.in", "requirements-dev.in"])
def test_each_dependency_has_a_least_version(file):
    lines = (configured.BASE_DIR / file).read_text().splitlines()
    wanted = [line.split("#")[0].strip() for line in lines if not line.startswith(("-", "#"))]
    assert [line for line in wanted if line and not re.search("[>~]=", line)] == []
