from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import conditional_page, require_safe

from core.client_ip import client_ip
from core.decorators import can_be_public, set_caching
from core.http import PNG
from core.inline_styles import allow_inline_styles
from members.models import Visibility
from members.structured_data import network_data

from ..search.landing import LandingSearch
from ..search.position import takes_position
from . import tiles
from .feed import Box, InvalidBox, feed_response, parse_zoom

STYLES = ["core/tokens.css", "core/base.css", "leaflet/leaflet.css", "spaces/map.css", "spaces/landing.css"]
STYLES += ["core/notes.css", "members/marks.css", "spaces/cards.css"]


@can_be_public
@takes_position
def landing(request, centre):
    search = LandingSearch(request.GET, client=client_ip(request), centre=centre)
    context = {"search": search, "Visibility": Visibility, "styles": STYLES, "structured_data": network_data()}
    response = render(request, "spaces/landing.html", context)
    allow_inline_styles(response, STYLES)
    # The notes wait for the largest script: it is fetched before the page itself has come.
    response["Link"] = f"<{static('leaflet/leaflet.js')}>; rel=preload; as=script"
    # It says which spaces are open now.
    set_caching(response, is_public=centre is None and search.is_cacheable, changes_each_minute=True)
    return response


@can_be_public
@require_safe
def map_feed(request):
    """Answer ?z=zoom&b=west,south,east,north and a search with feed_response() as JSON, or 400 with an error."""
    try:
        zoom = parse_zoom(request.GET.get("z", ""))
        box = Box.parse(request.GET.get("b", "")).in_blocks(zoom)
    except InvalidBox as bad:
        response = JsonResponse({"error": str(bad)}, status=400)
        response.is_public = True
        return response
    search = LandingSearch.of_map(request.GET)
    response = JsonResponse(feed_response(search.results, box, zoom))
    by_time = bool(search.is_open_now or search.is_open_tomorrow)
    set_caching(response, is_public=search.is_cacheable, changes_each_minute=by_time)
    return response


@require_safe
@conditional_page
def tile(request, z, x, y):
    is_canonical = request.path == reverse("tile", args=[z, x, y])  # not /kart/012/…: nginx leaves that to the site
    if settings.PRODUCTION or not settings.TILES_URL or not is_canonical or not tiles.is_offered(z, x, y):
        raise Http404
    image = tiles.get_tile(z, x, y)
    if image:
        response = HttpResponse(image, content_type="image/png" if image.startswith(PNG) else "image/jpeg")
    else:
        response = HttpResponse(status=204)  # unlike 404, no browser logs it as an error
    patch_cache_control(response, public=True, max_age=tiles.FRESH if image else tiles.RETRY)
    return response
