import signal
from contextlib import suppress
from queue import Empty, SimpleQueue

from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections

from members import outbox


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
        """Send until nothing is due or a signal has come; say what became of it, naming nobody."""
        close_old_connections()
        sent = given_up = put_back = 0
        try:
            while stop.empty() and (email := outbox.claim()):
                counts = outbox.deliver(email)
                sent, given_up, put_back = sent + counts[0], given_up + counts[1], put_back + counts[2]
        finally:
            if sent or given_up or put_back:
                self.stdout.write(f"{sent} sent, {put_back} to be tried again, {given_up} given up")
                self.stdout.flush()
