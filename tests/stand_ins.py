"""Stand-ins for the servers that the site asks, on this machine; they do everything that can go wrong."""

import json
import shutil
import socket
import struct
import threading
from collections import Counter
from contextlib import suppress
from email import message_from_bytes, policy
from socketserver import BaseRequestHandler, ThreadingTCPServer

from aiosmtpd.controller import Controller
from werkzeug import Response

from norway.registers import Address, RegisteredOrganisation

NUMBER = "923456783"
QUERY = "Strandgaten 5"
PLACE = {"adresse": ["c/o Brygga", "Storgata 1"], "postnummer": "8622", "poststed": "MO I RANA"}
NAME, SITE = "FJORDKONTORET SA", "https://fjord.no"
ENTRY = {"navn": NAME, "organisasjonsform": {"kode": "SA"}, "hjemmeside": "fjord.no", "forretningsadresse": PLACE}
FOUND = RegisteredOrganisation(NAME, "SA", SITE, "c/o Brygga, Storgata 1", "8622", "Mo i Rana", False, False, None)
POINT = {"epsg": "EPSG:4258", "lat": 60.394, "lon": 5.321}
HIT = {"adressetekst": "Strandgaten 5", "postnummer": "5013", "poststed": "BERGEN", "representasjonspunkt": POINT}
FITS = Address("Strandgaten 5", "5013", "Bergen", 60.394, 5.321)
SOUND = json.dumps(ENTRY | {"adresser": [HIT]}).encode()  # would do for either service
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


class Services:
    """Both services, at pytest-httpserver's address until they move."""

    def __init__(self, settings, httpserver):
        self.settings, self.httpserver = settings, httpserver
        settings.LOOKUP_SECONDS = 20  # a busy machine needs more than a visitor would wait
        self.move_to(httpserver.url_for("/api/"))

    def move_to(self, base):
        self.settings.ORGANISATION_REGISTER_URL = self.settings.ADDRESS_SEARCH_URL = base

    def answer(self, body, status=200, mimetype="application/json", **options):
        """What both answer from now on, and what they did before is forgotten."""
        shutil.rmtree(self.settings.DATA_DIR / "circuits", ignore_errors=True)
        body = body if isinstance(body, bytes) else json.dumps(body)
        self.httpserver.clear_all_handlers()
        for path in (f"/api/enheter/{NUMBER}", f"/api/underenheter/{NUMBER}", "/api/sok"):
            response = Response(body, status, mimetype=mimetype, **options)
            self.httpserver.expect_request(path).respond_with_response(response)


class Rogue(ThreadingTCPServer):
    """Does to every connection what it is told to."""

    def __init__(self, act):
        super().__init__(("127.0.0.1", 0), Visit)
        self.act, self.stopped, self.sent = act, threading.Event(), 0
        threading.Thread(target=self.serve_forever, args=[0.01]).start()

    def server_close(self):
        self.stopped.set()
        self.shutdown()
        super().server_close()


class Visit(BaseRequestHandler):
    def handle(self):
        with suppress(OSError):
            self.request.recv(65536)
            for part in self.server.act(self):
                self.request.sendall(part)
                self.server.sent += len(part)


def hang(visit):
    visit.server.stopped.wait(60)
    yield b""


def drip(start):
    def dripping(visit):
        yield start
        for _ in range(3000):
            visit.server.stopped.wait(0.02)
            yield b" "

    return dripping


def reset(visit):
    visit.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    visit.request.close()
    yield b""


def send_400_megabytes(visit):
    yield HEAD + b"Content-Length: 400000000\r\n\r\n" + SOUND
    yield from [b" " * 1_000_000] * 400


def send_400_megabytes_of_no_said_length(visit):
    yield HEAD + b"\r\n" + SOUND
    yield from [b" " * 1_000_000] * 400


def send_400_megabytes_in_an_endless_chunk(visit):
    yield HEAD + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n" + SOUND
    yield from [b" " * 1_000_000] * 400


def send(*parts):
    return lambda visit: parts


class MailServer:
    """Keeps every mail that it takes. What at_data does happens when it has the mail and has not yet said so.

    It may say something else instead, by returning it.
    """

    def __init__(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.controller = None
        self.taken = []
        self.refuses = False
        self.answers = {}  # by the command, instead of 250
        self.at_data = None

    def start(self):
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def stop(self):
        if self.controller:
            self.controller.stop()

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        session.host_name = hostname
        return [self.answers["EHLO"]] if self.answers.get("EHLO") else responses

    async def handle_HELO(self, server, session, envelope, hostname):  # noqa: N802
        session.host_name = hostname
        return self.answers.get("HELO") or "250 OK"

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        envelope.mail_from = address
        return self.answers.get("MAIL") or "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.refuses:
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT") or "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        mail = message_from_bytes(envelope.content, policy=policy.default)
        mail["X-RcptTo"] = ", ".join(envelope.rcpt_tos)
        self.taken.append(mail)
        answer = await self.at_data(server) if self.at_data else None
        return answer or "250 OK"

    def copies(self):
        return Counter(mail["Message-ID"] for mail in self.taken)
