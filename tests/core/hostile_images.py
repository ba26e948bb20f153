"""Files that try to harm whoever opens them, by name: what becomes of each, and its content."""

import struct
import zlib

from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from tests.pictures import encoded, picture

from .image_files import JFIF, SVG, chunk, exif_block, jpeg_claiming, png_claiming

SECRET = b"Kanarifugl"
SCRIPT = b"<script>alert('" + SECRET + b"')</script>"
CLEANED = "cleaned"
PNG_HEAD = encoded(picture(), "PNG")[:33]
PNG_BODY = encoded(picture(), "PNG")[33:]


def deflated(megabytes):
    packer = zlib.compressobj()
    return b"".join([packer.compress(bytes(1_000_000)) for _ in range(megabytes)]) + packer.flush()


def located():
    """By a camera that knows who holds it, and where; with a small copy of the picture inside."""
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = SECRET.decode()
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (59.0, 54.0, 40.0)
    block = exif.tobytes() + encoded(picture(160, 120), comment=SECRET)
    return encoded(picture(2400, 1800), exif=block, xmp=b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>", comment=SECRET)


def endless_exif():
    """Directories that name each other, each claiming the largest number of entries."""
    ring = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 65_535) + struct.pack(">HHII", 0x8769, 4, 1, 8) * 5_000
    return encoded(picture(), exif=ring[:65_000])


def many_scans():
    content = encoded(picture(4000, 3000), progressive=True)
    last = content[content.rindex(b"\xff\xda") : -2]
    return content[:-2] + last * 2_000 + content[-2:]


def webp_claiming(width, height):
    """Of the lossless kind, whose header has 14 bits for each side."""
    bits = (width - 1) | (height - 1) << 14
    body = b"WEBPVP8L" + struct.pack("<I", 6) + b"\x2f" + struct.pack("<I", bits) + b"\0"
    return b"RIFF" + struct.pack("<I", len(body)) + body


def texts():
    info = PngInfo()
    info.add_text("Comment", SECRET.decode(), zip=True)
    return encoded(picture(), "PNG", pnginfo=info)[:-12] + chunk(b"zTXt", b"x\0\0" + deflated(200)) + chunk(b"IEND")


def animation():
    return (
        encoded(picture(), "WEBP", save_all=True, append_images=[picture(color="black")] * 2) + b"ANMF\0\0\0\0" * 15_000
    )


HOSTILE = {
    "svg with a script": ("wrong_kind", lambda: SVG),
    "fits, which a parser of 2025 fills the memory with": (
        "wrong_kind",
        lambda: b"SIMPLE  =                    T".ljust(80) + b"NAXIS1  =           2147483647".ljust(2800),
    ),
    "postscript": ("wrong_kind", lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%id) (w) file\n"),
    "gif that is a script too": ("wrong_kind", lambda: b"GIF89a/*" + bytes(20) + b"*/=1;" + SCRIPT),
    "tiff named jpg": ("wrong_kind", lambda: encoded(picture(), "TIFF")),
    "page named jpg": ("wrong_kind", lambda: b"<!doctype html>" + SCRIPT),
    "png of 2500 megapixels in 10 kB": (
        "too_many_pixels",
        lambda: png_claiming(50_000, 50_000)[:33] + chunk(b"IDAT", deflated(10)) + chunk(b"IEND"),
    ),
    "jpeg that claims 4290 megapixels": ("too_many_pixels", lambda: jpeg_claiming(65_500, 65_500)),
    "webp that claims 268 megapixels": ("too_many_pixels", lambda: webp_claiming(16_384, 16_384)),
    "progressive jpeg with 2000 scans": ("broken", many_scans),
    "png whose colour profile is 200 MB": (
        "broken",
        lambda: PNG_HEAD + chunk(b"iCCP", b"x\0\0" + deflated(200)) + PNG_BODY,
    ),
    "png whose comment is 200 MB": (CLEANED, texts),
    "png of 30000 chunks": ("broken", lambda: PNG_HEAD + chunk(b"tEXt", b"a\0b") * 30_000 + PNG_BODY),
    "jpeg cut in the middle": ("broken", lambda: encoded(Image.effect_noise((900, 900), 60).convert("RGB"))[:90_000]),
    "jpeg with nothing after its head": ("broken", lambda: JFIF),
    "jpeg with a page behind it": (CLEANED, lambda: encoded(picture()) + SCRIPT),
    "jpeg with a page in its comment": (CLEANED, lambda: encoded(picture(), comment=SCRIPT)),
    "png with a zip behind it": (CLEANED, lambda: encoded(picture(), "PNG") + b"PK\3\4" + SECRET + bytes(40)),
    "webp animation of 15000 frames": (CLEANED, animation),
    "exif that says who and where": (CLEANED, located),
    "exif that turns in a ring": (CLEANED, endless_exif),
    "exif that claims a strange orientation": (CLEANED, lambda: encoded(picture(), exif=exif_block(60_000))),
    "noise, which is slowest to compress": (
        CLEANED,
        lambda: encoded(Image.effect_noise((1600, 1400), 90).convert("RGB")),
    ),
}
