"""A mail server that fails at every point of the conversation, and poisoned mails among a hundred."""

import socket
import struct
import threading
from contextlib import suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer

import pytest
from django.core.management import call_command
from django.test import override_settings
from post_office.models import STATUS, Email

from .test_mail import an_hour_passes, hang_up, put, with_status

pytestmark = pytest.mark.django_db(transaction=True)

MAILS = 3
GREETING = b"220 mail.example.org\r\n"
TO_EACH_WORD = [GREETING, b"250 mail.example.org\r\n", b"250 OK\r\n", b"250 OK\r\n", b"354 Go on\r\n"]


class Rude(ThreadingTCPServer):
    """Says each of the words, the next when it is spoken to; then does to the connection what it is told to."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port, words, then):
        super().__init__(("127.0.0.1", port), Conversation)
        self.words, self.then, self.over = words, then, threading.Event()
        threading.Thread(target=self.serve_forever, args=[0.01]).start()

    def stop(self):
        self.over.set()
        self.shutdown()
        self.server_close()


class Conversation(BaseRequestHandler):
    def handle(self):
        with suppress(OSError):
            for number, word in enumerate(self.server.words):
                if number:
                    self.request.recv(65536)
                self.request.sendall(word)
            self.server.then(self)


def drop(visit):
    """With a reset, as a server that falls over does."""
    visit.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    visit.request.close()


def hang(visit):
    visit.server.over.wait(30)


def drip(visit):
    """Now and then a character, so that no single wait is long."""
    while not visit.server.over.wait(0.05):
        visit.request.sendall(b"2")


FAULTS = {
    "drops at once": ([], drop),
    "hangs before it greets": ([], hang),
    "drops after its greeting": (TO_EACH_WORD[:1], drop),
    "hangs after its greeting": (TO_EACH_WORD[:1], hang),
    "drops when it has the recipient": (TO_EACH_WORD[:4], drop),
    "drops in the middle of the text": (TO_EACH_WORD, drop),
    "hangs in the middle of the text": (TO_EACH_WORD, hang),
    "drips an answer without end": (TO_EACH_WORD[:1], drip),
    "drips a greeting without end": ([], drip),
    "is no mail server": ([b"HTTP/1.1 400 Bad Request\r\n\r\n"], drop),
    "is too busy": ([b"421 Too busy\r\n"], drop),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_failing_server_loses_nothing(server, settings, lost, fault):
    ids = put(MAILS)
    rude = Rude(server.port, *FAULTS[fault])
    with override_settings(EMAIL_TIMEOUT=0.2, POST_OFFICE=settings.POST_OFFICE | {"BATCH_DELIVERY_TIMEOUT": 1}):
        call_command("send_mail")
    rude.stop()
    assert with_status(STATUS.requeued) == ids
    server.start()
    an_hour_passes()
    call_command("send_mail")
    lost(f"Mail server that {fault}", ids - with_status(STATUS.sent))
    assert server.copies() == dict.fromkeys(ids, 1)


def test_poisoned_mails_among_a_hundred(server, lost):
    """Each is tried again and again, and keeps no other from its way."""
    server.start()
    ids = put(100)
    poisoned = Email.objects.filter(subject__in=["Nr. 7", "Nr. 50", "Nr. 99"])
    poisoned.filter(subject="Nr. 50").update(headers={"X-Test": "a\nb"})
    poisoned.filter(subject="Nr. 99").update(to="kari@")
    hang_up(server)
    call_command("send_mail")
    poison = set(poisoned.values_list("message_id", flat=True))
    lost("3 poisoned mails among 100", ids - poison - with_status(STATUS.sent))
    assert with_status(STATUS.requeued) == poison
    assert [email.logs.count() for email in poisoned] == [1] * 3, "and why is told"
