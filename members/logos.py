import secrets
from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile

from .picture_files import Frame, open_picture

FRAME = Frame(narrowest=100, widest=480, tallest=240, tallness=2, wideness=8)


def clean_logo(upload: UploadedFile) -> ContentFile:
    """The logo drawn anew under a random name; ValidationError unless the upload is a usable picture."""
    drawn = BytesIO()
    open_picture(upload, FRAME).save(drawn, "PNG", optimize=True)
    return ContentFile(drawn.getvalue(), f"{secrets.token_hex(16)}.png")
