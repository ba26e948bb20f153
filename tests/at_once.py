from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections


def at_once(*calls):
    """Begins the calls at the same moment, each with a database connection of its own; what each returned."""
    barrier = Barrier(len(calls), timeout=60)

    def begin(call):
        try:
            barrier.wait()
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(begin, calls))
