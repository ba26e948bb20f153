"""Who hangs is asked by one at a time, whichever process asks, and then by nobody for a while."""

import os
import signal
import time
from contextlib import suppress
from threading import Event, Thread

import pytest
import time_machine
from werkzeug import Response

from core import http
from core.circuit_breaker import CircuitBreaker, CircuitOpen, acquire_slot
from core.http import ServiceUnavailable
from norway.registers import addresses, organisation
from tests.stand_ins import FOUND, NUMBER, QUERY, SOUND, Rogue, Services, hang, send


@pytest.fixture(autouse=True)
def services(settings, httpserver):
    return Services(settings, httpserver)


def unavailable_after() -> float:
    """How many seconds it takes until somebody is told that the register does not answer."""
    start = time.monotonic()
    with pytest.raises(ServiceUnavailable):
        organisation(NUMBER)
    return time.monotonic() - start


def wait_for_slot():
    """The thread that was left behind has it, until it finds its connection closed."""
    for _ in range(1000):
        with suppress(CircuitOpen):
            acquire_slot("lookup").close()
            return
        time.sleep(0.02)
    pytest.fail("nobody released it")


def test_second_who_asks_is_told_at_once_while_the_first_waits(settings, services):
    settings.LOOKUP_SECONDS = 60
    with Rogue(hang) as server:
        services.move_to(f"http://127.0.0.1:{server.server_address[1]}")
        asked = Event()
        server.act = lambda visit: asked.set() or hang(visit)
        first = Thread(target=unavailable_after)
        first.start()
        assert asked.wait(30)
        assert unavailable_after() < 30
        settings.ADDRESS_SEARCH_URL = "http://127.0.0.1:9/"  # they share one worker
        with pytest.raises(ServiceUnavailable):
            addresses(QUERY)
    first.join()


def test_slot_of_a_killed_process_is_free_again():
    ready, tell = os.pipe()
    child = os.fork()
    if not child:
        slot = acquire_slot("lookup")
        os.write(tell, b".")
        signal.pause()
        slot.close()
    os.read(ready, 1)
    try:
        with pytest.raises(CircuitOpen):
            acquire_slot("lookup")
        acquire_slot("other").close()
        acquire_slot("lookup", count=2).close()
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    acquire_slot("lookup").close()


def test_who_hung_is_left_alone_for_a_while_and_asked_again(settings, services, httpserver):
    settings.LOOKUP_SECONDS = 0.2
    visits = []
    with Rogue(lambda visit: visits.append(visit) or hang(visit)) as server:
        services.move_to(f"http://127.0.0.1:{server.server_address[1]}")
        unavailable_after()
        wait_for_slot()
        for _ in range(3):
            unavailable_after()
        assert len(visits) == 1
        with time_machine.travel(time.time() + http.PAUSE + 1):
            unavailable_after()
        wait_for_slot()
        assert len(visits) == 2
        server.act = send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", SOUND)
        settings.LOOKUP_SECONDS = 20
        with time_machine.travel(time.time() + 2 * http.PAUSE + 2):
            assert organisation(NUMBER) == FOUND
            assert organisation(NUMBER) == FOUND


def test_one_register_that_hung_leaves_the_other_alone(settings, services):
    services.answer(SOUND)
    with Rogue(hang) as server:
        settings.LOOKUP_SECONDS = 0.2
        settings.ORGANISATION_REGISTER_URL = f"http://127.0.0.1:{server.server_address[1]}"
        unavailable_after()
        wait_for_slot()
        settings.LOOKUP_SECONDS = 20
        assert addresses(QUERY)


@pytest.mark.parametrize(("status", "visits"), [(500, 3), (429, 3), (400, 6)])
def test_faults_in_a_row_count_but_not_what_an_asker_brings_about(httpserver, status, visits):
    httpserver.expect_request(f"/api/enheter/{NUMBER}").respond_with_response(Response("", status))
    for _ in range(6):
        unavailable_after()
    assert len(httpserver.log) == visits


def test_full_disk_or_a_changed_clock_shuts_nobody_out(settings):
    circuit = CircuitBreaker("x", max_failures=1, pause=5)
    with time_machine.travel("2030-01-01"):
        circuit.record_failure()
        with pytest.raises(CircuitOpen):
            circuit.check()
    circuit.check()
    settings.DATA_DIR /= "gone"
    circuit.record_failure()
    circuit.check()
