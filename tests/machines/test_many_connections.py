"""Thousands of connections that never finish what they ask: everybody else is answered at once."""

import os
import resource
import subprocess
import time
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from socket import create_connection

import pytest
from pytest_httpserver import HTTPServer

from tests.conftest import needs, skip

from .nginx import HOST, SOURCE, Nginx
from .servers import allowing_for_load

HALF_SENT = 2_000
HALF = f"GET / HTTP/1.1\r\nHost: {HOST}\r\nX-Half: ".encode()


@pytest.fixture
def nginx(tmp_path):
    needs("nginx")
    needs("openssl")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with HTTPServer(host="127.0.0.1") as site:
        site.expect_request("/healthz").respond_with_data("ok")
        server = Nginx(tmp_path, site.port)
        server.start()
        yield server
        server.stop()


def half_sent(nginx, kind):
    """Open a connection that stops in the middle of its request, or of the handshake before it."""
    connection = create_connection(("127.0.0.1", nginx.http_port if kind == "http" else nginx.port), 10)
    if kind == "tls":
        connection = nginx.tls.wrap_socket(connection, server_hostname=HOST)
    if kind != "handshake":
        connection.sendall(HALF)
    return connection


def probe(nginx) -> float:
    """Return the seconds until both ports have answered a visitor."""
    start = time.monotonic()
    with closing(nginx.connect()) as visit:
        visit.request("GET", "/healthz", headers={"Host": HOST})
        assert visit.getresponse().status == 200
    with closing(HTTPConnection("127.0.0.1", nginx.http_port, timeout=10)) as visit:
        visit.request("GET", "/healthz", headers={"Host": HOST})
        assert visit.getresponse().status == 301
    return time.monotonic() - start


def test_half_sent_requests_keep_nobody_waiting(nginx):
    seconds = {}
    for kind in ("http", "handshake", "tls"):
        with ExitStack() as stack:
            for _ in range(HALF_SENT):
                stack.enter_context(half_sent(nginx, kind))
            seconds[kind] = probe(nginx)
    assert max(seconds.values()) < allowing_for_load(1), seconds


@pytest.mark.parametrize("kind", ["http", "handshake", "tls"])
def test_half_sent_request_is_given_up(nginx, kind):
    for file in (nginx.folder / "site").glob("*.conf"):
        file.write_text(file.read_text().replace("client_header_timeout 10s", "client_header_timeout 1s"))
    nginx.stop()
    nginx.start()
    with half_sent(nginx, kind) as connection:
        connection.settimeout(8)
        while connection.recv(1000):
            pass


# Prints how many of 600 connections those who come from each line's addresses can hold.
HOLD = """
import socket
listeners = socket.create_server(("", 80)), socket.create_server(("::", 443), family=socket.AF_INET6)
for listener in listeners:
    listener.listen(4096)
held = []
for *addresses, target, port in map(str.split, open(0)):
    before = len(held)
    for number in range(600):
        try:
            held.append(socket.create_connection((target, port), 5, (addresses[number % len(addresses)], 0)))
        except ConnectionRefusedError:
            pass
    print(len(held) - before)
"""
VISITORS = {
    "127.0.0.1 127.0.0.1 80": 600,
    "192.0.2.7 127.0.0.1 80": 400,
    "192.0.2.8 127.0.0.1 80": 400,
    "2001:db8:0:1::1 2001:db8:0:1:a:b:c:d 2001:db8:0:1:ffff:: ::1 443": 400,
    "2001:db8:0:2::1 2001:db8:0:3::1 ::1 443": 600,
}


def test_address_and_ipv6_network_hold_few_connections():
    needs("nft")
    if os.geteuid():
        skip("only root can make a network")
    network = "ip link set lo up; ip route add local 192.0.2.0/24 dev lo; ip -6 route add local 2001:db8::/32 dev lo"
    bind = "echo 1 >/proc/sys/net/ipv6/ip_nonlocal_bind"
    command = f"{network}; {bind}; nft -f {SOURCE}/limits.nft; nft -f {SOURCE}/limits.nft; exec python3 -c '{HOLD}'"
    told = subprocess.run(
        ["unshare", "--net", "bash", "-ec", command],
        input="\n".join(VISITORS),
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.split() == [str(number) for number in VISITORS.values()], told.stderr
