"""What the worker asks for more mail once nothing is due, so that very many mails keep no other one waiting."""

_sources = []


def register(source):
    """Add a function that queues some mails and returns how many."""
    if source not in _sources:
        _sources.append(source)


def refill() -> int:
    return sum(source() for source in _sources)
