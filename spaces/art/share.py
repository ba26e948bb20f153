"""The picture that is shown where a space's page is shared: its coast, its name, its town, the network's mark."""

from functools import cache
from io import BytesIO
from pathlib import Path

import font_fjallaone
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from ..titles import initials
from .coast import SHARE, Coast, coast
from .geometry import area, simplify
from .palette import palette

FONT = str(Path(font_fjallaone.__file__).parent / "files/FjallaOne-Regular.ttf")
SMOOTH = 2  # drawn so much larger, then made smaller
BRUSH = 160  # pixels
SOFT = ImageFilter.GaussianBlur(1.5)
INK, PAPER = "#17262b", "#faf8f3"
LEFT, TOP, BOTTOM = 72, 60, 66  # margins
NAME_WIDTH, NAME_LINES, NAME_SIZES = 640, 3, (128, 112, 96, 84, 72, 60, 48)
LINE_HEIGHT = 1.18
MARK_LABEL = LEFT - 18, TOP - 16, LEFT + 372, TOP + 80
# The network's three notes as in core/icon.svg, and how much larger.
MARK_SCALE = 2
MARK = {
    "#f8b3cb": [(13, 1), (27, 1), (28, 14), (15, 15)],
    "#ffe07a": [(2, 8), (16, 7), (16, 21), (3, 22)],
    "#a9dc8b": [(12, 14), (29, 13), (29, 24), (28, 28), (25, 30), (23, 31), (12, 30)],
}
NOTE_CENTRE = 47  # above its point
NOTE = [(-32, -80), (32, -80), (32, -30), (29, -23), (23, -17), (15, -14), (9, -14), (0, 0), (-9, -14), (-32, -14)]


def share_png(latitude: float, longitude: float, rank: int, family: str, name: str, town: str) -> bytes:
    shape, colours = coast(latitude, longitude, SHARE, rank), palette(family)[0]
    image = _coast(shape, colours).reduce(SMOOTH)
    draw = ImageDraw.Draw(image)
    x, y = shape.pin
    draw.text((x, y - NOTE_CENTRE), initials(name), colours["edge"], _font(32), anchor="mm")
    _draw_mark(draw)
    _draw_name(draw, name, town)
    target = BytesIO()
    image.save(target, "PNG", optimize=True)
    return target.getvalue()


def _coast(shape: Coast, colours: dict[str, str]) -> Image.Image:
    size = shape.frame.width * SMOOTH, shape.frame.height * SMOOTH
    image, land = (Image.new("RGB", size, colours[tone]) for tone in ("sea-0", "0"))
    for target, bands in ((image, shape.sea), (land, shape.land)):
        for band in bands:
            target.paste(colours[band.tone], mask=_stroke(shape.rings, band.width, size))
    image.paste(land, mask=_land(shape.rings, size))
    draw = ImageDraw.Draw(image)
    for ring in shape.rings:
        draw.line(_scaled([*ring, ring[0]], SMOOTH), fill=colours["edge"], width=SMOOTH)
    note = _scaled([(shape.pin[0] + x, shape.pin[1] + y) for x, y in NOTE], SMOOTH)
    draw.polygon(note, fill=PAPER, outline=colours["edge"], width=4 * SMOOTH)
    return image


def _scaled(points, factor):
    return [(x * factor, y * factor) for x, y in points]


def _stroke(rings, width, size) -> Image.Image:
    # A wide brush is drawn small with few points, which is much faster, and made larger with a sharp edge.
    scale = min(SMOOTH, BRUSH / width)
    mask = Image.new("L", [round(side * scale / SMOOTH) for side in size])
    draw = ImageDraw.Draw(mask)
    for ring in rings:
        points = _scaled(simplify([*ring, ring[0]], lambda point: width / 60), scale)
        draw.line([*points, *points[1:2]], fill=255, width=round(width * scale), joint="curve")
    return mask.filter(SOFT).resize(size, Image.Resampling.BICUBIC).point(lambda value: 255 * (value > 127))


def _land(rings, size) -> Image.Image:
    mask = Image.new("1", size)
    draw = ImageDraw.Draw(mask)
    # Water within land runs the other way round, and islands in it are smaller.
    for ring in sorted(rings, key=lambda ring: -abs(area(ring))):
        draw.polygon(_scaled(ring, SMOOTH), fill=int(area(ring) > 0))
    return mask


def _draw_mark(draw):
    draw.rounded_rectangle(MARK_LABEL, 24, PAPER, corners=(False, False, True, False))
    for colour, points in MARK.items():
        draw.polygon([(LEFT + x * MARK_SCALE, TOP + y * MARK_SCALE) for x, y in points], fill=colour)
    draw.text((LEFT + 84, TOP + 32), "Coworking Norge", INK, _font(40), anchor="lm")


def _draw_name(draw, name: str, town: str):
    baseline = SHARE.height - BOTTOM
    draw.text((LEFT, baseline), _shortened(town, _font(40)), INK, _font(40), anchor="ls")
    font, lines = _fitted(name)
    for number, line in enumerate(reversed(lines)):
        place = LEFT - 2, baseline - 70 - number * font.size * LINE_HEIGHT
        draw.text(place, line, INK, font, anchor="ls")


def _fitted(name: str) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """Return the largest font in which the name has few enough lines, and these, shortened if none is small enough."""
    for size in NAME_SIZES:
        font = _font(size)
        lines = _lines(name, font)
        if len(lines) <= NAME_LINES and all(font.getlength(line) <= NAME_WIDTH for line in lines):
            break
    lines = [*lines[: NAME_LINES - 1], " ".join(lines[NAME_LINES - 1 :])]
    return font, [_shortened(line, font) for line in lines if line]


def _lines(text: str, font) -> list[str]:
    lines = []
    for word in text.split():
        if lines and font.getlength(f"{lines[-1]} {word}") <= NAME_WIDTH:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _shortened(text: str, font) -> str:
    if font.getlength(text) <= NAME_WIDTH:
        return text
    while text and font.getlength(f"{text}…") > NAME_WIDTH:
        text = text[:-1]
    return f"{text.rstrip()}…"


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, size)
