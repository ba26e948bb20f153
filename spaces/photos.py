"""Turns an upload, hostile until checked, into the pictures that are served."""

import os
import re
import secrets
import struct
import warnings
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from io import BytesIO
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import ExifTags, Image, ImageCms, ImageOps

WIDTHS = (480, 960, 1600)
MAX_HEIGHT = 2400
ENCODERS = {
    "avif": {"format": "AVIF", "quality": 60, "speed": 6, "max_threads": 2},
    "webp": {"format": "WEBP", "quality": 78, "method": 4},
    "jpg": {"format": "JPEG", "quality": 80, "progressive": True, "optimize": True},
}
MAX_BYTES = 15_000_000
MAX_PIXELS = 40_000_000
MAX_MEMORY = 120_000_000  # bytes that decoding may take: for some kinds of file stricter than MAX_PIXELS
MAX_BLOCKS = 20_000  # segments or chunks in a file
MAX_SCANS = 20  # each costs a pass over the whole picture; encoders write 18 at most
MESSAGES = {
    "too_large": _("The file is larger than 15 MB. Make the picture 2000 pixels wide and try again."),
    "wrong_kind": _("The file is not a picture we can use. Save it as JPEG, PNG or WebP and try again."),
    "too_many_pixels": _("The picture has too many pixels. Make it 2000 pixels wide and save it as JPEG."),
    "broken": _("The picture cannot be read. Open it in a photo program and save it again as JPEG."),
    "too_small": _("The picture is too small. Choose one that is at least 480 pixels wide."),
    "too_long": _(
        "The picture is too long. Crop it to at most twice as tall as wide, or four times as wide as tall."
    ),
}
MAGIC = {"JPEG": rb"\xff\xd8\xff", "PNG": rb"\x89PNG\r\n\x1a\n", "WEBP": rb"(?s)RIFF....WEBP"}
JPEG_MARKER = re.compile(rb"\xff[\x02-\xcf\xd9-\xfe]")
JPEG_NEEDED = {0xC0, 0xC1, 0xC2, 0xC4, 0xDA, 0xDB, 0xDD, 0xE0}  # frames, tables, scans, JFIF
PNG_NEEDED = {b"IHDR", b"PLTE", b"tRNS", b"iCCP", b"eXIf", b"IDAT", b"IEND"}
WEBP_NEEDED = {b"VP8X", b"ICCP", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L", b"EXIF"}

warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
_undo: ContextVar[ExitStack | None] = ContextVar("undo", default=None)


class CleanPhoto(NamedTuple):
    """The largest rendition's size in pixels, and every rendition by file name, such as "480.avif"."""

    width: int
    height: int
    renditions: dict[str, bytes]


class Sources(NamedTuple):
    """A srcset for each format, and the URL for browsers that know none of it."""

    avif: str
    webp: str
    jpg: str
    fallback: str


def rendition_widths(width: int) -> tuple[int, ...]:
    """Nothing is enlarged: the last is the photo's own width where that is below the largest."""
    return (*(w for w in WIDTHS if w < width), min(width, WIDTHS[-1]))


def clean_photo(upload: UploadedFile) -> CleanPhoto:
    """Raise ValidationError, its code a key of MESSAGES, unless the upload is a usable picture."""
    if upload.size > MAX_BYTES:
        raise _refusal("too_large")
    upload.seek(0)
    try:
        image = _decode(upload.read())
    except ValidationError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _refusal("too_many_pixels") from error
    except Exception as error:  # a hostile file makes parsers raise nearly anything
        raise _refusal("broken") from error
    return CleanPhoto(*image.size, _renditions(image))


def store(clean: CleanPhoto) -> str:
    """Write every rendition or none, and return the key."""
    key, widths = secrets.token_hex(16), rendition_widths(clean.width)
    renamed = isinstance(default_storage, FileSystemStorage)  # others show a file only once it is whole
    folder = f"{key}.part" if renamed else key
    with ExitStack() as undo:
        undo.callback(discard, folder, widths)
        for name, content in clean.renditions.items():
            default_storage.save(f"photos/{folder}/{name}", ContentFile(content))
        if renamed:
            os.rename(default_storage.path(f"photos/{folder}"), default_storage.path(f"photos/{key}"))
        undo.pop_all()
    if block := _undo.get():
        block.callback(discard, key, widths)
    return key


def discard(key: str, widths: tuple[int, ...]) -> None:
    """Delete a photo's files; those that are already gone don't matter."""
    for width in widths:
        for suffix in ENCODERS:
            default_storage.delete(f"photos/{key}/{width}.{suffix}")
    default_storage.delete(f"photos/{key}")


@contextmanager
def discarding_on_error():
    """Discard what store() wrote in the block if the block raises: goes around a transaction."""
    outer = _undo.get()
    with ExitStack() as undo:
        token = _undo.set(undo)
        try:
            yield
        finally:
            _undo.reset(token)
        kept = undo.pop_all()
    if outer:
        outer.push(kept)


def sources(key: str, widths: tuple[int, ...]) -> Sources:
    def url(width, suffix):
        return default_storage.url(f"photos/{key}/{width}.{suffix}")

    srcsets = {suffix: ", ".join(f"{url(width, suffix)} {width}w" for width in widths) for suffix in ENCODERS}
    return Sources(**srcsets, fallback=url(960 if 960 in widths else widths[-1], "jpg"))


def _refusal(code):
    return ValidationError(MESSAGES[code], code=code)


def _decode(data):
    """The picture upright, opaque, in sRGB, without metadata, at most as wide as the largest rendition."""
    kind = next((kind for kind, magic in MAGIC.items() if re.match(magic, data)), None)
    if kind is None:
        raise _refusal("wrong_kind")
    exif, buffered = b"", False
    if kind == "JPEG":
        data, exif, buffered = _needed_of_jpeg(data)
    else:
        data = _needed_of_png(data) if kind == "PNG" else _needed_of_webp(data)
    image = Image.open(BytesIO(data), formats=[kind])
    pixels, profile = image.width * image.height, image.info.get("icc_profile")
    orientation = _orientation(exif or image.info.get("exif", b""))
    width, height = image.size[::-1] if orientation > 4 else image.size
    if pixels > MAX_PIXELS:
        raise _refusal("too_many_pixels")
    if width < WIDTHS[0]:
        raise _refusal("too_small")
    if height > 2 * width or width > 4 * height:
        raise _refusal("too_long")
    scale = min(1, WIDTHS[-1] / width, MAX_HEIGHT / height)
    size = round(image.width * scale), round(image.height * scale)
    image.draft(None, size)
    if pixels * _overhead(image, buffered) + image.width * image.height * 4 > MAX_MEMORY:
        raise _refusal("too_many_pixels")
    image = _opaque(image)
    image = image.resize(size, Image.Resampling.LANCZOS)
    image.info = {}
    image.getexif()[ExifTags.Base.Orientation] = orientation
    ImageOps.exif_transpose(image, in_place=True)
    return _srgb(image, profile)


def _overhead(image, buffered):
    """Bytes (measured) that decoding takes for each pixel of the file, besides 4 for each of the result."""
    if buffered:
        planes = [across * down for _id, across, down, _table in image.layer]
        return 2 * sum(planes) / max(planes)
    return {"JPEG": 0, "PNG": 4, "WEBP": 4 * len(image.getbands())}[image.format]


def _needed_of_jpeg(data):
    """What decoding needs (Pillow takes seconds over a flood of other segments), the EXIF block, and
    whether the decoder has to hold the coefficients of the whole picture."""
    kept, exif, components, scans, buffered, at = [data[:2]], b"", 0, 0, False, 2
    for _count in range(MAX_BLOCKS):
        start, end = JPEG_MARKER.search(data, at).span()
        if scans:
            kept.append(data[at:start])
        code, at = data[end - 1], end + int.from_bytes(data[end : end + 2])
        segment = data[start:at]
        if code == 0xD9:
            return b"".join((*kept, segment[:2])), exif, buffered
        if code in (0xC0, 0xC1, 0xC2):
            components, buffered = segment[9], code == 0xC2
        elif code == 0xDA:
            scans += 1
            buffered |= segment[4] < components
        if scans > MAX_SCANS:
            break
        if segment.startswith(b"Exif\0\0", 4):
            exif = exif or segment[10:]
        elif code in JPEG_NEEDED or segment.startswith((b"ICC_PROFILE\0", b"Adobe"), 4):
            kept.append(segment)
    raise ValueError("too many segments or scans")


def _needed_of_png(data):
    """The chunks that decoding needs, the first of each kind: Pillow takes seconds over a flood of others."""
    kept, done, at = [data[:8]], set(), 8
    for _count in range(MAX_BLOCKS):
        kind, end = data[at + 4 : at + 8], at + 12 + int.from_bytes(data[at : at + 4])
        if kind in PNG_NEEDED - done:
            kept.append(data[at:end])
        if kind == b"IEND":
            return b"".join(kept)
        if kind != b"IDAT":
            done.add(kind)
        at = end
    raise ValueError("too many chunks, or no last one")


def _needed_of_webp(data):
    """The chunks that decoding needs, the first of each kind, so that an animation is its first frame."""
    kept, at = {}, 12
    for _count in range(MAX_BLOCKS):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        kind, end = data[at : at + 4], at + 8 + size + size % 2
        if kind in WEBP_NEEDED:
            kept.setdefault(kind, data[at:end])
        if end >= len(data):
            body = b"WEBP" + b"".join(kept.values())
            return b"RIFF" + len(body).to_bytes(4, "little") + body
        at = end
    raise ValueError("too many chunks")


def _orientation(exif):
    """Read here because Pillow reads all of the block, which may claim the same bytes thousands of times."""
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


def _opaque(image):
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


def _srgb(image, profile):
    if profile:
        with suppress(ImageCms.PyCMSError):  # a profile that is no use: browsers ignore it too
            srgb = ImageCms.createProfile("sRGB")
            image = ImageCms.profileToProfile(image, BytesIO(profile), srgb, outputMode="RGB")
    image = image.convert("RGB")
    image.info = {}
    return image


def _renditions(image):
    made = {}
    for width in rendition_widths(image.width):
        height = round(image.height * width / image.width)
        smaller = image.resize((width, height), Image.Resampling.LANCZOS)
        for suffix, options in ENCODERS.items():
            target = BytesIO()
            smaller.save(target, **options)
            made[f"{width}.{suffix}"] = target.getvalue()
    return made
