"""Uploaded images: hostile until checked, decoded within bounded time and memory."""

import re
import struct
import warnings
from contextlib import suppress
from io import BytesIO
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import ExifTags, Image, ImageCms, ImageOps

ACCEPTED = "image/jpeg,image/png,image/webp"
MAX_BYTES = 15_000_000
MAX_PIXELS = 40_000_000
MAX_MEMORY = 120_000_000  # bytes that decoding takes: for some kinds of file stricter than MAX_PIXELS
MAX_BLOCKS = 20_000  # segments or chunks in a file
MAX_SCANS = 20  # each costs a pass over the whole picture; encoders write 18 at most
MESSAGES = {
    "too_large": _("The file is larger than 15 MB. Make the picture 2000 pixels wide and try again."),
    "wrong_kind": _("The file is not a picture we can use. Save it as JPEG, PNG or WebP and try again."),
    "too_many_pixels": _("The picture has too many pixels. Make it 2000 pixels wide and save it as JPEG."),
    "broken": _("The picture cannot be read. Open it in a photo program and save it again as JPEG."),
    "too_small": _("The picture is too small. Choose one that is at least %(min_width)d pixels wide."),
    "too_long": _(
        "The picture is too long. Crop it to at most %(max_height_ratio)d times as tall as wide, or "
        "%(max_width_ratio)d times as wide as tall."
    ),
}
MAGIC = {"JPEG": rb"\xff\xd8\xff", "PNG": rb"\x89PNG\r\n\x1a\n", "WEBP": rb"(?s)RIFF....WEBP"}
JPEG_MARKER = re.compile(rb"\xff[\x02-\xcf\xd9-\xfe]")
JPEG_SEGMENTS = {0xC0, 0xC1, 0xC2, 0xC4, 0xDA, 0xDB, 0xDD, 0xE0}  # frames, tables, scans, JFIF
PNG_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"iCCP", b"eXIf", b"IDAT", b"IEND"}
WEBP_CHUNKS = {b"VP8X", b"ICCP", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L", b"EXIF"}


warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


class ImageSpec(NamedTuple):
    """Limits of an image: a narrower or longer one is refused, a larger one is shrunk. Widths and heights in pixels."""

    min_width: int
    max_width: int
    max_height: int
    max_height_ratio: int
    max_width_ratio: int


def open_image(upload: UploadedFile, spec: ImageSpec) -> Image.Image:
    """Return the image upright, opaque, in sRGB, without metadata, at most as large as the spec.

    Raise ValidationError, its code a key of MESSAGES, unless the upload is a JPEG, PNG or WebP that fits the spec.
    """
    if upload.size > MAX_BYTES:
        raise _error("too_large")
    upload.seek(0)
    try:
        return _decode(upload.read(), spec)
    except ValidationError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _error("too_many_pixels") from error
    except Exception as error:  # a hostile file makes parsers raise nearly anything
        raise _error("broken") from error


def _error(code, params=None):
    return ValidationError(MESSAGES[code], code=code, params=params)


def _decode(data, spec):
    kind = next((kind for kind, magic in MAGIC.items() if re.match(magic, data)), None)
    if kind is None:
        raise _error("wrong_kind")
    exif, buffered = b"", False
    if kind == "JPEG":
        data, exif, buffered = _strip_jpeg(data)
    else:
        data = _strip_png(data) if kind == "PNG" else _strip_webp(data)
    image = Image.open(BytesIO(data), formats=[kind])
    pixels, profile = image.width * image.height, image.info.get("icc_profile")
    orientation = _read_orientation(exif or image.info.get("exif", b""))
    width, height = image.size[::-1] if orientation > 4 else image.size
    if pixels > MAX_PIXELS:
        raise _error("too_many_pixels")
    if width < spec.min_width:
        raise _error("too_small", spec._asdict())
    if height > spec.max_height_ratio * width or width > spec.max_width_ratio * height:
        raise _error("too_long", spec._asdict())
    scale = min(1, spec.max_width / width, spec.max_height / height)
    size = round(image.width * scale), round(image.height * scale)
    # A JPEG is decoded at an eighth, a quarter or half its size if that is enough: less time and memory.
    image.draft(None, size)
    if pixels * _bytes_per_pixel(image, buffered) + image.width * image.height * 4 > MAX_MEMORY:
        raise _error("too_many_pixels")
    image = _flatten(image)
    image = image.resize(size, Image.Resampling.LANCZOS)
    image.info = {}
    image.getexif()[ExifTags.Base.Orientation] = orientation
    ImageOps.exif_transpose(image, in_place=True)
    return _convert_to_srgb(image, profile)


def _bytes_per_pixel(image, buffered):
    # Measured; besides, the result takes 4 bytes a pixel.
    if buffered:
        planes = [across * down for _id, across, down, _table in image.layer]
        return 2 * sum(planes) / max(planes)
    return {"JPEG": 0, "PNG": 4, "WEBP": 4 * len(image.getbands())}[image.format]


def _strip_jpeg(data):
    """Return what decoding needs, the EXIF block, and whether the decoder buffers the whole image's coefficients.

    Pillow takes seconds over a flood of other segments.
    """
    parts, exif, components, scans, buffered, at = [data[:2]], b"", 0, 0, False, 2
    for _count in range(MAX_BLOCKS):
        start, end = JPEG_MARKER.search(data, at).span()
        if scans:
            parts.append(data[at:start])
        code, at = data[end - 1], end + int.from_bytes(data[end : end + 2])
        segment = data[start:at]
        if code == 0xD9:
            return b"".join((*parts, segment[:2])), exif, buffered
        if code in (0xC0, 0xC1, 0xC2):
            components, buffered = segment[9], code == 0xC2
        elif code == 0xDA:
            scans += 1
            buffered |= segment[4] < components
        if scans > MAX_SCANS:
            break
        if segment.startswith(b"Exif\0\0", 4):
            exif = exif or segment[10:]
        elif code in JPEG_SEGMENTS or segment.startswith((b"ICC_PROFILE\0", b"Adobe"), 4):
            parts.append(segment)
    raise ValueError("too many segments or scans")


def _strip_png(data):
    # Pillow takes seconds over a flood of other chunks, and of more than the first of a kind.
    parts, done, at = [data[:8]], set(), 8
    for _count in range(MAX_BLOCKS):
        kind, end = data[at + 4 : at + 8], at + 12 + int.from_bytes(data[at : at + 4])
        if kind in PNG_CHUNKS - done:
            parts.append(data[at:end])
        if kind == b"IEND":
            return b"".join(parts)
        if kind != b"IDAT":
            done.add(kind)
        at = end
    raise ValueError("too many chunks, or no last one")


def _strip_webp(data):
    # The first of each kind, so that an animation is its first frame.
    chunks, at = {}, 12
    for _count in range(MAX_BLOCKS):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        kind, end = data[at : at + 4], at + 8 + size + size % 2
        if kind in WEBP_CHUNKS:
            chunks.setdefault(kind, data[at:end])
        if end >= len(data):
            body = b"WEBP" + b"".join(chunks.values())
            return b"RIFF" + len(body).to_bytes(4, "little") + body
        at = end
    raise ValueError("too many chunks")


def _read_orientation(exif):
    # Pillow reads all of the block, which may claim the same bytes thousands of times.
    exif = exif.removeprefix(b"Exif\0\0")
    order = ">" if exif.startswith(b"MM") else "<"
    with suppress(struct.error):
        (start,) = struct.unpack_from(f"{order}4xI", exif)
        (count,) = struct.unpack_from(f"{order}H", exif, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, value = struct.unpack_from(f"{order}H6xH", exif, entry)
            if tag == ExifTags.Base.Orientation:
                return value if value <= 8 else 1
    return 1


def _flatten(image):
    if image.mode == "I;16":
        return image.point(lambda value: value / 256).convert("L")
    if not image.has_transparency_data:
        image.load()
        return image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")
    white = Image.new("RGB", image.size, "white")
    for top in range(0, image.height, 256):  # in bands, as a whole copy more would not fit in MAX_MEMORY
        box = (0, top, image.width, min(top + 256, image.height))
        band = image.crop(box).convert("RGBA")
        white.paste(band, box, band)
    return white


def _convert_to_srgb(image, profile):
    if profile:
        with suppress(ImageCms.PyCMSError):  # a profile that is no use: browsers ignore it too
            srgb = ImageCms.createProfile("sRGB")
            image = ImageCms.profileToProfile(image, BytesIO(profile), srgb, outputMode="RGB")
    image = image.convert("RGB")
    image.info = {}
    return image
