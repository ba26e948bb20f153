"""Street addresses as people write them, compared by street, number and letter."""

import re

from core.search_text import fold

STREETS = [(r"(gaten|gata|gate|gt)\b", "gt"), (r"(veien|vegen|vei|veg|vn)\b", "v")]
# Of folded text: floors, and dwelling numbers such as H0201.
WITHIN = re.compile(r"\b(?:\d+ ?(?:etasje|etg|et)|(?:etasje|etg|plan) \d+|underetasje\w*|kjeller\w*|[hulk]\d{4})\b")
ASIDE = re.compile(r"(?:c o|v|att|attn|bygg|bygning|inngang|oppgang|leilighet|rom|postboks|pb)\b")
NUMBERED = re.compile(r".*\D \d+[a-z]?\b")


def address_key(address: str) -> str:
    """Return what is equal for two ways of writing an address: without c/o, floor and dwelling number."""
    parts = [WITHIN.sub(" ", fold(part)).strip() for part in re.split(r"[,;\n]", address)]
    parts = [part for part in parts if part and not ASIDE.match(part)]
    street = next((match[0] for part in parts if (match := NUMBERED.match(part))), parts[0] if parts else fold(address))
    for pattern, short in STREETS:
        street = re.sub(pattern, short, street)
    return " ".join(street.split())
