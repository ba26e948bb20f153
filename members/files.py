"""Files take no part in a database transaction: what is written beside one is discarded when it fails."""

from contextlib import ExitStack, contextmanager
from contextvars import ContextVar

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
