"""Stop waiting for a PostgreSQL that hangs: its own time-outs work only while it does (docs/adr/0014)."""

from select import POLLIN, POLLOUT, poll
from time import monotonic

from django.conf import settings
from psycopg2 import OperationalError
from psycopg2.extensions import POLL_OK, POLL_READ, set_wait_callback

from .circuit_breaker import CircuitBreaker, CircuitOpen

GRACE = 1  # seconds more than the server has, whose own message says which limit it was
circuit = CircuitBreaker("database", max_failures=1, pause=5)


def limit_waiting():
    """Let each connection of this process wait for DATABASE_TIMEOUT at most, and not at all while another one hangs."""
    set_wait_callback(wait)


def wait(connection):
    deadline = monotonic() + settings.DATABASE_TIMEOUT + GRACE
    if not circuit.failure_count():
        wait_until(deadline, connection)
        return
    try:
        with circuit.trial():
            wait_until(deadline, connection)
    except CircuitOpen:
        raise OperationalError("The database hangs") from None


def wait_until(deadline: float, connection):
    while (state := connection.poll()) != POLL_OK:
        sockets = poll()
        sockets.register(connection.fileno(), POLLIN if state == POLL_READ else POLLOUT)
        if not sockets.poll(1000 * max(deadline - monotonic(), 0)):
            circuit.record_failure()
            raise OperationalError(f"No answer within {settings.DATABASE_TIMEOUT:g} seconds")
