"""How many street tiles nginx fetches: for an address, for all, and at once. What it has it hands out freely."""

import time
from contextlib import closing

import pytest

from tests.stand_ins import Rogue, hang
from tests.tiles import asked

from .nginx import HOST, Nginx
from .servers import allowing_for_load
from .test_tiles import get, nginx, service, site, start  # noqa: F401 (fixtures)


@pytest.fixture
def proxied(nginx):  # noqa: F811
    """Behind a proxy, so that the test can come from any address, which then may ask for all that it can."""
    change(nginx, "tiles.conf", "burst=300", "burst=3000")
    change(nginx, "coworking.conf", "rate=120r/m", "rate=1r/m")  # or a slow machine is given more meanwhile
    change(nginx, "coworking.conf", "rate=300r/m", "rate=1r/m")
    return behind_a_proxy(nginx)


def behind_a_proxy(server: Nginx) -> Nginx:
    change(server, "listen.conf", "# How", "real_ip_header X-Forwarded-For;\nset_real_ip_from 127.0.0.1;\n# How")
    return server


def change(server, name, old, new):
    file = server.folder / "site" / name
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    server.stop()
    server.start()


def new(number):
    return f"/kart/14/{8600 + number}/4760.png"


def statuses(server, address, paths):
    with closing(server.connect()) as connection:
        for path in paths:
            connection.request("GET", path, headers={"Host": HOST, "X-Forwarded-For": address})
            response = connection.getresponse()
            response.read()
            yield response.status


def test_address_gets_few_new_tiles_and_others_still_theirs(proxied, service):  # noqa: F811
    told = list(statuses(proxied, "2001:db8:0:1::1", map(new, range(800))))
    fetched = len(asked(service))
    assert set(told) == {200, 204}
    assert 600 <= fetched == told.count(200) < 700
    assert list(statuses(proxied, "2001:db8:0:1::2", [new(801)])) == [204], "the same network"
    assert list(statuses(proxied, "2001:db8:0:2::1", [new(801)])) == [200], "nobody else is refused it"
    assert list(statuses(proxied, "2001:db8:0:1::1", [new(1)])) == [200], "nginx has it"


def test_all_together_get_so_many_an_hour(proxied, service):  # noqa: F811
    change(proxied, "tiles-fetched.conf", "burst=2000", "burst=20")
    told = [status for number in range(40) for status in statuses(proxied, f"192.0.2.{number}", [new(number)])]
    assert 20 < told.count(200) == len(asked(service)) < 30
    assert list(statuses(proxied, "192.0.2.1", [new(1)])) == [200], "nginx has it"


def test_one_who_asks_for_new_tiles_keeps_nobody_waiting(start):  # noqa: F811
    with Rogue(hang) as server:
        nginx = behind_a_proxy(start(f"http://127.0.0.1:{server.server_address[1]}/{{z}}/{{y}}/{{x}}.png"))
        connections = [nginx.connect() for _ in range(45)]
        for number, connection in enumerate(connections):
            connection.request("GET", new(number), headers={"Host": HOST, "X-Forwarded-For": "192.0.2.7"})
        begin = time.monotonic()
        assert get(nginx, "/readyz", **{"X-Forwarded-For": "192.0.2.7"}).status == 200
        assert time.monotonic() - begin < allowing_for_load(0.5)
        for connection in connections:
            assert connection.getresponse().status == 204
            connection.close()
