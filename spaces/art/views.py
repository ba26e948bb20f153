"""The pictures as files: the coast for cards and lists, and the picture that is shown where a page is shared."""

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_safe

from ..models import Space
from .kept import card_svg, share_picture

YEAR, MINUTE = 365 * 24 * 3600, 60
CDN = 300  # a hidden space leaves a CDN soon
POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"  # the drawing brings its own styles, and no more


@require_safe
def art(request, slug, version):
    space = get_object_or_404(Space.objects.public(), slug=slug)
    if version != space.art_version:
        return moved(space.art_url)
    return answer(request, version, "image/svg+xml", lambda: card_svg(space))


@require_safe
def share(request, slug, version):
    space = get_object_or_404(Space.objects.public(), slug=slug)
    if version != space.share_version:
        return moved(space.share_url)
    return answer(request, version, "image/png", lambda: share_picture(space))


def moved(address):
    response = redirect(address)
    patch_cache_control(response, public=True, max_age=MINUTE)
    return response


def answer(request, version, content_type, draw):
    """Draw only for those who have no picture of this version and want to see it."""
    # A body that is streamed says no length: of what is not drawn nobody knows it.
    response = StreamingHttpResponse() if request.method == "HEAD" else HttpResponse()
    response["Content-Type"], response["ETag"] = content_type, f'"{version}"'
    response["Content-Security-Policy"] = POLICY
    patch_cache_control(response, public=True, max_age=YEAR, s_maxage=CDN, immutable=True)
    conditional = get_conditional_response(request, etag=response["ETag"], response=response)
    if conditional is response and request.method == "GET":
        response.content = draw()
    return conditional
