"""Coordinates as people write and copy them: "59.9, 10.7", "59,9 10,7", 59°54'46"N 10°44'46"E."""

import re

MINUTES = r" ?[0-5]?[0-9](?:[.,][0-9]+)? ?['′’]"
SECONDS = r" ?[0-5]?[0-9](?:[.,][0-9]+)? ?(?:[\"″”]|'')"
# A whole number is only a coordinate where its sign says so: "60 5" may be a house's number.
DEGREES = rf"-?[0-9]{{1,3}}(?:[.,][0-9]+ ?°?| ?°(?:{MINUTES}(?:{SECONDS})?)?)"
COORDINATE = re.compile(rf"[NEØ]? ?({DEGREES}) ?[NEØ]?", re.IGNORECASE)
POSITION = re.compile(rf"N? ?({DEGREES}) ?N?(?: ?[,;/] ?| )[EØ]? ?({DEGREES}) ?[EØ]?", re.IGNORECASE)


def parse_degrees(text: str) -> float | None:
    """Return the degrees of one coordinate with a decimal or a sign of degrees."""
    coordinate = COORDINATE.fullmatch(" ".join(text.split()))
    if not coordinate:
        return None
    parts = [float(part.replace(",", ".")) for part in re.findall("[0-9]+(?:[.,][0-9]+)?", coordinate[1])]
    degrees = sum(part / 60**power for power, part in enumerate(parts))
    return -degrees if coordinate[1].startswith("-") else degrees


def parse_position(text: str) -> tuple[float, float] | None:
    """Return latitude and longitude of a pair in one text."""
    pair = POSITION.fullmatch(" ".join(text.split()))
    return pair and tuple(map(parse_degrees, pair.groups()))


def split_position(cells: dict[str, str], latitude="latitude", longitude="longitude") -> dict[str, str]:
    """Return the cells with a coordinate in each of the two if one of them has both: it replaces the other."""
    positions = [parse_position(cells.get(name) or "") for name in (latitude, longitude)]
    if all(positions) or not any(positions):
        return cells
    cells = cells.copy()
    cells[latitude], cells[longitude] = map(str, positions[0] or positions[1])
    return cells
