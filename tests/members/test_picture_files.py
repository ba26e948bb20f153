import re
import runpy
import struct
import warnings
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image, ImageCms, ImageOps
from PIL.PngImagePlugin import PngInfo

from members import picture_files
from spaces.photos import FRAME, clean_photo, rendition_widths
from tests.pictures import cleaned, encoded, picture

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
JFIF = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"


def refusal(content, name="bilde.jpg"):
    with pytest.raises(ValidationError) as error:
        cleaned(content, name)
    assert error.value.messages == [str(picture_files.MESSAGES[error.value.code]) % FRAME._asdict()]
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


@pytest.mark.parametrize(
    "content",
    [SVG, encoded(picture(), "GIF"), encoded(picture(), "TIFF"), encoded(picture(), "BMP"), b"Hei!", b""],
    ids=["svg", "gif", "tiff", "bmp", "text", "empty"],
)
def test_clean_photo_other_kind_named_jpg(content):
    assert refusal(content) == "wrong_kind"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_clean_photo_truncated(kind):
    content = encoded(Image.effect_noise((640, 480), 60).convert("RGB"), kind)
    assert refusal(content[: len(content) // 2]) == "broken"


@pytest.mark.parametrize("side", [50_000, 10_000, 6_400])
def test_clean_photo_too_many_pixels_claimed_by_png(side):
    assert refusal(png_claiming(side, side), "bombe.png") == "too_many_pixels"


def test_decompression_bomb_warning_is_an_error():
    with warnings.catch_warnings():
        warnings.resetwarnings()
        runpy.run_path(picture_files.__file__)
        with pytest.raises(Image.DecompressionBombWarning):
            warnings.warn("Too many pixels", Image.DecompressionBombWarning, stacklevel=1)


def test_clean_photo_too_many_pixels_claimed_by_jpeg():
    assert refusal(jpeg_claiming(7000, 6000)) == "too_many_pixels"


@pytest.mark.parametrize(
    "content",
    [
        png_claiming(4000, 4000),
        jpeg_claiming(5000, 5000, progressive=True, subsampling=0),
        encoded(Image.new("RGB", (3200, 2400)), "WEBP"),
        encoded(Image.new("RGBA", (3000, 2200)), "WEBP"),
    ],
    ids=["png", "progressive-444", "webp", "webp-transparent"],
)
def test_clean_photo_too_many_pixels_for_the_memory_allowed(content):
    assert refusal(content) == "too_many_pixels"


@pytest.mark.parametrize(
    "content",
    [
        encoded(Image.new("RGB", (3800, 3800)), "PNG"),
        jpeg_claiming(5000, 5000, progressive=True, subsampling=2),
        jpeg_claiming(6300, 6300, subsampling=0),
        encoded(Image.new("RGB", (3000, 2400)), "WEBP"),
        encoded(Image.new("RGBA", (2900, 2000)), "WEBP"),
    ],
    ids=["png", "progressive-420", "baseline-444", "webp", "webp-transparent"],
)
def test_clean_photo_pixels_within_the_memory_allowed(content):
    assert cleaned(content).width == 1600


def test_clean_photo_first_scan_of_fewer_components_counts_as_buffered():
    content = jpeg_claiming(5000, 5000, subsampling=0)
    scan = content.index(b"\xff\xda\0\x0c\x03")
    one_component = content[:scan] + b"\xff\xda\0\x08\x01\x01\0\0\x3f\0" + content[scan + 14 :]
    assert refusal(one_component) == "too_many_pixels"


def test_clean_photo_progressive_with_one_scan_counts_as_buffered():
    content = jpeg_claiming(5000, 5000, progressive=True, subsampling=0)
    second_scan = content.index(b"\xff\xda", content.index(b"\xff\xda") + 2)
    assert refusal(content[:second_scan] + b"\xff\xd9") == "too_many_pixels"


def test_clean_photo_too_large_is_not_read():
    upload = SimpleUploadedFile("bilde.jpg", encoded(picture()))
    upload.size = picture_files.MAX_BYTES + 1
    upload.file = None
    with pytest.raises(ValidationError) as error:
        clean_photo(upload)
    assert error.value.code == "too_large"


def test_clean_photo_too_small():
    assert refusal(encoded(picture(479, 400))) == "too_small"


def test_clean_photo_too_small_once_upright():
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    assert refusal(encoded(picture(640, 479), exif=exif)) == "too_small"


@pytest.mark.parametrize("size", [(500, 1001), (2001, 500)])
def test_clean_photo_too_long(size):
    assert refusal(encoded(picture(*size))) == "too_long"


@pytest.mark.parametrize(
    "content",
    [
        encoded(picture())[:2] + b"\xff\xfe\0\2" * picture_files.MAX_BLOCKS + encoded(picture())[2:],
        png_claiming(640, 480)[:-12] + chunk(b"abCd") * picture_files.MAX_BLOCKS + chunk(b"IEND"),
        encoded(picture(), "WEBP") + b"abcd\0\0\0\0" * picture_files.MAX_BLOCKS,
    ],
    ids=["jpeg", "png", "webp"],
)
def test_clean_photo_flood_of_blocks_never_reaches_pillow(content, monkeypatch):
    monkeypatch.setattr(Image, "open", lambda *args, **options: pytest.fail("It did."))
    assert refusal(content) == "broken"


def test_clean_photo_flood_of_scans_never_reaches_pillow(monkeypatch):
    content = encoded(picture(), progressive=True)
    last_scan = content[content.rindex(b"\xff\xda") : -2]
    monkeypatch.setattr(Image, "open", lambda *args, **options: pytest.fail("It did."))
    assert refusal(content[:-2] + last_scan * picture_files.MAX_SCANS + content[-2:]) == "broken"


@pytest.mark.parametrize(
    ("content", "once"),
    [
        (
            JFIF + b"Kari" + encoded(picture(), icc_profile=SRGB, exif=exif_block(8))[len(JFIF) :],
            b"ICC_PROFILE",
        ),
        (png_claiming(640, 480)[:33] + chunk(b"iCCP", b"-") * 2 + encoded(picture(), "PNG")[33:], b"iCCP"),
        (encoded(picture(), "WEBP", save_all=True, append_images=[picture(color="black")]), b"ANMF"),
    ],
    ids=["jpeg", "png", "webp"],
)
def test_clean_photo_pillow_sees_only_what_decoding_needs(content, once, monkeypatch):
    seen = []
    monkeypatch.setattr(Image, "open", lambda file, **options: seen.append(file.read()))
    end = content.rindex(b"IEND") - 4 if b"IEND" in content else len(content)
    refusal(content[:end] + chunk(b"tEXt", b"Kari") + content[end:])
    assert seen[0].count(once) == 1
    assert not re.search(b"Exif|Kari", seen[0])


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
    assert not [name for name, content in clean.renditions.items() if re.search(rb"script|evil|PK", content)]


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
        ((2000, 4000), (1200, 2400), (480, 960, 1200)),
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
