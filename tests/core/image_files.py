"""Pictures of every sort, sound and hostile, and what became of them."""

import re
import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from PIL import Image, ImageCms

from core import images
from spaces.photos import PHOTO_SPEC
from tests.pictures import cleaned, encoded, picture

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


JFIF = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"


def refusal(content, name="bilde.jpg"):
    with pytest.raises(ValidationError) as error:
        cleaned(content, name)
    assert error.value.messages == [str(images.MESSAGES[error.value.code]) % PHOTO_SPEC._asdict()]
    return error.value.code


def opened(clean, name):
    return Image.open(BytesIO(clean.renditions[name]))


def color_at(clean, x, y):
    """Colour of the largest JPEG at a fraction of its size, rounded to what survives compression."""
    image = opened(clean, f"{clean.width}.jpg")
    return tuple(round(c / 51) * 51 for c in image.getpixel((int(x * image.width), int(y * image.height))))


def chunk(kind, data=b""):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_claiming(width, height, color_type=2):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, color_type, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND")


def jpeg_claiming(width, height, **options):
    content = encoded(picture(), **options)
    return re.sub(
        rb"(?s)(\xff[\xc0\xc2]\0\x11\x08)....",
        lambda m: m[1] + struct.pack(">HH", height, width),
        content,
        count=1,
    )


def exif_block(orientation, order="<"):
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return b"Exif\0\0" + mark + struct.pack(f"{order}IHHHIHxxI", 8, 1, 0x0112, 3, 1, orientation, 0)


def files(root):
    return sorted(str(path.relative_to(root)) for path in Path(root).rglob("*"))


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
