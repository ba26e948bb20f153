"""Pictures and uploads that the tests make."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from spaces.photos import clean_photo


def picture(width=640, height=480, mode="RGB", color="white"):
    """A red top left quarter on the given colour, so that its orientation shows."""
    image = Image.new(mode, (width, height), color)
    image.paste("red", (0, 0, width // 2, height // 2))
    return image


def encoded(image, kind="JPEG", **options):
    target = BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def cleaned(content, name="bilde.jpg"):
    return clean_photo(SimpleUploadedFile(name, content))
