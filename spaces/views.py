from itertools import groupby

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import conditional_page, require_safe

from members.folding import sort_key
from members.outside import PNG
from members.structured_data import network_data
from members.views import redirect_from_old_slug

from . import tiles
from .counties import County
from .directory import Directory
from .map import TEXTS, close_up, picture, points
from .models import Space
from .opening_hours import from_osm, weekly
from .structured_data import space_data

PAGE_SIZE = 24
NEARBY = 4


def landing(request):
    spaces = sorted(Space.objects.public(), key=_by_county_and_town)
    members = [space for space in spaces if space.is_member]
    return render(
        request,
        "landing.html",
        {
            "counties": [
                (County(county).label, list(group)) for county, group in groupby(members, key=lambda s: s.county)
            ],
            "on_the_way": sorted((space for space in spaces if not space.is_member), key=lambda space: space.sort_name),
            "space_count": len(members),
            "town_count": len({(space.town, space.county) for space in members}),
            "organisation_count": len({space.organisation_id for space in members}),
            "points": points(spaces),
            "map_texts": TEXTS,
            "picture": picture(spaces),
            "structured_data": network_data(),
        },
    )


def _by_county_and_town(space):
    return County.values.index(space.county), sort_key(space.town), space.sort_name, space.pk


def directory(request):
    search = Directory(request.GET)
    page = Paginator(search.spaces.prefetch_related("photos"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"search": search, "page": page}
    if page.number > 1:
        context["canonical"] = f"{settings.SITE_URL}{request.path}?page={page.number}"
    if not page.has_next():
        context["on_the_way"] = search.on_the_way.prefetch_related("photos")
    return render(request, "spaces/space_list.html", context)


def space(request, slug):
    space = Space.objects.public().filter(slug=slug).first()
    if space is None:
        return redirect_from_old_slug(Space.objects.public(), slug)
    return render_space(request, space)


def render_space(request, space, **context):
    nearby = Space.objects.public().exclude(pk=space.pk).nearest_to(space.latitude, space.longitude)
    nearby = nearby.prefetch_related("photos")
    photos = list(space.photos.all())
    return render(
        request,
        "spaces/space_detail.html",
        {
            "space": space,
            "photos": photos,
            "hours": weekly(space.opening_hours, timezone.localdate()),
            "ordinary_week": from_osm(space.opening_hours) if space.opening_hours else None,
            "nearby": nearby[:NEARBY],
            "points": points([space]),
            "map_texts": TEXTS,
            "picture": close_up(space),
            "structured_data": space_data(space, photos),
        }
        | context,
    )


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
