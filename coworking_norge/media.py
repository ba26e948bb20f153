"""Uploaded files served as nginx serves them in production: as pictures, never as what a browser would run."""

from pathlib import Path

from django.conf import settings
from django.http import Http404
from django.views.decorators.http import require_safe
from django.views.static import serve

CONTENT_TYPES = {".avif": "image/avif", ".webp": "image/webp", ".jpg": "image/jpeg", ".png": "image/png"}
INERT = {
    "Content-Disposition": "attachment",  # a page still shows it; opened by itself it is saved
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


@require_safe
def media(request, path):
    content_type = CONTENT_TYPES.get(Path(path).suffix)
    if content_type is None:
        raise Http404  # no picture that the site has made
    response = serve(request, path, settings.MEDIA_ROOT)
    for name, value in (INERT | {"Content-Type": content_type}).items():
        response[name] = value
    return response
