"""Pictures in the network's texts: drawn anew and kept in one size, which their name tells."""

import re
import secrets
from io import BytesIO
from itertools import chain

from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile

from core.bin.models import Deletion
from core.images import ImageSpec, open_image

from .models import Agreement, News, Page

FOLDER = "pages"
NAMED = re.compile(rf"\b{FOLDER}/([\w-]+\.webp)")
PICTURE_SPEC = ImageSpec(min_width=480, max_width=1600, max_height=1600, max_height_ratio=2, max_width_ratio=4)


def clean_picture(upload: UploadedFile) -> ContentFile:
    """Return the picture drawn anew under a random name. Raise ValidationError if it is no usable one."""
    image, drawn = open_image(upload, PICTURE_SPEC), BytesIO()
    image.save(drawn, "WEBP", quality=80, method=1)
    return ContentFile(drawn.getvalue(), f"{secrets.token_hex(16)}-{image.width}x{image.height}.webp")


def store(picture: ContentFile) -> str:
    """Return the address of the stored picture."""
    return default_storage.url(default_storage.save(f"{FOLDER}/{picture.name}", picture))


def used_pictures() -> set[str]:
    """Return the names of those that a text, a draft, the bin or a version that can be brought back refers to."""
    used = set()
    for model in (Page, News, Agreement):
        rows, kind = model.objects.values(), ContentType.objects.get_for_model(model)
        binned = Deletion.objects.filter(kind=kind).values("key", "data")
        # The rows twice: what was in the bin when they were first asked for may be back when the bin is.
        kept = [*rows, *binned, *rows.all()]
        keys = {row.get("id", row.get("key")) for row in kept}
        earlier = (entry for entry in model.history.values().iterator() if entry["id"] in keys)
        used.update(name for row in chain(kept, earlier) for name in NAMED.findall(str(row)))
    return used
