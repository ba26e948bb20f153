"""Searches that one press makes, the same on the landing page and in the directory."""

from collections.abc import Mapping
from typing import NamedTuple

from django.db.models import Count
from django.http import QueryDict
from django.utils.translation import gettext as _

from core.page_cache import cached_for_version
from members.models import Visibility

from ..models import Amenity, Space

MAX_AMENITIES = 3
MAX_COUNTED = 1000  # of what members offer, the latest: the page must not wait for a hundred thousand


class Chip(NamedTuple):
    """`query` is the URL's, and adds what the label says or takes it away."""

    name: str
    label: str
    query: str
    is_on: bool


def chips(parameters: Mapping[str, list[str]]) -> list[Chip]:
    """Return the chips of a search with these parameters of the URL."""
    options = [("open", "1", _("Open now")), ("tomorrow", "1", _("Open tomorrow"))]
    options += [("amenity", amenity.slug, str(amenity)) for amenity in common_amenities()]
    return [
        Chip(f"{name}-{value}", label, toggled(parameters, name, value), value in parameters.get(name, []))
        for name, value, label in options
    ]


def toggled(parameters: Mapping[str, list[str]], name: str, value: str) -> str:
    query = QueryDict(mutable=True)
    for each, values in parameters.items():
        if values:
            query.setlist(each, values)
    given = query.getlist(name)
    query.setlist(name, [other for other in given if other != value] if value in given else [*given, value])
    return query.urlencode()


@cached_for_version
def common_amenities() -> list[Amenity]:
    """Return what most members offer."""
    offers = Space.amenities.through.objects
    latest = offers.filter(space__visibility=Visibility.MEMBER).order_by("-pk").values("pk")[:MAX_COUNTED]
    columns = ["slug", "name_nb", "name_en"]
    counted = offers.filter(pk__in=latest).values_list(*(f"amenity__{column}" for column in columns))
    most = counted.annotate(count=Count("pk")).order_by("-count", "amenity__position", "amenity")[:MAX_AMENITIES]
    return [Amenity(**dict(zip(columns, row, strict=False))) for row in most]
