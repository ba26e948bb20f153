"""What the templates draw of a coast."""

from .coast import Coast
from .palette import palette

FILLS = {"sea-0", "0", "edge"}


def drawing(coast: Coast, family: str, initials: str) -> dict:
    return {"coast": coast, "family": family, "initials": initials}


def drawing_as_file(coast: Coast, family: str, initials: str) -> dict:
    """Add the colours that are in it, for nobody else tells a file its style."""
    tones = [band.tone for band in (*coast.sea, *coast.land)]
    light, dark = palette(family)
    used = FILLS.union(tones)
    return drawing(coast, family, initials) | {
        "tones": tones,
        "light": {tone: colour for tone, colour in light.items() if tone in used},
        "dark": {tone: colour for tone, colour in dark.items() if tone in used},
    }
