"""Uploads re-encoded as renditions in several widths and formats, and the files in which they are stored."""

import os
import secrets
from contextlib import ExitStack, suppress
from io import BytesIO
from typing import NamedTuple

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import UploadedFile
from PIL import Image

from core.images import ImageSpec, open_image

WIDTHS = (480, 960, 1600)
PHOTO_SPEC = ImageSpec(
    min_width=WIDTHS[0], max_width=WIDTHS[-1], max_height=1400, max_height_ratio=2, max_width_ratio=4
)
ENCODERS = {
    "avif": {"format": "AVIF", "quality": 60, "speed": 9, "max_threads": 2},
    "webp": {"format": "WEBP", "quality": 78, "method": 1},
    "jpg": {"format": "JPEG", "quality": 80, "progressive": True, "optimize": True},
}


class CleanPhoto(NamedTuple):
    """The largest rendition's size in pixels, and every rendition by file name, such as "480.avif"."""

    width: int
    height: int
    renditions: dict[str, bytes]


class Sources(NamedTuple):
    """A srcset for each format, and the URL for browsers without srcset."""

    avif: str
    webp: str
    jpg: str
    fallback: str


def rendition_widths(width: int) -> tuple[int, ...]:
    return (*(w for w in WIDTHS if w < width), min(width, WIDTHS[-1]))  # never enlarged


def clean_photo(upload: UploadedFile) -> CleanPhoto:
    return _clean(open_image(upload, PHOTO_SPEC))


def checked(upload: UploadedFile) -> bytes:
    """Return a JPEG of the picture to keep until it is stored. Raise ValidationError."""
    target = BytesIO()
    open_image(upload, PHOTO_SPEC).save(target, "JPEG", quality=92)
    return target.getvalue()


def clean_checked(content: bytes) -> CleanPhoto:
    return _clean(Image.open(BytesIO(content), formats=["JPEG"]))


def _clean(image) -> CleanPhoto:
    return CleanPhoto(*image.size, _renditions(image))


def store(clean: CleanPhoto) -> str:
    """Write all renditions or none, and return their key."""
    key, widths = secrets.token_hex(16), rendition_widths(clean.width)
    # Other storages show a file only once it is complete.
    is_local = isinstance(default_storage, FileSystemStorage)
    folder = f"{key}.part" if is_local else key
    # Whatever fails, no half of a photo stays behind.
    with ExitStack() as cleanup:
        cleanup.callback(discard, folder, widths)
        for name, content in clean.renditions.items():
            default_storage.save(f"photos/{folder}/{name}", ContentFile(content))
        if is_local:
            os.rename(default_storage.path(f"photos/{folder}"), default_storage.path(f"photos/{key}"))
        cleanup.pop_all()
    return key


def stored(key: str, width: int, height: int) -> CleanPhoto:
    """Return a photo as its files are, however few."""
    renditions = {}
    for name in (f"{each}.{suffix}" for each in rendition_widths(width) for suffix in ENCODERS):
        with suppress(FileNotFoundError), default_storage.open(f"photos/{key}/{name}") as file:
            renditions[name] = file.read()
    return CleanPhoto(width, height, renditions)


def discard(key: str, widths: tuple[int, ...]) -> None:
    for width in widths:
        for suffix in ENCODERS:
            default_storage.delete(f"photos/{key}/{width}.{suffix}")
    default_storage.delete(f"photos/{key}")


def sources(key: str, widths: tuple[int, ...]) -> Sources:
    def url(width, suffix):
        return default_storage.url(f"photos/{key}/{width}.{suffix}")

    srcsets = {suffix: ", ".join(f"{url(width, suffix)} {width}w" for width in widths) for suffix in ENCODERS}
    return Sources(**srcsets, fallback=url(fallback_width(widths), "jpg"))


def fallback_width(widths: tuple[int, ...]) -> int:
    return 960 if 960 in widths else widths[-1]


def fallback_size(width: int, height: int) -> tuple[int, int]:
    smaller = fallback_width(rendition_widths(width))
    return smaller, round(height * smaller / width)


def _renditions(image):
    renditions = {}
    for width in rendition_widths(image.width):
        height = round(image.height * width / image.width)
        smaller = image.resize((width, height), Image.Resampling.LANCZOS)
        for suffix, options in ENCODERS.items():
            target = BytesIO()
            smaller.save(target, **options)
            renditions[f"{width}.{suffix}"] = target.getvalue()
    return renditions
