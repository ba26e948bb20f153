from itertools import groupby

from django.conf import settings
from django.http import HttpResponseBadRequest
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from members.folding import sort_key
from members.parties import client
from members.structured_data import network_data
from members.views import redirect_from_old_slug

from .counties import County
from .directory import Directory, PositionForm
from .map import TEXTS, close_up, picture, points
from .models import Space
from .opening_hours import from_osm, weekly
from .structured_data import space_data

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


@csrf_exempt  # a POST changes nothing either: its body is where a position is in no address and no log
@sensitive_post_parameters()
def directory(request):
    position = PositionForm(request.POST) if request.method == "POST" else None
    if position and not position.is_valid():
        told = _("Your browser gave no position in Norway. Write a town or a postal code instead.")
        return HttpResponseBadRequest(told, content_type="text/plain; charset=utf-8")
    search = Directory(request.GET, client=client(request), centre=position and position.centre)
    context = {"search": search, "page": search.page(request.GET.get("page"))}
    if context["page"].number > 1:
        context["canonical"] = f"{settings.SITE_URL}{request.path}?page={context['page'].number}"
    response = render(request, "spaces/space_list.html", context)
    if position or search.is_of_the_moment:
        add_never_cache_headers(response)
    return response


def space(request, slug):
    space = Space.objects.public().filter(slug=slug).first()
    if space is None:
        return redirect_from_old_slug(Space.objects.public(), slug)
    return render_space(request, space)


def render_space(request, space, **context):
    others = Space.objects.public().exclude(pk=space.pk)
    photos = list(space.photos.all())
    return render(
        request,
        "spaces/space_detail.html",
        {
            "space": space,
            "photos": photos,
            "hours": weekly(space.opening_hours, timezone.localdate()),
            "ordinary_week": from_osm(space.opening_hours) if space.opening_hours else None,
            "nearby": others.nearest_few(space.latitude, space.longitude, NEARBY),
            "points": points([space]),
            "map_texts": TEXTS,
            "picture": close_up(space),
            "structured_data": space_data(space, photos),
        }
        | context,
    )
