"""Asks stand-ins for the two services over HTTP on this machine, whatever they do."""

import errno
import gc
import gzip
import socket
import threading
import time
import warnings
from contextlib import ExitStack, contextmanager

import pytest
from werkzeug import Response

from core import http
from core.http import ServiceUnavailable
from norway.registers import addresses, organisation
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
    send_400_megabytes_in_an_endless_chunk,
    send_400_megabytes_of_no_said_length,
)


@pytest.fixture(autouse=True)
def services(settings, httpserver):
    return Services(settings, httpserver)


@pytest.fixture
def hurry(settings, services):
    settings.LOOKUP_SECONDS = 0.3


@pytest.fixture(params=[lambda: organisation(NUMBER), lambda: addresses(QUERY)], ids=["number", "address"])
def ask(request):
    """Asks either service; fails where that takes as long as a stand-in hangs, which is a minute."""

    def asking():
        start = time.monotonic()
        try:
            return request.param()
        finally:
            assert time.monotonic() - start < 30

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
        with pytest.raises(ServiceUnavailable):
            ask()
        assert server.sent < 40_000_000


def test_chunk_of_negative_size_is_not_read_to_its_end(services, ask):
    with Rogue(send_400_megabytes_in_an_endless_chunk) as server:
        services.move_to(f"http://127.0.0.1:{server.server_address[1]}")
        with pytest.raises(ServiceUnavailable):
            ask()
        assert server.sent < 40_000_000


@contextmanager
def silent_server(host="127.0.0.1", port=0):
    """Run a server that accepts no connection and refuses none; give its port."""
    with socket.create_server((host, port), backlog=0) as full, ExitStack() as stack:
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            assert waiting.connect_ex(full.getsockname()) in (0, errno.EINPROGRESS)
        yield full.getsockname()[1]


def test_service_that_takes_no_connection_is_unavailable_in_time(hurry, services, ask):
    with silent_server() as port:
        services.move_to(f"http://127.0.0.1:{port}")
        with pytest.raises(ServiceUnavailable):
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
    with pytest.raises(ServiceUnavailable):
        ask()


@pytest.mark.parametrize("body", [[], None, 5, "Hei", {}, [ENTRY], {"navn": 5, "adresser": HIT}, {"adresser": "x"}])
def test_wrong_shape_is_unavailable(services, ask, body):
    services.answer(body)
    with pytest.raises(ServiceUnavailable):
        ask()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(httpserver, services, ask, status):
    services.answer(b"", status, headers={"Location": httpserver.url_for("/elsewhere")})
    httpserver.expect_request("/elsewhere").respond_with_data(SOUND, content_type="application/json")
    with pytest.raises(ServiceUnavailable):
        ask()
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("base", ["", "no-base", "ftp://127.0.0.1", "http://[", "http://127.0.0.1:99999", "http://å"])
def test_useless_base_is_unavailable(services, ask, base):
    services.move_to(base)
    with pytest.raises(ServiceUnavailable):
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
    with pytest.raises(ServiceUnavailable):
        ask()


def test_slow_name_is_unavailable_in_time_and_one_thread_waits(settings, named, ask):
    found, before = threading.Event(), set(threading.enumerate())
    named(lambda name: found.wait() and no_address(name))
    settings.LOOKUP_SECONDS = 0.05
    for _ in range(12):
        with pytest.raises(ServiceUnavailable):
            ask()
    waiting = set(threading.enumerate()) - before
    found.set()
    for thread in waiting:
        thread.join()
    assert [thread.daemon for thread in waiting] == [True]


def test_no_socket_is_left_open_where_no_time_is_left(settings, ask):
    settings.LOOKUP_SECONDS, before = -0.1, set(threading.enumerate())
    with pytest.raises(ServiceUnavailable):
        ask()
    for thread in set(threading.enumerate()) - before:
        thread.join()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        gc.collect()
    assert not caught


def no_thread(**options):
    raise RuntimeError("can't start new thread")


def test_service_is_found_again_after_slow_names_and_lack_of_threads(monkeypatch, named, services, ask):
    named(no_address)
    with monkeypatch.context() as lacking:
        lacking.setattr(http, "Thread", no_thread)
        for _ in range(12):
            with pytest.raises(ServiceUnavailable):
                ask()
    named(lambda name: ["127.0.0.1"])
    services.answer(SOUND)
    assert ask()


@pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2"])
def test_next_address_of_a_name_is_tried_where_one_refuses(named, services, ask):
    named(lambda name: ["127.0.0.2", "127.0.0.1"])
    services.answer(SOUND)
    assert ask()


@pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2"])
def test_next_address_of_a_name_is_tried_where_one_is_silent(named, services, ask, httpserver):
    named(lambda name: ["127.0.0.2", "127.0.0.1"])
    services.answer(SOUND)
    with silent_server("127.0.0.2", httpserver.port):
        assert ask()


def test_service_is_found_again_after_it_trickled(settings, services, ask, httpserver):
    settings.LOOKUP_SECONDS = 0.05
    with Rogue(drip(HEAD + b"X:")) as server:
        services.move_to(f"http://127.0.0.1:{server.server_address[1]}")
        for _ in range(12):
            with pytest.raises(ServiceUnavailable):
                ask()
        settings.LOOKUP_SECONDS = 20  # the machine may be busy
        services.move_to(httpserver.url_for("/api/"))  # or after PAUSE
        services.answer(SOUND)
        assert ask()


def test_all_requests_share_the_budget(hurry, httpserver):
    def after_a_while(status):
        return lambda request: time.sleep(0.2) or Response(SOUND, status, mimetype="application/json")

    httpserver.expect_request(f"/api/enheter/{NUMBER}").respond_with_handler(after_a_while(404))
    httpserver.expect_request(f"/api/underenheter/{NUMBER}").respond_with_handler(after_a_while(200))
    with pytest.raises(ServiceUnavailable):
        organisation(NUMBER)


def test_proxy_of_the_environment_is_not_used(monkeypatch, services, ask):
    for variable in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    services.answer(SOUND)
    assert ask()


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [(b"", 500, "status 500"), ('{"sokeStreng": "Strandgaten 5 på Ås"}'.encode("latin-1"), 200, "utf-8")],
)
def test_fault_is_logged_without_what_was_asked(caplog, services, ask, body, status, reason):
    caplog.set_level("WARNING")
    services.answer(body, status)
    with pytest.raises(ServiceUnavailable):
        ask()
    (message,) = caplog.messages
    assert "/api/ gave nothing usable" in message
    assert reason in message
    assert "Strandgaten" not in message
    assert NUMBER not in message
