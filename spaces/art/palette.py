"""The pictures' colours, which are tokens of the style sheet like all others."""

import re
from functools import cache

from django.conf import settings

TOKENS = settings.BASE_DIR / "static/core/tokens.css"


@cache
def palette(family: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the colours of "green" or "yellow" by tone for light, and for dark: sea-0 to 3, 0 to 3, a to c, edge."""
    light, dark = {}, {}
    # The tokens of the dark scheme come second.
    for name, colour in re.findall(r"--art-([\w-]+): (#\w{6});", TOKENS.read_text()):
        if name.startswith((family, "sea")):
            tone = name.removeprefix(f"{family}-")
            (dark if tone in light else light)[tone] = colour
    return light, dark
