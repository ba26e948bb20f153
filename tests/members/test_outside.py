"""Asks stand-ins for the two services over HTTP on this machine, whatever they do."""

import errno
import gzip
import socket
import threading
import time
from contextlib import ExitStack

import pytest
from werkzeug import Response

from members import outside
from members.outside import Unavailable
from members.registers import addresses, organisation
from tests.stand_ins import (
    ENTRY,
    HEAD,
    HIT,
    NUMBER,
    QUERY,
    SOUND,
    Rogue,
    Services,
    drip,
    hang,
    reset,
    send,
    send_400_megabytes,
    send_400_megabytes_of_no_said_length,
)


@pytest.fixture(autouse=True)
def services(settings, httpserver):
    return Services(settings, httpserver)


@pytest.fixture
def hurry(settings, services):
    settings.LOOKUP_SECONDS = 0.3


@pytest.fixture(params=[lambda: organisation(NUMBER), lambda: addresses(QUERY)], ids=["number", "address"])
def ask(request, settings):
    """Asks either service; fails where that takes much longer than the budget."""

    def asking():
        start = time.monotonic()
        try:
            return request.param()
        finally:
            assert time.monotonic() - start < settings.LOOKUP_SECONDS + 1

    return asking


@pytest.mark.parametrize(
    ("scheme", "act"),
    [
        ("http", hang),
        ("http", drip(HEAD + b"X:")),
        ("http", drip(HEAD + b"\r\n")),
        ("http", reset),
        ("http", send_400_megabytes),
        ("http", send_400_megabytes_of_no_said_length),
        ("http", send()),
        ("http", send(b"SSH-2.0-OpenSSH\r\n\r\n")),
        ("http", send(b"HTTP/1.1 200 OK\r\n\r\n", SOUND)),
        ("http", send(HEAD, b"Content-Length: 40\r\n\r\n", SOUND)),
        ("http", send(HEAD, b"Content-Length: 9000\r\n\r\n", SOUND)),
        ("http", send(HEAD, b"Content-Encoding: gzip\r\n\r\n", gzip.compress(SOUND + b" " * 50_000_000))),
        ("https", hang),
        ("https", drip(b"\x16\x03\x03\x40\x00")),
        ("https", reset),
    ],
)
def test_rogue_service_is_unavailable_in_time(hurry, services, ask, scheme, act):
    with Rogue(act) as server:
        services.move_to(f"{scheme}://127.0.0.1:{server.server_address[1]}")
        with pytest.raises(Unavailable):
            ask()
        assert server.sent < 40_000_000


def test_service_that_takes_no_connection_is_unavailable_in_time(hurry, services, ask):
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, ExitStack() as stack:
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            assert waiting.connect_ex(full.getsockname()) in (0, errno.EINPROGRESS)
        services.move_to(f"http://127.0.0.1:{full.getsockname()[1]}")
        with pytest.raises(Unavailable):
            ask()


@pytest.mark.parametrize(
    ("body", "status", "mimetype"),
    [
        (SOUND, 500, "application/json"),
        (b"<p>Vi er snart tilbake", 200, "text/html"),
        (b"<p>Vi er snart tilbake", 200, "application/json"),
        (SOUND, 200, "text/html"),
        (SOUND[:-1], 200, "application/json"),
        (b"[" * 150_000, 200, "application/json"),
        (SOUND + b" " * 200_000, 200, "application/json"),
    ],
)
def test_useless_answer_is_unavailable(services, ask, body, status, mimetype):
    services.answer(body, status, mimetype)
    with pytest.raises(Unavailable):
        ask()


@pytest.mark.parametrize("body", [[], None, 5, "Hei", {}, [ENTRY], {"navn": 5, "adresser": HIT}, {"adresser": "x"}])
def test_wrong_shape_is_unavailable(services, ask, body):
    services.answer(body)
    with pytest.raises(Unavailable):
        ask()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(httpserver, services, ask, status):
    services.answer(b"", status, headers={"Location": httpserver.url_for("/elsewhere")})
    httpserver.expect_request("/elsewhere").respond_with_data(SOUND, content_type="application/json")
    with pytest.raises(Unavailable):
        ask()
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("base", ["", "no-base", "ftp://127.0.0.1", "http://[", "http://127.0.0.1:99999", "http://å"])
def test_useless_base_is_unavailable(services, ask, base):
    services.move_to(base)
    with pytest.raises(Unavailable):
        ask()


@pytest.fixture
def named(services, monkeypatch, httpserver):
    """Gives the services a name, whose addresses look_up(name) finds."""
    real = socket.getaddrinfo

    def naming(look_up):
        def getaddrinfo(host, port, *args, **options):
            found = look_up(host) if host.endswith(".invalid") else [host]
            return [row for each in found for row in real(each, port, *args, **options)]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        services.move_to(f"http://services.invalid:{httpserver.port}/api")

    return naming


def no_address(name):
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def test_unknown_name_is_unavailable(named, ask):
    named(no_address)
    with pytest.raises(Unavailable):
        ask()


def test_slow_name_is_unavailable_in_time_and_few_threads_wait(settings, named, ask):
    found, before = threading.Event(), set(threading.enumerate())
    named(lambda name: found.wait() and no_address(name))
    settings.LOOKUP_SECONDS = 0.05
    for _ in range(12):
        with pytest.raises(Unavailable):
            ask()
    waiting = set(threading.enumerate()) - before
    found.set()
    for thread in waiting:
        thread.join()
    assert 0 < len(waiting) <= 8
    assert all(thread.daemon for thread in waiting)


def no_thread(**options):
    raise RuntimeError("can't start new thread")


def test_service_is_found_again_after_slow_names_and_lack_of_threads(monkeypatch, named, services, ask):
    named(no_address)
    with monkeypatch.context() as lacking:
        lacking.setattr(outside, "Thread", no_thread)
        for _ in range(12):
            with pytest.raises(Unavailable):
                ask()
    named(lambda name: ["127.0.0.1"])
    services.answer(SOUND)
    assert ask()


def test_every_address_of_a_name_is_tried(monkeypatch, named, services, ask):
    tried, connect = [], outside.httpcore2.SyncBackend.connect_tcp

    def fail_at_first(self, address, *args, **options):
        tried.append(address)
        return connect(self, address if len(tried) > 1 else "dead.invalid", *args, **options)

    monkeypatch.setattr(outside.httpcore2.SyncBackend, "connect_tcp", fail_at_first)
    named(lambda name: no_address(name) if name == "dead.invalid" else ["127.0.0.1", "127.0.0.1"])
    services.answer(SOUND)
    assert ask()


def test_all_requests_share_the_budget(hurry, httpserver):
    def after_a_while(status):
        return lambda request: time.sleep(0.2) or Response(SOUND, status, mimetype="application/json")

    httpserver.expect_request(f"/api/enheter/{NUMBER}").respond_with_handler(after_a_while(404))
    httpserver.expect_request(f"/api/underenheter/{NUMBER}").respond_with_handler(after_a_while(200))
    with pytest.raises(Unavailable):
        organisation(NUMBER)


def test_proxy_of_the_environment_is_not_used(monkeypatch, services, ask):
    for variable in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    services.answer(SOUND)
    assert ask()


def test_fault_is_logged_without_what_was_asked(caplog, services, ask):
    caplog.set_level("WARNING")
    services.answer(b"", 500)
    with pytest.raises(Unavailable):
        ask()
    (message,) = caplog.messages
    assert "/api/ gave nothing usable" in message
    assert "status 500" in message
    assert "Strandgaten" not in message
    assert NUMBER not in message
