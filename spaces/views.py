from django.db.models import prefetch_related_objects
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import Truncator, get_text_list
from django.utils.translation import gettext as _

from core.client_ip import client_ip
from core.decorators import can_be_public, public_page, set_caching
from core.inline_styles import allow_inline_styles
from core.pages import canonical_of_page, edit_url
from core.slugs import redirect_from_old_slug
from core.structured_data import breadcrumb_data
from norway.names import in_place

from .art.address import share_image
from .detail import SpaceDetail
from .map.points import close_up, map_point
from .models import Space
from .places import county_at, county_called, county_url, place_slug, public_towns, town_called, town_url, trail_to
from .search.directory import Directory
from .search.listing import PlaceListing
from .search.position import takes_position
from .structured_data import space_data, spaces_data

NEARBY = 3  # a row of cards
BASE_STYLES = ["core/tokens.css", "core/base.css"]
PHOTO_STYLES = ["spaces/gallery.css"]
MAP_STYLES = ["leaflet/leaflet.css", "spaces/map.css"]
SPACE_STYLES = ["spaces/cards.css", "spaces/space.css", "spaces/art.css", "spaces/facts.css", "spaces/side.css"]
SPACE_STYLES += ["spaces/contact.css", "spaces/practical.css"]
MAX_NAMES = 3  # in a description for search engines


@can_be_public
@takes_position
def directory(request, centre):
    search = Directory(request.GET, client=client_ip(request), centre=centre)
    page = search.page(request.GET.get("page"))
    context = {"search": search, "page": page}
    if not search.is_filtered:
        context |= {"structured_data": spaces_data(page)} | canonical_of_page(request, page)
    response = render(request, "spaces/space_list.html", context)
    # It says which spaces are open now.
    set_caching(response, is_public=centre is None and search.is_cacheable, changes_each_minute=True)
    return response


@public_page
def space(request, slug):
    try:
        space = Space.objects.public().get(slug=slug)
    except Space.DoesNotExist:
        return redirect_from_old_slug(Space.objects.public(), slug)
    response = render_space(request, space, edit_url=edit_url(request, space))
    response.changes_each_minute = True  # it says whether the space is open now
    return response


@public_page
def town(request, slug):
    towns = public_towns()
    if slug in towns:
        place = PlaceListing(town=towns[slug])
        return render_place(request, place, trail_to(county=place.county_of_town, town=place.name))
    name = town_called(slug)
    if not name:
        raise Http404
    if place_slug(name) in towns:
        return redirect(town_url(name), permanent=True)
    return redirect(f"{reverse('spaces:directory')}?{urlencode({'q': name})}")


@public_page
def county(request, slug):
    county = county_at(slug)
    if not county:
        if not (county := county_called(slug)):
            raise Http404
        return redirect(county_url(county), permanent=True)
    place = PlaceListing(county=county)
    if not place.count:
        return redirect(f"{reverse('spaces:directory')}?county={county}")
    return render_place(request, place, trail_to(county=county), towns=list(public_towns(county).values()))


def render_place(request, place, trail, **context):
    page, where = place.page(request.GET.get("page")), in_place(place.name)
    names = get_text_list([space.name for space in page.object_list[:MAX_NAMES]], _("and"))
    summary = _("Coworking %(where)s: %(names)s. Address, opening hours, amenities and contact.")
    context |= {
        "place": place,
        "page": page,
        "trail": trail,
        "where": where,
        "heading": _("Coworking %(where)s") % {"where": where},
        "summary": summary % {"where": where, "names": names},
        "structured_data": [spaces_data(page), breadcrumb_data(trail)],
    }
    response = render(request, "spaces/place_detail.html", context | canonical_of_page(request, page))
    response.changes_each_minute = True  # it says which spaces are open now
    return response


def render_space(request, space, **context):
    # One more than is shown, as the nearest is mostly the space itself; not so in a preview of a hidden one.
    distances = Space.objects.public().nearest_to(space.latitude, space.longitude).distances(0, NEARBY + 1)
    distances.pop(space.pk, None)
    nearby = Space.objects.cards(distances)[:NEARBY]
    prefetch_related_objects([space, *nearby], "photos")
    photos, amenities = space.photos.all(), list(space.amenities.all())
    trail = trail_to(county=space.county, town=space.town, page=(space.title, space.get_absolute_url()))
    detail = SpaceDetail(space, photos, timezone.localdate())
    styles = [*BASE_STYLES, *(PHOTO_STYLES if photos else []), *(MAP_STYLES if detail.has_card else []), *SPACE_STYLES]
    response = render(
        request,
        "spaces/space_detail.html",
        {
            "space": space,
            "summary": summary(space),
            "photos": photos,
            "share_image": share_image(space, photos),
            "amenities": amenities,
            "detail": detail,
            "styles": styles,
            "nearby": nearby,
            "points": {"points": [map_point(space).as_json], "cells": [], "whole": True},
            "picture": close_up(map_point(space)),
            "structured_data": [space_data(space, photos, amenities), breadcrumb_data(trail)],
            "trail": trail,
        }
        | context,
    )
    allow_inline_styles(response, styles)
    return response


def summary(space) -> str:
    if space.description:
        return Truncator(space.description_text).chars(155)
    return _("%(title)s: address, opening hours, contact and way there.") % {"title": space.title}
