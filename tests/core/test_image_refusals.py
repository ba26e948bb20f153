import re
import runpy
import warnings

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image

from core import images
from spaces.photos import PHOTO_SPEC, clean_photo
from tests.pictures import cleaned, encoded, picture

from .image_files import JFIF, SRGB, SVG, chunk, exif_block, jpeg_claiming, png_claiming, refusal


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
        runpy.run_path(images.__file__)
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
    clean = cleaned(content)
    assert clean.width == PHOTO_SPEC.max_width or clean.height == PHOTO_SPEC.max_height


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
    upload.size = images.MAX_BYTES + 1
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
        encoded(picture())[:2] + b"\xff\xfe\0\2" * images.MAX_BLOCKS + encoded(picture())[2:],
        png_claiming(640, 480)[:-12] + chunk(b"abCd") * images.MAX_BLOCKS + chunk(b"IEND"),
        encoded(picture(), "WEBP") + b"abcd\0\0\0\0" * images.MAX_BLOCKS,
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
    assert refusal(content[:-2] + last_scan * images.MAX_SCANS + content[-2:]) == "broken"


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
