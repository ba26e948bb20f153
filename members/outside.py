"""Asks other services: a JSON object or a picture, of limited size and within one time budget, or Unavailable."""

import json
import logging
import re
import socket
import unicodedata
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import contextmanager
from threading import BoundedSemaphore, Thread
from time import monotonic
from typing import Any, NamedTuple

import httpcore2
from django.conf import settings

MAX_BYTES = 200_000
HEADERS = {"Accept-Encoding": "identity", "User-Agent": "Coworking Norge"}
NOT_FOUND = {404, 410}  # Enhetsregisteret answers 410 for what the law made it remove

resolvers = BoundedSemaphore(8)
logger = logging.getLogger(__name__)


class Kind(NamedTuple):
    """What an answer may be: its types, and its greatest length in bytes."""

    accept: str
    types: re.Pattern
    length: int


JSON = Kind("application/json", re.compile(r"application/(.+\+)?json"), MAX_BYTES)
PICTURE = Kind("image/png, image/jpeg", re.compile("image/(png|jpeg)"), 300_000)
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
WHOLE_PICTURE = re.compile(rb"%b.*IEND\xaeB`\x82|%b.*\xff\xd9" % (PNG, JPEG), re.DOTALL)


class Unavailable(Exception):
    """The service gave no answer that can be used, or none in time."""


def fetch(base: str, *paths: str, read: Callable[[dict], Any]):
    """What `read` makes of the JSON object at the first of the paths that exists; None where none does.

    Takes at most LOOKUP_SECONDS, however many paths. Every fault raises Unavailable: a blank base, whatever the
    service does, whatever `read` raises.
    """
    with _service(base, settings.LOOKUP_SECONDS) as pool:
        answers = (_get(pool, f"{base.rstrip('/')}/{path}", JSON) for path in paths)
        found = next((answer for answer in answers if answer is not None), None)
        return None if found is None else read(_object(found))


def fetch_picture(template: str, seconds: float, **values) -> bytes | None:
    """The PNG or JPEG, from its first bytes to its last, at the template's address; None where nothing is.

    Takes at most so many seconds. Every fault raises Unavailable. The log names the template alone.
    """
    with _service(template, seconds) as pool:
        picture = _get(pool, template.format(**values), PICTURE)
        if picture is not None and not WHOLE_PICTURE.fullmatch(picture):
            raise ValueError("no picture, or not all of it")
        return picture


def one_line(value, length: int) -> str:
    """The text without control and other invisible characters; blank where it is no text."""
    if not isinstance(value, str):
        return ""
    visible = (c for c in value if c.isspace() or not unicodedata.category(c).startswith("C"))
    return " ".join("".join(visible).split())[:length].rstrip()


@contextmanager
def _service(base, seconds):
    if not base:
        raise Unavailable
    try:
        # httpcore2 by itself: follows no redirect, decodes no body, knows no proxy, takes our network
        with httpcore2.ConnectionPool(network_backend=Network(Deadline(seconds))) as pool:
            yield pool
    except Exception as error:  # a hostile answer makes parsers raise nearly anything
        logger.warning("%s gave nothing usable: %.200r", base, error)
        raise Unavailable from error


def _get(pool, url, kind) -> bytes | None:
    with pool.stream("GET", url, headers=HEADERS | {"Accept": kind.accept}) as response:
        body = _body(response, kind.length)
    if response.status in NOT_FOUND:
        return None
    if response.status != 200 or not kind.types.fullmatch(_type(response)):
        raise ValueError(f"status {response.status}, or type {_type(response)!r}")
    return body


def _body(response, length) -> bytes:
    body = bytearray()
    for chunk in response.iter_stream():
        body += chunk
        if len(body) > length:
            raise ValueError("too large")
    return bytes(body)


def _type(response) -> str:
    types = [value for name, value in response.headers if name.lower() == b"content-type"]
    return types[0].partition(b";")[0].strip().lower().decode("latin-1") if types else ""


def _object(body: bytes) -> dict:
    answer = json.loads(body)
    if not isinstance(answer, dict):
        raise ValueError("no JSON object")
    return answer


class Deadline:
    def __init__(self, seconds: float):
        self.at = monotonic() + seconds

    def left(self) -> float:
        """Seconds, more than none; TimeoutError at the end."""
        left = self.at - monotonic()
        if left <= 0:
            raise TimeoutError("out of time")
        return left


class Network(httpcore2.NetworkBackend):
    """Connects, and lets every step after that take no longer than is left: httpcore2 limits each step alone."""

    def __init__(self, deadline: Deadline):
        self.deadline = deadline

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        addresses = _addresses(host, port, self.deadline)
        while True:
            address, share = addresses.pop(0), self.deadline.left() / (len(addresses) + 1)
            try:
                stream = httpcore2.SyncBackend().connect_tcp(address, port, share, socket_options=socket_options)
                return Stream(stream, self.deadline)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if not addresses:
                    raise


class Stream(httpcore2.NetworkStream):
    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline):
        self.stream, self.deadline = stream, deadline
        self.close, self.get_extra_info = stream.close, stream.get_extra_info

    def read(self, max_bytes, timeout=None):
        return self.stream.read(max_bytes, self.deadline.left())

    def write(self, buffer, timeout=None):
        self.stream.write(buffer, self.deadline.left())

    def start_tls(self, ssl_context, server_hostname=None, timeout=None):
        return Stream(self.stream.start_tls(ssl_context, server_hostname, self.deadline.left()), self.deadline)


def _addresses(host: str, port: int, deadline: Deadline) -> list[str]:
    """Looks the name up in a daemon thread, since nothing can interrupt that; few may wait at once."""
    if not resolvers.acquire(timeout=deadline.left()):
        raise TimeoutError("too many look-ups of names")
    found = Future()
    try:
        Thread(target=_resolve, args=(host, port, found), daemon=True).start()
    except RuntimeError:
        resolvers.release()
        raise
    return [address[0] for *_, address in found.result(timeout=deadline.left())]


def _resolve(host, port, found):
    try:
        found.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except Exception as error:
        found.set_exception(error)
    finally:
        resolvers.release()
