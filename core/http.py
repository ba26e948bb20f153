"""Requests to other services, limited in time, size and number: a JSON object, or an image."""

import json
import logging
import os
import re
import unicodedata
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPSConnection
from socket import SHUT_RDWR
from threading import Thread
from time import monotonic
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings

from .circuit_breaker import CircuitBreaker, CircuitOpen, acquire_slot

MAX_BYTES = 200_000
CONNECTIONS = {"http": HTTPConnection, "https": HTTPSConnection}  # they follow no redirect and know no proxy
HEADERS = {"Accept-Encoding": "identity", "User-Agent": "Coworking Norge"}
NOT_FOUND = {404, 410}  # Enhetsregisteret answers 410 for what the law made it remove
REFUSED = {400, 414, 422}
MAX_FAILURES, PAUSE = 3, 30  # in a row; then nobody asks for so many seconds. Silence counts as all of them
IMAGE_SLOTS = 6  # as many as a browser opens; registers share one, so that they never take a second worker

logger = logging.getLogger(__name__)


class ContentPolicy(NamedTuple):
    """The types of a response that are accepted, and its greatest length in bytes."""

    accept: str
    types: re.Pattern
    max_bytes: int


JSON = ContentPolicy("application/json", re.compile(r"application/(.+\+)?json"), MAX_BYTES)
IMAGE = ContentPolicy("image/png, image/jpeg", re.compile("image/(png|jpeg)"), 300_000)
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
COMPLETE_IMAGE = re.compile(rb"%b.*IEND\xaeB`\x82|%b.*\xff\xd9" % (PNG, JPEG), re.DOTALL)


class ServiceUnavailable(Exception):
    """The service gave no usable response, or none in time; or it was not asked, as it hangs or others ask it."""


class RequestRefused(ValueError):
    """The service took exception to what was asked, which says nothing of the next request."""


def fetch(base: str, *paths: str, read: Callable[[dict], Any]):
    """Return what `read` makes of the JSON object at the first of the paths that exists; None if none does.

    Raise ServiceUnavailable on any fault, at the latest after LOOKUP_SECONDS: also if `read` raises. Raise it at once
    while another process waits for an answer.
    """
    with _service(base, "lookup") as slot:
        deadline = monotonic() + settings.LOOKUP_SECONDS
        for path in paths:
            body = _get(f"{base.rstrip('/')}/{path}", JSON, deadline, slot)
            if body is not None:
                return read(_as_object(body))
        return None


def fetch_image(template: str, seconds: float, **values) -> bytes | None:
    """Return the complete PNG or JPEG at the template's address; None if there is none.

    Raise ServiceUnavailable on any fault, at the latest after so many seconds. The log names the template alone.
    """
    with _service(template, "image", IMAGE_SLOTS) as slot:
        image = _get(template.format(**values), IMAGE, monotonic() + seconds, slot)
        if image is not None and not COMPLETE_IMAGE.fullmatch(image):
            raise ValueError("not a complete image")
        return image


def one_line(value, length: int | None = None) -> str:
    """Return the text without control and other invisible characters; blank if it is no text."""
    if not isinstance(value, str):
        return ""
    visible = (c for c in value if c.isspace() or not unicodedata.category(c).startswith("C"))
    return " ".join("".join(visible).split())[:length].rstrip()


@contextmanager
def _service(base, slots, count=1):
    if not base:
        raise ServiceUnavailable
    name = re.sub(r"\W+", "-", base, flags=re.ASCII)[:200]
    circuit = CircuitBreaker(name, max_failures=MAX_FAILURES, pause=PAUSE)
    try:
        circuit.check()
        with acquire_slot(slots, count) as slot:
            yield slot
    except CircuitOpen:
        raise ServiceUnavailable from None
    except Exception as error:  # a hostile response makes parsers raise nearly anything
        # not its repr, which quotes the whole body if that is no UTF-8
        logger.warning("%s gave nothing usable: %s: %.200s", base, type(error).__name__, error)
        if not isinstance(error, RequestRefused):
            circuit.record_failure(MAX_FAILURES if isinstance(error, TimeoutError) else 1)
        raise ServiceUnavailable from error
    else:
        circuit.record_success()


def _get(url, policy, deadline, slot) -> bytes | None:
    # Nothing else limits a whole request, or interrupts the look-up of a name: the thread may be left behind, and holds
    # the slot until it ends.
    sockets, result, held = [], Future(), os.fdopen(os.dup(slot.fileno()))
    try:
        Thread(target=_run, args=(result, held, url, policy, deadline, sockets), daemon=True).start()
    except RuntimeError:
        held.close()
        raise
    try:
        return result.result(timeout=deadline - monotonic())
    finally:
        for opened in sockets:
            with suppress(OSError):
                opened.shutdown(SHUT_RDWR)  # wakes a thread that still reads from it


def _run(result, held, *args):
    try:
        with held:  # released before the result is there: whoever has it may ask again
            body = _request(*args)
    except Exception as error:
        result.set_exception(error)
    else:
        result.set_result(body)


def _request(url, policy, deadline, sockets) -> bytes | None:
    parts, seconds = urlsplit(url), deadline - monotonic()
    if seconds <= 0:
        raise TimeoutError  # a negative time-out is a ValueError after which create_connection() closes nothing
    with closing(CONNECTIONS[parts.scheme](parts.netloc, timeout=seconds / 2)) as connection:
        connection.connect()  # half the time, so that some is left for a second address
        sockets.append(connection.sock)
        connection.sock.settimeout(deadline - monotonic())  # raises if it is over and nobody looks at sockets any more
        path = parts._replace(scheme="", netloc="").geturl()
        connection.request("GET", path, headers=HEADERS | {"Accept": policy.accept})
        with connection.getresponse() as response:
            return _read(response, policy)


def _read(response, policy) -> bytes | None:
    if response.status in NOT_FOUND:
        return None
    content_type = response.headers.get_content_type()
    if response.status in REFUSED:
        raise RequestRefused(f"status {response.status}")
    if response.status != 200 or not policy.types.fullmatch(content_type):
        raise ValueError(f"status {response.status}, or type {content_type!r}")
    body = bytearray(policy.max_bytes + 1)
    length = response.readinto(body)  # read() would take all there is for a chunk that says its size is -1
    if length > policy.max_bytes:
        raise ValueError("too large")
    response.read()  # raises if the body is shorter than its Content-Length
    return bytes(body[:length])


def _as_object(body: bytes) -> dict:
    value = json.loads(body)
    if not isinstance(value, dict):
        raise ValueError("no JSON object")
    return value
