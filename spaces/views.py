from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import conditional_page, require_http_methods, require_safe

from members.folding import fold
from members.outside import PNG
from members.parties import client
from members.public import public
from members.structured_data import network_data
from members.views import redirect_from_old_slug

from . import tiles
from .directory import Directory, PositionForm
from .feed import BadBox, Box, answer, parse_zoom
from .finder import Finder
from .map import close_up, picture, spot
from .models import Photo, Space
from .opening_hours import from_osm, weekly
from .structured_data import space_data

NEARBY = 4
LONGEST_QUERY = 100


@public
def landing(request):
    query = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    finder = Finder(query if fold(query) else "", area_in(request.GET))
    return render(
        request,
        "landing.html",
        {
            "finder": finder,
            "points": finder.map_data,
            "feed_url": reverse("feed"),
            "picture": picture(*finder.shown),
            "structured_data": network_data(),
        },
    )


def area_in(query) -> Box | None:
    """The part of the map that the list is narrowed to; none where it is not one."""
    try:
        return Box.parse(query["area"])
    except (KeyError, BadBox):
        return None


@public
def map_feed(request):
    """feed.answer() to ?z=zoom&b=west,south,east,north&q=words as JSON; 400 with a text where that is wrong."""
    query = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    try:
        zoom = parse_zoom(request.GET.get("z", ""))
        box = Box.parse(request.GET.get("b", "")).in_blocks(zoom)
    except BadBox as bad:
        return JsonResponse({"error": str(bad)}, status=400)
    return JsonResponse(answer(Space.objects.public().search(query), box, zoom))


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_exempt  # a POST changes nothing either: its body is where a position is in no address and no log
@sensitive_post_parameters()
def directory(request):
    position = PositionForm(request.POST) if request.method == "POST" else None
    if position and not position.is_valid():
        told = _("Your browser gave no position in Norway. Write a town or a postal code instead.")
        return HttpResponseBadRequest(told, content_type="text/plain; charset=utf-8")
    search = Directory(request.GET, client=client(request), centre=position and position.centre)
    context = {"search": search, "page": search.page(request.GET.get("page"))}
    if context["page"].number > 1 and not search.is_filtered:
        context["canonical"] = f"{settings.SITE_URL}{request.path}?page={context['page'].number}"
    response = render(request, "spaces/space_list.html", context)
    if position or search.is_of_the_moment:
        add_never_cache_headers(response)
    else:
        response.is_public = True
    return response


@public
def space(request, slug):
    try:
        space = Space.objects.public().get(slug=slug)
    except Space.DoesNotExist:
        return redirect_from_old_slug(Space.objects.public(), slug)
    response = render_space(request, space)
    response.changes_each_minute = True  # it says whether the space is open now
    return response


def render_space(request, space, **context):
    distances = Space.objects.public().nearest(space.latitude, space.longitude, 0, NEARBY + 1)
    distances.pop(space.pk, None)
    nearby = Space.objects.read(distances)[:NEARBY]
    photos_of = Photo.objects.by_space([space, *nearby])
    for near in nearby:
        near.cover = next(iter(photos_of[near.pk]), None)
    photos = photos_of[space.pk]
    return render(
        request,
        "spaces/space_detail.html",
        {
            "space": space,
            "summary": summary(space),
            "photos": photos,
            "amenities": list(space.amenities.all()),
            "hours": weekly(space.opening_hours, timezone.localdate()),
            "ordinary_week": from_osm(space.opening_hours) if space.opening_hours else None,
            "nearby": nearby,
            "points": {"points": [spot(space).point], "cells": [], "whole": True},
            "picture": close_up(spot(space)),
            "structured_data": space_data(space, photos),
        }
        | context,
    )


def summary(space) -> str:
    """What search engines, and whoever gets a link to the page, are told of it."""
    if space.description:
        return Truncator(space.description.text).chars(155)
    return _("%(title)s: address, opening hours, contact and way there.") % {"title": space.title}


@require_safe
@conditional_page
def tile(request, z, x, y):
    """A street tile, or 204 where there is none now: unlike 404 no browser calls that an error."""
    if not settings.TILES_URL or not tiles.is_offered(z, x, y):
        raise Http404
    found = tiles.picture(z, x, y)
    if found:
        response = HttpResponse(found, content_type="image/png" if found.startswith(PNG) else "image/jpeg")
    else:
        response = HttpResponse(status=204)
    patch_cache_control(response, public=True, max_age=tiles.FRESH if found else tiles.SOON)
    return response
