"""What a space is called where its town does not stand beside it."""

from functools import lru_cache

from members.folding import fold


@lru_cache(1000)
def names_town(name: str, town: str) -> bool:
    """Whether the town is among the words of the name."""
    return f" {fold(town)} " in f" {fold(name)} "


def titled(name: str, town: str) -> str:
    """The name with the town, unless the name says it already."""
    return name if names_town(name, town) else f"{name}, {town}"
