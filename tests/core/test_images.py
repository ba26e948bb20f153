import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image, ImageOps
from PIL.PngImagePlugin import PngInfo

from spaces.photos import clean_photo, rendition_widths
from tests.pictures import cleaned, encoded, picture

from .image_files import SRGB, color_at, exif_block, opened


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_clean_photo_upright(kind, orientation):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    original = picture(800, 600)
    original.getexif()[ExifTags.Base.Orientation] = orientation
    upright = ImageOps.exif_transpose(original)
    clean = cleaned(encoded(original, kind, exif=exif))
    assert (clean.width, clean.height) == upright.size
    for x, y in ((0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)):
        assert color_at(clean, x, y) == upright.getpixel((int(x * upright.width), int(y * upright.height)))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_clean_photo_keeps_no_metadata(kind):
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = "Kari Hemmelig"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (59.0, 54.0, 40.0)
    info = PngInfo()
    info.add_text("Comment", "Kari Hemmelig")
    options = {"comment": b"Kari Hemmelig"} if kind == "JPEG" else {"pnginfo": info} if kind == "PNG" else {}
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>Kari Hemmelig</x:xmpmeta>"
    clean = cleaned(encoded(picture(), kind, exif=exif, xmp=xmp, icc_profile=SRGB, dpi=(72, 72), **options))
    assert len(clean.renditions) == 6
    for name, content in clean.renditions.items():
        assert not re.search(rb"Kari|Exif|xmpmeta|ICC_PROFILE|ICCP|lcms", content), name
        image = opened(clean, name)
        assert not image.getexif(), name
        assert not {"exif", "xmp", "icc_profile", "comment", "dpi"} & set(image.info), name


def test_clean_photo_converts_colors_to_srgb():
    red_is_blue = SRGB.replace(b"rXYZ", b"tmp!", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"tmp!", b"bXYZ", 1)
    clean = cleaned(encoded(picture(), icc_profile=red_is_blue))
    assert color_at(clean, 0.25, 0.25) == (0, 0, 255)


def test_clean_photo_useless_color_profile():
    assert color_at(cleaned(encoded(picture(), icc_profile=b"x" * 200)), 0.25, 0.25) == (255, 0, 0)


@pytest.mark.parametrize("order", ["<", ">"])
def test_clean_photo_orientation_in_either_byte_order(order):
    assert cleaned(encoded(picture(640, 480), exif=exif_block(8, order))).height == 640


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    "block",
    [
        b"Exif\0\0II*\0",
        b"Exif\0\0MM\0*\0\0\xff\xff",
        exif_block(8)[:-8],
        exif_block(99),
        b"Exif\0\0" + b"x" * 99,
    ],
    ids=["empty", "far-away", "cut", "unknown", "text"],
)
def test_clean_photo_useless_exif(kind, block):
    clean = cleaned(encoded(picture(640, 400), kind, exif=block))
    assert (clean.width, clean.height) == (640, 400)


def test_clean_photo_cmyk():
    clean = cleaned(encoded(picture().convert("CMYK")))
    assert opened(clean, "640.jpg").mode == "RGB"
    assert (color_at(clean, 0.25, 0.25), color_at(clean, 0.75, 0.75)) == ((255, 0, 0), (255, 255, 255))


def test_clean_photo_ycck():
    content = re.sub(rb"(?s)(Adobe.{6}).", lambda m: m[1] + b"\2", encoded(picture().convert("CMYK")))
    expected = Image.open(BytesIO(content)).convert("RGB").getpixel((600, 400))
    assert color_at(cleaned(content), 0.9, 0.9) == tuple(round(c / 51) * 51 for c in expected)


def test_clean_photo_grey():
    assert color_at(cleaned(encoded(Image.new("L", (640, 480), 102))), 0.5, 0.5) == (102, 102, 102)


def test_clean_photo_palette_with_transparency_on_white():
    image = picture(color="blue").quantize(8)
    blue = image.getpixel((639, 479))
    clean = cleaned(encoded(image, "PNG", transparency=blue))
    assert (color_at(clean, 0.25, 0.25), color_at(clean, 0.75, 0.75)) == ((255, 0, 0), (255, 255, 255))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_clean_photo_half_transparent_on_white(kind):
    image = Image.new("RGBA", (640, 600), (0, 0, 0, 102))
    image.paste("red", (0, 300, 640, 600))
    clean = cleaned(encoded(image, kind))
    assert (color_at(clean, 0.5, 0.1), color_at(clean, 0.5, 0.9)) == ((153, 153, 153), (255, 0, 0))


def test_clean_photo_16_bit_grey():
    image = Image.new("I;16", (640, 480), 102 * 257)
    assert color_at(cleaned(encoded(image, "PNG")), 0.5, 0.5) == (102, 102, 102)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_clean_photo_animation_is_its_first_frame(kind):
    animation = encoded(picture(), kind, save_all=True, append_images=[picture(color="black")] * 3)
    clean = cleaned(animation)
    assert color_at(clean, 0.75, 0.75) == (255, 255, 255)
    assert not getattr(opened(clean, "640.webp"), "is_animated", False)


def test_clean_photo_second_picture_in_jpeg_is_dropped():
    clean = cleaned(encoded(picture(), "MPO", save_all=True, append_images=[picture(color="black")]))
    assert color_at(clean, 0.75, 0.75) == (255, 255, 255)


@pytest.mark.parametrize(
    "tail", [b"<html><script>alert(1)</script></html>", b"PK\3\4evil.php" + b"PK\5\6" + b"\0" * 18]
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_clean_photo_polyglot_loses_its_tail(kind, tail):
    clean = cleaned(encoded(picture(), kind) + tail)
    assert not [
        name for name, content in clean.renditions.items() if re.search(rb"script|evil|PK\x03\x04|PK\x05\x06", content)
    ]


def test_clean_photo_reads_from_the_start():
    upload = SimpleUploadedFile("bilde.jpg", encoded(picture()))
    upload.read()
    assert clean_photo(upload).width == 640


@pytest.mark.parametrize(
    ("size", "largest", "widths"),
    [
        ((480, 360), (480, 360), (480,)),
        ((1000, 750), (1000, 750), (480, 960, 1000)),
        ((1600, 1200), (1600, 1200), (480, 960, 1600)),
        ((4000, 3000), (1600, 1200), (480, 960, 1600)),
        ((2000, 4000), (700, 1400), (480, 700)),
    ],
)
def test_clean_photo_renditions(size, largest, widths):
    clean = cleaned(encoded(picture(*size)))
    assert (clean.width, clean.height) == largest
    assert rendition_widths(clean.width) == widths
    assert set(clean.renditions) == {f"{width}.{suffix}" for width in widths for suffix in ("avif", "webp", "jpg")}
    for name in clean.renditions:
        width = int(name.split(".")[0])
        assert opened(clean, name).size == (width, round(largest[1] * width / largest[0]))
        assert opened(clean, name).format == {"avif": "AVIF", "webp": "WEBP", "jpg": "JPEG"}[name.split(".")[1]]
