"""Files take no part in a database transaction: what is written beside one is discarded when it fails.

What a process leaves that is killed meanwhile is swept away later.
"""

from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.core.files.storage import default_storage

_written: ContextVar[ExitStack | None] = ContextVar("written", default=None)


@contextmanager
def discarding_on_error():
    """Goes around a transaction: calls what discard_on_error() was told in the block if the block raises."""
    outer = _written.get()
    with ExitStack() as written:
        token = _written.set(written)
        try:
            yield
        finally:
            _written.reset(token)
        kept = written.pop_all()
    if outer:
        outer.push(kept)


def discard_on_error(discard, *arguments):
    """Outside such a block nothing is remembered."""
    if written := _written.get():
        written.callback(discard, *arguments)


def sweep(folder: str, named: set[str], before: datetime) -> int:
    """Delete the older files and folders in it that are not named; how many they were.

    None where no name is given at all: the database may be another one than the files belong to.
    """
    if not named:
        return 0
    folders, files = _contents(folder)
    found = {name: [f"{folder}/{name}"] for name in set(files) - named}
    for name in set(folders) - named:
        found[name] = [f"{folder}/{name}/{part}" for part in _contents(f"{folder}/{name}")[1]]
    old = [name for name, paths in found.items() if paths and all(_is_older(path, before) for path in paths)]
    for name in old:
        for path in dict.fromkeys([*found[name], f"{folder}/{name}"]):
            default_storage.delete(path)
    return len(old)


def _contents(folder):
    try:
        return default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []


def _is_older(path, before):
    try:
        return default_storage.get_modified_time(path) < before
    except FileNotFoundError:  # renamed or discarded just now
        return False
