"""Asks other services: a JSON object, of limited size and within one time budget, or Unavailable."""

import json
import logging
import socket
import unicodedata
from collections.abc import Callable
from concurrent.futures import Future
from threading import BoundedSemaphore, Thread
from time import monotonic
from typing import Any

import httpcore2
from django.conf import settings

MAX_BYTES = 200_000
HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Coworking Norge"}
NOT_FOUND = {404, 410}  # Enhetsregisteret answers 410 for what the law made it remove

resolvers = BoundedSemaphore(8)
logger = logging.getLogger(__name__)


class Unavailable(Exception):
    """The service gave no answer that can be used, or none in time."""


def fetch(base: str, *paths: str, read: Callable[[dict], Any]):
    """What `read` makes of the JSON object at the first of the paths that exists; None where none does.

    Takes at most LOOKUP_SECONDS, however many paths. Every fault raises Unavailable: a blank base, whatever the
    service does, whatever `read` raises.
    """
    if not base:
        raise Unavailable
    try:
        # httpcore2 by itself: follows no redirect, decodes no body, knows no proxy, takes our network
        with httpcore2.ConnectionPool(network_backend=Network(Deadline(settings.LOOKUP_SECONDS))) as pool:
            answers = (_get(pool, f"{base.rstrip('/')}/{path}") for path in paths)
            found = next((answer for answer in answers if answer is not None), None)
            return None if found is None else read(found)
    except Exception as error:  # a hostile answer makes parsers raise nearly anything
        logger.warning("%s gave nothing usable: %.200r", base, error)
        raise Unavailable from error


def one_line(value, length: int) -> str:
    """The text without control and other invisible characters; blank where it is no text."""
    if not isinstance(value, str):
        return ""
    visible = (c for c in value if c.isspace() or not unicodedata.category(c).startswith("C"))
    return " ".join("".join(visible).split())[:length].rstrip()


def _get(pool, url) -> dict | None:
    with pool.stream("GET", url, headers=HEADERS) as response:
        body = _body(response)
    if response.status in NOT_FOUND:
        return None
    if response.status != 200 or not _is_json(response):
        raise ValueError(f"status {response.status}, or no JSON")
    answer = json.loads(body)
    if not isinstance(answer, dict):
        raise ValueError("no JSON object")
    return answer


def _body(response) -> bytes:
    body = bytearray()
    for chunk in response.iter_stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise ValueError("too large")
    return bytes(body)


def _is_json(response) -> bool:
    types = [value for name, value in response.headers if name.lower() == b"content-type"]
    kind = types[0].partition(b";")[0].strip().lower() if types else b""
    return kind == b"application/json" or (kind.startswith(b"application/") and kind.endswith(b"+json"))


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
