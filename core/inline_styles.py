"""Style sheets inside a page: its first paint waits for no further request."""

import re
from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe

COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)
ADDRESS = re.compile(r"""url\(["']?(?!data:|#)([^"')]+)["']?\)""")


def inline_styles(names: list[str]) -> SafeString:
    return mark_safe(f"<style>{_text(tuple(names))}</style>")  # noqa: S308


def allow_inline_styles(response, names: list[str]):
    """Allow the page of the response these styles and no others: by their hash."""
    digest = b64encode(sha256(_text(tuple(names)).encode()).digest()).decode()
    response._csp_update = {"style-src": f"'sha256-{digest}'"}


def _text(names) -> str:
    return "".join(map(_sheet, names)) if settings.DEBUG else _cached(names)


@lru_cache
def _cached(names) -> str:
    return "".join(map(_sheet, names))


def _sheet(name) -> str:
    """Return the file as it is served, without comments, its addresses absolute."""
    is_collected = hasattr(staticfiles_storage, "stored_name")
    path = staticfiles_storage.path(staticfiles_storage.stored_name(name)) if is_collected else finders.find(name)
    text = COMMENT.sub("", Path(path).read_text(encoding="utf-8"))
    text = ADDRESS.sub(lambda found: f'url("{urljoin(static(name), found[1])}")', text)
    return re.sub(r"\s*\n\s*", "\n", text)
