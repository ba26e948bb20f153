"""Slow clients through nginx: they take as long as they like, and nobody else waits for them."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import Event
from urllib.parse import urlencode

import pytest

from members.joining.models import JoinRequest
from tests.factories import SpaceFactory

from .nginx import HOST, SOURCE
from .servers import COOKIES, CSRF, PRODUCTION, new_form

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not SOURCE.exists(), reason="deploy/nginx is not there yet"),
]

OF_EACH = 20
VISITS = ["/", "/en/", "/steder/", "/bli-med/", "/om/"]
# What a browser says that the site knows: for another's form nothing is read.
HEAD = "\r\n".join(
    [
        "POST /bli-med/ HTTP/1.1",
        f"Host: {HOST}",
        f"Origin: {PRODUCTION['SITE_URL']}",
        f"Cookie: {COOKIES}",
        "Content-Type: application/x-www-form-urlencoded",
        "Content-Length: ",
    ]
)


def drip(connection, text: bytes, over, size=1, pause=0.2):
    """Until all is said, or it is over."""
    for start in range(0, len(text), size):
        connection.sendall(text[start : start + size])
        if over.wait(pause):
            return


def drip_headers(nginx, over):
    with nginx.socket() as connection:
        drip(connection, b"GET / HTTP/1.1\r\nX-Slow: " + b"x" * 1000, over)


def drip_body(nginx, over):
    with nginx.socket() as connection:
        connection.sendall(f"{HEAD}5000\r\n\r\n".encode())
        drip(connection, b"x" * 5000, over)


def read_slowly(nginx, over):
    """The answers fill what the system keeps of them, and wait."""
    with nginx.socket(buffer=2048) as connection:
        connection.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode() * 50)
        while not over.wait(0.2):
            connection.recv(1)


@contextmanager
def slow_clients(nginx):
    """All the time, until the block ends; some may be shown the door before."""
    over = Event()
    acts = [drip_headers, drip_body, read_slowly] * OF_EACH

    def keep_on(act):
        with suppress(OSError):
            act(nginx, over)

    with ThreadPoolExecutor(len(acts)) as pool:
        try:
            for act in acts:
                pool.submit(keep_on, act)
            over.wait(2)
            yield
        finally:
            over.set()


def send_slowly(nginx, form) -> int:
    """The status that a client is told whose form takes four seconds."""
    body = urlencode(form | {"csrfmiddlewaretoken": CSRF})
    with nginx.socket() as connection:
        connection.sendall(f"{HEAD}{len(body)}\r\n\r\n".encode())
        drip(connection, body.encode(), Event(), len(body) // 20, 0.2)
        return int(connection.recv(65536).split()[1])


def test_slow_clients_keep_nobody_waiting(nginx, web, lost):
    SpaceFactory.create_batch(20)
    forms = [new_form(number) for number in range(4)]
    with slow_clients(nginx), ThreadPoolExecutor(len(forms)) as pool:
        slow = [pool.submit(send_slowly, nginx, form) for form in forms]
        answers = {f"{page} {number}": web.ask(page, through=nginx).status for page in VISITS for number in range(6)}
        told = [sent.result() for sent in slow]
    missing = {form["name"] for form in forms} - set(JoinRequest.objects.values_list("name", flat=True))
    missing |= {visit for visit, status in answers.items() if status != 200}
    lost(f"{3 * OF_EACH} slow clients, {len(answers)} visits and {len(forms)} slow forms beside them", missing)
    assert told == [302] * len(forms)
