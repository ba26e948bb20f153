import secrets
from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile

from core.images import ImageSpec, open_image

LOGO_SPEC = ImageSpec(min_width=100, max_width=480, max_height=240, max_height_ratio=2, max_width_ratio=8)


def clean_logo(upload: UploadedFile) -> ContentFile:
    """Return the logo drawn anew under a random name. Raise ValidationError if it is no usable picture."""
    drawn = BytesIO()
    open_image(upload, LOGO_SPEC).save(drawn, "PNG", optimize=True)
    return named_at_random(drawn.getvalue())


def named_at_random(logo: bytes) -> ContentFile:
    return ContentFile(logo, f"{secrets.token_hex(16)}.png")
