"""Whose request it is, to nginx's limits: an address, or the /64 of an IPv6 address, also behind a proxy."""

from contextlib import closing

import pytest
from pytest_httpserver import HTTPServer

from tests.conftest import needs

from .nginx import HOST, Nginx

BURST = 200  # pages that an address may ask for at once


@pytest.fixture
def nginx(tmp_path):
    """Behind a proxy, which says where visitors come from."""
    needs("nginx")
    needs("openssl")
    with HTTPServer(host="127.0.0.1") as site:
        site.expect_request("/robots.txt").respond_with_data("ok")
        server = Nginx(tmp_path, site.port)
        listen = server.folder / "site/listen.conf"
        listen.write_text(f"{listen.read_text()}\nreal_ip_header X-Forwarded-For;\nset_real_ip_from 127.0.0.1;\n")
        server.start()
        yield server
        server.stop()


def refusals(nginx, *addresses, path="/robots.txt"):
    with closing(nginx.connect()) as connection:
        statuses = []
        for number in range(2 * BURST):
            headers = {"Host": HOST, "X-Forwarded-For": addresses[number % len(addresses)]}
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            response.read()
            statuses.append(response.status)
    assert set(statuses) <= {200, 429}
    return statuses.count(429)


def test_ipv6_network_counts_as_one_address(nginx):
    assert refusals(nginx, "2001:db8:0:1::1", "2001:db8:0:1:a:b:c:d", "2001:db8::1:ffff:0:0:1")
    assert not refusals(nginx, "2001:db8:0:2::1", "2001:db8:0:3::1", "2001:db8:0:4::1")


def test_ipv4_address_counts_alone_however_it_is_written(nginx):
    assert refusals(nginx, "192.0.2.7", "::ffff:192.0.2.7", "::ffff:c000:207")
    assert not refusals(nginx, "::ffff:192.0.2.8", "::ffff:192.0.2.9", "::ffff:198.51.100.7")
    assert not refusals(nginx, "127.0.0.1")
