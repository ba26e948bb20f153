"""A database, a register that hangs: who needs neither is answered in a second, and who does is told so."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from statistics import median
from threading import Event

import psycopg2
import pytest

from tests.stand_ins import Rogue, hang

from .servers import Web, allowing_for_load, children, wait_for

AT_ONCE, UNHINDERED, GIVEN_UP = 1, 4, 7  # seconds: as a rule; each; where the hanging database is waited for: six
WITHOUT_DATA = {"/healthz": 200, "/robots.txt": 200, "/.well-known/security.txt": 200}
WITHOUT_DATA |= {"/static/none.css": 404, "/nothing-here/": 404}
NEAR = "/en/spaces/?near=Strandgaten+5"

pytestmark = pytest.mark.own_database


@pytest.fixture
def web(tmp_path, postgres):
    with Rogue(hang) as register:
        url = f"http://127.0.0.1:{register.server_address[1]}"
        server = Web(tmp_path, postgres.url, ADDRESS_SEARCH_URL=url, LOOKUP_SECONDS="25")
        server.manage("migrate", "-v0")
        server.start()
        yield server
        server.stop()


def seconds_of(web, path, status) -> float:
    began = time.monotonic()
    assert web.ask(path).status == status, path
    return time.monotonic() - began


def assert_at_once(seconds):
    """However busy the machine is with other tests."""
    assert median(seconds) < allowing_for_load(AT_ONCE)
    assert max(seconds) < allowing_for_load(UNHINDERED)


def without_data(web, times=1) -> list[float]:
    return [seconds_of(web, path, status) for path, status in [*WITHOUT_DATA.items()] * times]


def test_hanging_register_takes_one_worker(web):
    with ThreadPoolExecutor(1) as visitor:
        waiting = visitor.submit(web.ask, NEAR)
        time.sleep(1)
        seconds = []
        for number in range(10):
            began = time.monotonic()
            assert "is not answering" in web.ask(f"{NEAR}{number}").body
            seconds.append(time.monotonic() - began)
        assert_at_once(seconds + without_data(web))
        assert not waiting.done()
        assert "is not answering" in waiting.result().body


@pytest.mark.parametrize("known", [True, False], ids=["connected", "not connected"])
def test_hanging_database_stops_no_page_without_data(web, postgres, known):
    """Whether the workers have a connection or make one; and while four keep asking for what needs it."""
    if known:
        for _ in range(8):
            web.ask("/steder/")
    stopped = [postgres.process.pid, *children(postgres.process.pid)]
    for process in stopped:
        os.kill(process, signal.SIGSTOP)
    over = Event()

    def visit():
        slowest = 0
        while not over.wait(0.05):
            slowest = max(slowest, seconds_of(web, "/steder/?q=x", 503))
        return slowest

    try:
        assert_at_once(without_data(web))
        with ThreadPoolExecutor(4) as visitors:
            visits = [visitors.submit(visit) for _ in range(4)]
            time.sleep(GIVEN_UP)
            try:
                assert_at_once(without_data(web, times=20))
                assert seconds_of(web, "/readyz", 503) < allowing_for_load(GIVEN_UP)
            finally:
                over.set()
        assert max(visit.result() for visit in visits) < allowing_for_load(2 * GIVEN_UP)
    finally:
        for process in stopped:
            os.kill(process, signal.SIGCONT)
    wait_for(lambda: web.ask("/steder/?q=x").status == 200, "the database's pages")
    assert "Traceback" not in web.log.read_text()


def test_lock_that_is_never_released_is_waited_for_half_as_long(web, postgres):
    with closing(psycopg2.connect(postgres.url)) as other:
        other.cursor().execute("LOCK TABLE spaces_space")
        assert seconds_of(web, "/steder/", 503) < allowing_for_load(GIVEN_UP)
        assert_at_once(without_data(web))
        assert seconds_of(web, "/bli-med/", 200) < allowing_for_load(UNHINDERED)
    assert seconds_of(web, "/steder/", 200) < allowing_for_load(UNHINDERED)
