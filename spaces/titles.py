import re

from core.search_text import fold


def space_title(name: str, town: str) -> str:
    """Append the town unless it is among the words of the name."""
    return name if f" {fold(town)} " in f" {fold(name)} " else f"{name}, {town}"


def initials(name: str) -> str:
    """Return two letters for a note: the first of the first and last word, or the first two of a single word."""
    words = re.findall(r"[^\W_]+", name)
    if len(words) > 1:
        return (words[0][0] + words[-1][0]).upper()
    return "".join(words)[:2]
