"""The names and colours of our style sheets."""

import re
from itertools import chain
from pathlib import Path

from django.conf import settings
from PIL.ImageColor import colormap

STYLES = sorted((Path(settings.BASE_DIR) / "static").rglob("*.css"))
# Of Django's admin and forms, and of Leaflet.
FOREIGN = (
    "leaflet-|(actions|addlink|aligned|breadcrumbs|change-form|closelink|dashboard|deletelink|errorlist|errors|"
    "flex-container|help|inline-group|messagelist|model-joinrequest|module|object-tools|readonly|submit-row)$"
)
COLOUR = r"#[0-9a-f]{3,8}\b|\b(rgb|hsl|hwb|lab|lch|oklab|oklch|color)a?\(|[:\s(]("
COLOUR += "|".join(colormap) + r")(?![\w-])"


def components(path):
    """Return what the file's first comment names as its components."""
    named = re.match(r"/\*[^*]*Components: ([^.]+)\. \*/", path.read_text())
    return named[1].split(", ") if named else []


def rules(path):
    return re.sub(r"/\*.*?\*/|url\([^)]*\)", "", path.read_text(), flags=re.DOTALL)


def test_each_component_is_in_one_file():
    named = [*chain.from_iterable(map(components, STYLES))]
    assert len(named) == len(set(named))
    assert [(path.name, name) for path in STYLES for name in components(path) if f".{name}" not in rules(path)] == []


def test_classes_begin_with_their_component():
    prefixes = "|".join(["is", *chain.from_iterable(map(components, STYLES))])
    for path in STYLES:
        classes = set(re.findall(r"\.([a-z][\w-]*)", rules(path)))
        assert {name for name in classes if not re.match(f"({prefixes})(-|$)|{FOREIGN}", name)} == set(), path.name


def test_states_stand_beside_a_component():
    for path in STYLES:
        assert re.findall(r"(?:^|[\s,>+~])\.is-[\w-]+", rules(path)) == [], path.name


def test_colours_are_tokens():
    for path in STYLES:
        if path.name != "tokens.css":
            assert not re.search(COLOUR, rules(path), re.IGNORECASE), path.name
