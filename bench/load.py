"""Asks a server on loopback, one visitor at a time or many at once with wrk."""

import re
import shutil
import subprocess
import sys
import time
from contextlib import closing
from http.client import HTTPConnection
from math import ceil
from pathlib import Path
from typing import NamedTuple

from .server import TIMEOUT

CONNECTIONS = 8
STAT = Path("/proc/stat")
GZIP = {"Accept-Encoding": "gzip"}
FORM = "application/x-www-form-urlencoded"


class Answer(NamedTuple):
    status: int
    headers: dict  # names in lower case
    body: bytes
    ms: float

    @property
    def unchanged_if(self) -> dict:
        """The request headers with which a server that can tells that nothing changed."""
        names = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
        return {names[name]: self.headers[name] for name in names if name in self.headers}


def ask(port: int, path: str, headers: dict, form: str = "") -> Answer:
    """Gets the path, or posts the form to it."""
    method, headers = ("POST", headers | {"Content-Type": FORM}) if form else ("GET", headers)
    with closing(HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)) as visitor:
        began = time.perf_counter()
        visitor.request(method, path, form or None, headers)
        response = visitor.getresponse()
        body = response.read()
        ms = (time.perf_counter() - began) * 1000
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body, ms)


def times(act, *, max_count: int, max_seconds: float) -> list[float]:
    """Milliseconds that `act` gives, once or again and again until the time is up or there are enough."""
    taken, began = [], time.perf_counter()
    while not taken or (len(taken) < max_count and time.perf_counter() - began < max_seconds):
        taken.append(act())
    return taken


def percentile(times: list[float], share: float) -> float:
    """Nearest rank."""
    return sorted(times)[ceil(len(times) * share) - 1]


def requests_a_second(port: int, path: str, headers: dict, seconds: int) -> float:
    """With wrk, one thread and eight connections; an answer of 400 and above is an error."""
    named = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", *named, f"http://127.0.0.1:{port}{path}"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in output:
        raise RuntimeError(output)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])


def busy(seconds: float = 2) -> float:
    """The share of all processors' time that others use just now; nought where the system does not tell."""
    before = _ticks()
    time.sleep(seconds)
    idle, total = (after - before for after, before in zip(_ticks(), before, strict=True))
    return 1 - idle / total if total else 0.0


def _ticks():
    """Idle and all, since the system started; see proc(5)."""
    if not STAT.exists():
        return 0, 0
    ticks = [int(number) for number in STAT.read_text().splitlines()[0].split()[1:]]
    return ticks[3] + ticks[4], sum(ticks[:8])


def require_program(program: str, package: str) -> str:
    found = shutil.which(program)
    if not found:
        sys.exit(f"{program} is missing. On Debian: apt-get install {package}")
    return found
