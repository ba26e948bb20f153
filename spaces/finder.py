"""The landing page's list and map: every space where they are few, counties, towns and cells where they are many."""

from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from django.utils.functional import cached_property
from django.utils.http import urlencode

from members.folding import sort_key
from members.models import Organisation

from . import feed
from .counties import County
from .map import Spot, spots
from .models import Space
from .near import Centre, place_named_in

COUNTY_ORDER = {county: place for place, county in enumerate(County.values)}
MOST_TOWNS = 8  # of a county, the largest first
NEAREST = 4

town_key = lru_cache(4000)(sort_key)  # a continent's towns, of which each page asks for all


class TownLink(NamedTuple):
    name: str
    count: int
    query: str


class CountyLink(NamedTuple):
    name: str
    count: int
    query: str
    towns: list[TownLink]


class Finder:
    """What is looked for on the landing page: words, and an area that narrows the list and not the map."""

    def __init__(self, query: str = "", area: feed.Box | None = None):
        self.query, self.area = query, area
        self.found = Space.objects.public().search(query)
        self.is_whole = feed.are_few(self.found)
        self.spaces = spots(self.found) if self.is_whole else []
        self.towns = [] if self.is_whole else feed.town_counts(self.found)
        self.list_spaces()

    def list_spaces(self):
        """What the list shows: spaces, or the towns of them where even the area has too many."""
        listed, self.listed_towns = self.spaces, self.towns
        if self.area and self.is_whole:
            listed = [space for space in listed if self.area.holds(space)]
        elif self.area:
            within = self.found.in_box(self.area)
            few = feed.are_few(within)
            listed, self.listed_towns = (spots(within), []) if few else ([], feed.town_counts(within))
        self.lists_spaces = not self.listed_towns
        self.listed = sorted(listed, key=by_county_and_town)

    @cached_property
    def shown(self) -> tuple[list[Spot], list[list]]:
        """Spaces, and cells of many as the feed tells them."""
        if self.is_whole:
            return self.spaces, []
        return feed.of_cells(self.found, feed.towns_in_cells(self.towns, feed.WHOLE))

    @property
    def map_data(self) -> dict:
        """The feed's first answer; whole where nothing more is ever to be fetched."""
        return feed.told(*self.shown) | {"whole": self.is_whole}

    @property
    def counties(self) -> list[tuple[str, list[Spot]]]:
        members = [space for space in self.listed if space.is_member]
        return [(County(county).label, list(group)) for county, group in groupby(members, key=lambda s: s.county)]

    @property
    def on_the_way(self) -> list[Spot]:
        return sorted((space for space in self.listed if not space.is_member), key=lambda space: space.sort_name)

    @property
    def county_links(self) -> list[CountyLink]:
        """Counties with their largest towns, members and those on the way in together."""
        counts = {}
        for county, town, cell in self.listed_towns:
            towns = counts.setdefault(county, {})
            towns[town] = towns.get(town, 0) + cell.count
        return [
            CountyLink(name, sum(towns.values()), self.query_with(county=county), self.town_links(county, towns))
            for county, name in County.choices
            if (towns := counts.get(county))
        ]

    def town_links(self, county: str, counts: dict[str, int]) -> list[TownLink]:
        ordered = sorted(counts.items(), key=lambda town: (-town[1], town_key(town[0])))
        return [
            TownLink(town, count, self.query_with(county=county, town=town)) for town, count in ordered[:MOST_TOWNS]
        ]

    def query_with(self, **more: str) -> str:
        """The query string of the directory's search for the same, and more."""
        asked = more | {"q": self.query, "area": str(self.area or "")}
        return urlencode({name: value for name, value in asked.items() if value})

    @cached_property
    def space_count(self) -> int:
        if self.lists_spaces:
            return sum(space.is_member for space in self.listed)
        return sum(town.cell.members for town in self.listed_towns)

    @cached_property
    def coming_count(self) -> int:
        if self.lists_spaces:
            return len(self.listed) - self.space_count
        return sum(town.cell.count - town.cell.members for town in self.listed_towns)

    @cached_property
    def town_count(self) -> int:
        if self.lists_spaces:
            return len({(space.town, space.county) for space in self.listed if space.is_member})
        return len({(county, town) for county, town, cell in self.listed_towns if cell.members})

    @cached_property
    def organisation_count(self) -> int:
        if self.lists_spaces:
            return len({space.organisation_id for space in self.listed if space.is_member})
        return Organisation.objects.members().count()

    @property
    def centre(self) -> Centre | None:
        return Centre("", *self.area.middle) if self.area else place_named_in(self.query)

    @cached_property
    def instead(self) -> tuple[Centre, list[Spot]] | None:
        """Where no member was found: the nearest ones to the area or to the place that was meant."""
        if self.space_count or not (centre := self.centre):
            return None
        members = Space.objects.members()
        nearest = members.nearest(centre.latitude, centre.longitude, 0, NEAREST)
        found = {spot.pk: spot for spot in spots(members.filter(pk__in=list(nearest)))}
        return (centre, [found[key] for key in nearest if key in found]) if found else None


def by_county_and_town(space):
    _name, _, town = space.sort_name.partition("\t")
    return COUNTY_ORDER[space.county], town, space.sort_name, space.pk
