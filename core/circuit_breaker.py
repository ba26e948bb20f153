"""Circuit breakers and slots for what may hang, shared by all processes of a machine through files in DATA_DIR.

A hanging service holds one worker at most; the others are refused at once (docs/adr/0014).
"""

import fcntl
import os
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from django.conf import settings


class CircuitOpen(Exception):
    """It was not tried: it failed a moment ago, or others are trying."""


def state_file(name: str) -> Path:
    return settings.DATA_DIR / "circuits" / name


def acquire_slot(name: str, count: int = 1) -> BinaryIO:
    """Return an open file that holds one of `count` slots until it and its duplicates are closed. Raise CircuitOpen."""
    state_file(name).parent.mkdir(exist_ok=True)
    for number in range(count):
        with suppress(CircuitOpen):
            return lock(state_file(f"{name}-{number}"))
    raise CircuitOpen


def lock(path: Path) -> BinaryIO:
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the kernel releases it if the process is killed
    except BlockingIOError:
        file.close()
        raise CircuitOpen from None
    return file


class CircuitBreaker:
    """Opens for `pause` seconds after `max_failures` in a row."""

    def __init__(self, name: str, *, max_failures: int, pause: float):
        self.name, self.max_failures, self.pause = name, max_failures, pause

    def failure_count(self) -> int:
        # a byte for each, and the time of the last: for each query of the database, so no pathlib
        try:
            return os.stat(f"{settings.DATA_DIR}/circuits/{self.name}").st_size
        except OSError:
            return 0

    def is_paused(self) -> bool:
        try:
            age = time.time() - os.stat(state_file(self.name)).st_mtime
        except OSError:
            return False
        return 0 <= age < self.pause

    def check(self):
        if self.failure_count() >= self.max_failures and self.is_paused():
            raise CircuitOpen

    @contextmanager
    def trial(self):
        """Run the block, after the pause and in one process; close the circuit unless it raises. Raise CircuitOpen."""
        self.check()
        with lock(state_file(self.name)):  # which is there, however full the disk
            yield
        self.record_success()

    def record_success(self):
        if self.failure_count():
            state_file(self.name).unlink(missing_ok=True)

    def record_failure(self, count: int = 1):
        if not self.is_paused():
            self.record_success()  # what is long past is no longer in a row
        path, now = state_file(self.name), time.time()
        with suppress(OSError):  # a full disk leaves it closed
            path.parent.mkdir(exist_ok=True)
            with path.open("ab") as file:
                file.write(b"." * count)
            os.utime(path, (now, now))
