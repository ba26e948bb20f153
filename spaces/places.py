"""The towns and counties where spaces are, and the addresses of their pages."""

from functools import lru_cache
from typing import NamedTuple

from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from core.search_text import base_letters, sort_key
from norway.counties import COUNTY_NAMES, County, counties_named
from norway.places import towns

from .models import Space

Trail = list[tuple[str, str]]  # label and address of each page above, then of the page itself


class TownPlace(NamedTuple):
    """A town with public spaces: every way in which they write it, and the counties that have one of that name."""

    names: tuple[str, ...]
    counties: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.names[0]

    @property
    def url(self) -> str:
        return town_url(self.name)


@lru_cache(maxsize=5000)
def place_slug(name: str) -> str:
    return slugify(base_letters(name)) or "-"


def town_url(town: str) -> str:
    return reverse("spaces:town", args=[place_slug(town)])


def county_url(county: str) -> str:
    return reverse("spaces:county", args=[place_slug(COUNTY_NAMES[county])])


def public_towns(county: str = "") -> dict[str, TownPlace]:
    """Return the towns of Norway or of a county with public spaces, by slug, in the order of their names."""
    spaces = Space.objects.public().order_by()
    spaces = spaces.filter(county=county) if county else spaces
    found = {}
    for town, number in sorted(spaces.values_list("town", "county").distinct()):
        names, counties = found.setdefault(place_slug(town), ({}, {}))
        names[town] = counties[number] = True
    places = {slug: TownPlace(tuple(names), tuple(counties)) for slug, (names, counties) in found.items()}
    return dict(sorted(places.items(), key=lambda place: sort_key(place[1].name)))


def public_counties() -> list[str]:
    return sorted(Space.objects.public().order_by().values_list("county", flat=True).distinct())


def town_called(slug: str) -> str:
    """Return the one Norwegian town that has this slug in any of its names, or a blank."""
    names = {town.town for town in towns(slug.replace("-", " "))}
    return names.pop() if len(names) == 1 else ""


def county_at(slug: str) -> County | None:
    return next((county for county in County if place_slug(county.label) == slug), None)


def county_called(slug: str) -> County | None:
    """Return the county that has this slug in another language."""
    found = counties_named(slug.replace("-", " "))
    return found[0] if len(found) == 1 else None


def trail_to(*, county: str = "", town: str = "", page: tuple[str, str] | None = None) -> Trail:
    trail = [(_("Spaces"), reverse("spaces:directory"))]
    if county and COUNTY_NAMES[county] != town:  # not "Oslo / Oslo"
        trail.append((COUNTY_NAMES[county], county_url(county)))
    if town:
        trail.append((town, town_url(town)))
    return [*trail, page] if page else trail
