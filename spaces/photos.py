"""A space's photos: an upload turned into the renditions that are served, and the files in which they are kept."""

import os
import secrets
from contextlib import ExitStack
from io import BytesIO
from typing import NamedTuple

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import UploadedFile
from PIL import Image

from members.files import discard_on_error
from members.picture_files import Frame, open_picture

WIDTHS = (480, 960, 1600)
FRAME = Frame(narrowest=WIDTHS[0], widest=WIDTHS[-1], tallest=1400, tallness=2, wideness=4)
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
    """A srcset for each format, and the URL for browsers that know none of it."""

    avif: str
    webp: str
    jpg: str
    fallback: str


def rendition_widths(width: int) -> tuple[int, ...]:
    """Nothing is enlarged: the last is the photo's own width where that is below the largest."""
    return (*(w for w in WIDTHS if w < width), min(width, WIDTHS[-1]))


def clean_photo(upload: UploadedFile) -> CleanPhoto:
    """ValidationError unless the upload is a usable picture."""
    image = open_picture(upload, FRAME)
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
    discard_on_error(discard, key, widths)
    return key


def discard(key: str, widths: tuple[int, ...]) -> None:
    """Delete a photo's files; those that are already gone don't matter."""
    for width in widths:
        for suffix in ENCODERS:
            default_storage.delete(f"photos/{key}/{width}.{suffix}")
    default_storage.delete(f"photos/{key}")


def sources(key: str, widths: tuple[int, ...]) -> Sources:
    def url(width, suffix):
        return default_storage.url(f"photos/{key}/{width}.{suffix}")

    srcsets = {suffix: ", ".join(f"{url(width, suffix)} {width}w" for width in widths) for suffix in ENCODERS}
    return Sources(**srcsets, fallback=url(960 if 960 in widths else widths[-1], "jpg"))


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
