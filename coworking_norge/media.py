"""Uploaded files as the web server in front hands them out in production: as pictures, and as nothing that acts."""

from pathlib import Path

from django.conf import settings
from django.http import Http404
from django.views.decorators.http import require_safe
from django.views.static import serve

KINDS = {".avif": "image/avif", ".webp": "image/webp", ".jpg": "image/jpeg", ".png": "image/png"}
INERT = {
    "Content-Disposition": "attachment",  # a page still shows it; opened by itself it is saved
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


@require_safe
def media(request, path):
    """404 for what is no picture that the site has made."""
    kind = KINDS.get(Path(path).suffix)
    if kind is None:
        raise Http404
    response = serve(request, path, settings.MEDIA_ROOT)
    for name, value in (INERT | {"Content-Type": kind}).items():
        response[name] = value
    return response
