import signal
from collections import Counter
from contextlib import suppress
from queue import Empty, SimpleQueue

from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections
from post_office.models import STATUS

from ... import outbox, outbox_sources


def next_due():
    return outbox.claim() or (outbox_sources.refill() and outbox.claim())


class Command(BaseCommand):
    help = "Sends the mail that is due. Any number may run at once."

    def add_arguments(self, parser):
        parser.add_argument("--loop", type=float, metavar="SECONDS", help="look again after so long, until stopped")

    def handle(self, *, loop, **options):
        stop = SimpleQueue()  # unlike an Event it may be used in a signal handler
        if loop is None:
            self.send_due(stop)
            return
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda number, frame: stop.put(number))
        while stop.empty():
            try:
                self.send_due(stop)
            except Error as error:
                self.stderr.write(f"The database failed ({type(error).__name__}); another try in {loop:g} seconds.")
            with suppress(Empty):
                stop.put(stop.get(timeout=loop))

    def send_due(self, stop):
        """Send until nothing is due or a signal has come; report the counts, naming nobody."""
        # Nothing else does outside of requests, and a database that was restarted would stay lost.
        close_old_connections()
        counts = Counter()
        try:
            while stop.empty() and (email := next_due()):
                counts[outbox.deliver(email)] += 1
        finally:
            # Of a mail that was erased meanwhile nothing remains to be told.
            del counts[None]
            if counts:
                self.stdout.write(
                    f"{counts[STATUS.sent]} sent, {counts[STATUS.requeued]} to be tried again, "
                    f"{counts[STATUS.failed]} given up"
                )
                self.stdout.flush()
