"""What nginx answers itself is a page of the site's, in both languages; and nobody sees a page of gunicorn's."""

import re
from contextlib import suppress
from pathlib import Path
from socket import create_connection

import pytest

from .nginx import HOST

pytestmark = pytest.mark.django_db(transaction=True)


def ask(nginx, request: bytes):
    """The status, the headers in small letters and the page that a raw request is answered with."""
    with nginx.socket() as connection:
        connection.sendall(request)
        received = b""
        while more := connection.recv(65536):
            received += more
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").splitlines()
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return int(first.split()[1]), headers, body.decode(errors="replace")


def request(line, *headers):
    return "\r\n".join([line, f"Host: {HOST}", "Connection: close", *headers, "", ""]).encode("latin-1")


REFUSED = {
    400: [request("GET / HTTP/1.1 x"), request("POST / HTTP/1.1", "Content-Length: x"), request("GET /%zz HTTP/1.1")],
    404: [request("GET /static/nothing.css HTTP/1.1"), request("GET /media/nothing.jpg HTTP/1.1")],
    405: [request("POST /kart/12/2170/1190.png HTTP/1.1")]
    + [request(f"{method} / HTTP/1.1") for method in ("GE", "PUT", "DELETE", "PROPFIND", "A" * 30, "_-")],
    413: [request("POST /om/ HTTP/1.1", "Content-Length: 2000000")],
    414: [request(f"GET /{'x' * 9000} HTTP/1.1")],
    431: [request("GET / HTTP/1.1", f"X: {'x' * 9000}"), request("GET / HTTP/1.1", *["X: y" * 300] * 60)],
    505: [request("GET / HTTP/3.1")],
}


@pytest.mark.parametrize("status", REFUSED)
def test_refusal_is_a_page_of_the_sites_in_both_languages(nginx, status):
    for raw in REFUSED[status]:
        got, headers, page = ask(nginx, raw)
        assert got == status, raw[:80]
        assert_is_ours(headers, page)


def assert_is_ours(headers, page):
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert re.search(r'<html lang="nb">.*<h1>[^<]+</h1>.*<section lang="en">\s*<h2>[^<]+</h2>', page, re.DOTALL)
    assert "nginx" not in page
    assert "<!--" not in page


def test_whoever_asks_for_no_name_of_ours_gets_no_page(nginx):
    for port in (nginx.http_port, nginx.port):
        for raw in (b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET /%b HTTP/1.1\r\n\r\n" % (b"x" * 9000)):
            with create_connection(("127.0.0.1", port), 10) as connection:
                connection.sendall(raw)
                with suppress(ConnectionResetError):
                    assert b"<" not in connection.recv(1000), (port, raw[:20])


def test_gunicorn_refuses_nothing_that_nginx_lets_through(nginx):
    """Its own pages are bare, and English."""
    for raw in [
        request(f"GET /om/?{'x' * 7000} HTTP/1.1"),
        request("GET /om/ HTTP/1.1", *[f"X-{number}: y" for number in range(500)]),
        request("GET /om/ HTTP/1.1", f"X: {'x' * 8100}"),
        request(f"GET https://{HOST}/om/ HTTP/1.1"),
        request("GET /om/ HTTP/1.1", "Expect: nothing"),
        request("GET /om/ HTTP/1.1", "X-Odd: \xe5\x01\x7f", "Odd name: x", "Odd(name): x", "X_Y: z", ": x"),
        request("GET /om/ HTTP/1.1", "Transfer-Encoding: chunked", "Content-Length: 3"),
        request("GET /om/?\xe5=\xff HTTP/1.1"),
        request("GET /om/?q=Ã¥lesund HTTP/1.1"),
        request("GET /å HTTP/1.1"),
        request("GET //om/ HTTP/1.1"),
        request('GET /om/?<>"{}|^`[] HTTP/1.1'),
        request("GET /om/%00 HTTP/1.1"),
        request("GET /om/#x HTTP/1.1"),
        request("OPTIONS * HTTP/1.1"),
        b"GET /om/ HTTP/1.0\r\nHost: %b\r\n\r\n" % HOST.encode(),
    ]:
        status, headers, page = ask(nginx, raw)
        assert status in (200, 301, 400, 404, 405), raw[:80]
        assert "content-security-policy" in headers, (raw[:80], status, page)


def test_site_that_is_down_says_when_to_come_back(nginx, web):
    web.stop()
    web.process = None
    for path in ("/en/", "/admin/spaces/space/import/"):
        status, headers, page = ask(nginx, request(f"GET {path} HTTP/1.1"))
        assert (status, headers["retry-after"]) == (503, "5")
        assert_is_ours(headers, page)
    files = re.findall(r'href="/static/([^"]+)"', page)
    assert len(files) == 4
    assert all(Path("static", file).exists() for file in files)
