"""Large bodies through nginx: it takes them from a coordinator's session alone, and few at once."""

import os
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest
from django.test import override_settings

from tests.client import StaffClient
from tests.factories import CoordinatorFactory

from .nginx import HOST
from .servers import CSRF, PRODUCTION, children, wait_for

pytestmark = pytest.mark.django_db(transaction=True)
IMPORT = "/admin/spaces/space/import/"
ADDRESSES = ["/admin/", "/en/admin/login/", IMPORT, "/admin/members/organisation/add/", "/bli-med/", "/nowhere/"]
MEGABYTE = 1024**2
FORGED = "__Host-sessionid=" + "x" * 32


@pytest.fixture
def coordinator():
    """The cookie of a session with both steps, as the server above knows it."""
    client = StaffClient()
    with override_settings(SECRET_KEY=PRODUCTION["SECRET_KEY"]):
        client.force_login(CoordinatorFactory())
    return f"__Host-sessionid={client.cookies['sessionid'].value}"


def begin(nginx, path, cookie="", length=64 * MEGABYTE, method="POST", **more):
    """A connection on which a large body is on its way."""
    connection = nginx.connect()
    connection.putrequest(method, path, skip_host=True)
    headers = {"Host": HOST, "Origin": f"https://{HOST}", "Cookie": f"{cookie}; __Host-csrftoken={CSRF}"}
    headers |= {"Content-Type": "multipart/form-data; boundary=x"} | more
    if not more:
        headers["Content-Length"] = str(length)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    return connection


def parked(nginx) -> list[int]:
    """Return the sizes of the bodies on disk: open files of nginx's workers, of which no folder knows."""
    sizes = []
    for file in [file for worker in children(nginx.process.pid) for file in Path(f"/proc/{worker}/fd").iterdir()]:
        with suppress(FileNotFoundError):  # closed meanwhile
            if "/client_body/" in os.readlink(file):
                sizes.append(file.stat().st_size)
    return sizes


def park(nginx, connection, part=b"x" * 0x40000):
    """Send the beginning of a body, and wait for nginx to count it: it writes none before the site knew the session."""
    before = len(parked(nginx))
    connection.send(part)
    wait_for(lambda: len(parked(nginx)) > before, "nginx to write")


def test_nobody_without_a_session_parks_a_large_body(nginx):
    for path in ADDRESSES:
        for cookie in ("", FORGED):
            with closing(begin(nginx, path, cookie)) as connection:
                response = connection.getresponse()
                assert (response.status, "For stort" in response.read().decode()) == (413, True), path
    assert not parked(nginx)


def test_large_body_of_no_said_length_is_refused_where_it_gets_large(nginx):
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    for path in (IMPORT, "/bli-med/"):
        with closing(begin(nginx, path, **{"Transfer-Encoding": "chunked"})) as connection:
            connection.sock.sendall(chunk * 17)
            response = connection.getresponse()
            assert (response.status, "For stort" in response.read().decode()) == (413, True), path
    assert sum(parked(nginx)) <= 2 * MEGABYTE


def test_small_body_reaches_the_site_without_a_session(nginx, web):
    answer = web.ask(IMPORT, {"note": "kept"}, through=nginx)
    assert (answer.status, answer.headers["location"]) == (302, f"/admin/login/?next={IMPORT}")


def test_coordinator_sends_a_large_file_and_two_at_once(nginx, web, coordinator):
    body = f'--x\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{CSRF}\r\n'
    body += '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    body += "x" * (12 * MEGABYTE) + "\r\n--x--\r\n"
    with ExitStack() as stack:
        begun = [stack.enter_context(closing(begin(nginx, IMPORT, coordinator, len(body)))) for _ in range(2)]
        for connection in begun:
            park(nginx, connection, body[:MEGABYTE].encode())
        third = stack.enter_context(closing(begin(nginx, IMPORT, coordinator, len(body))))
        assert third.getresponse().status == 429
        for _ in range(3):
            assert web.ask(IMPORT, through=nginx, Cookie=coordinator).status == 200, "pages are not counted"
        for connection in begun:
            connection.send(body[MEGABYTE:].encode())
            response = connection.getresponse()
            assert (response.status, "10 MB" in response.read().decode()) == (200, True)
    assert not parked(nginx)


def test_no_spelling_of_the_cookie_escapes_the_count(nginx, coordinator):
    name, key = coordinator.split("=")
    forged = f"{name}={'x' * 32}"
    for cookie in (f'{name}="{key}"', f"{name} ={key}", f"{name}= {key}", f'{forged}; {name}="{key}"'):
        with ExitStack() as stack:
            for _ in range(2):
                park(nginx, stack.enter_context(closing(begin(nginx, IMPORT, cookie))))
            third = stack.enter_context(closing(begin(nginx, IMPORT, cookie)))
            assert third.getresponse().status == 429, cookie


def test_body_of_another_method_is_counted_too(nginx, coordinator):
    with ExitStack() as stack:
        for method in ("GET", "OPTIONS"):
            park(nginx, stack.enter_context(closing(begin(nginx, IMPORT, coordinator, method=method))))
        third = stack.enter_context(closing(begin(nginx, IMPORT, coordinator)))
        assert third.getresponse().status == 429
