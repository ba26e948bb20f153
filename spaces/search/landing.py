"""The landing page's search: all that it finds on the map, by towns where there are many, and the first in a list."""

from collections import Counter
from typing import NamedTuple

from django.db.models import prefetch_related_objects
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import urlencode

from core.page_cache import cached_for_version
from core.search_text import sort_key
from norway.counties import County
from norway.place_lookup import Centre

from ..map import feed, notes
from ..map.points import MapPoint, map_point
from ..models import Space
from ..opening_hours import state
from ..querysets import SpaceQuerySet
from ..templatetags.spaces import briefly
from ..wall import Note, newest_spaces, space_of_day, wall
from .directory import NEAREST, Directory

LIST_SIZE = 30
FIELDS = ("q", "near", "area")  # of the form
# Beyond the first view of the map: each has a view of its own.
FAR_AWAY = {County.JAN_MAYEN: feed.Box(-10, 70.6, -7, 71.4), County.SVALBARD: feed.Box(8, 74, 34, 81)}


class FarLink(NamedTuple):
    place: str
    count: int
    query: str


class Found(NamedTuple):
    """`first` has one more than the list shows where that is not all; the map gets `points` and `cells`."""

    first: list[Space]
    towns: list[feed.Cell]
    points: list[MapPoint]
    cells: list[feed.Cell]

    @property
    def is_all(self) -> bool:
        return len(self.first) <= LIST_SIZE


class LandingSearch(Directory):
    @classmethod
    def of_map(cls, query: QueryDict) -> "LandingSearch":
        """Return the search without what only orders or cuts the list."""
        query = query.copy()
        for name in ("near", "area"):
            query.pop(name, None)
        return cls(query, client="")

    @property
    def feed_url(self) -> str:
        return f"{reverse('feed')}?{self.query_with(near=[], area=[])}"

    @property
    def hidden_fields(self) -> list[tuple[str, str]]:
        """Return name and value of the filters that stay when the words of the search are changed."""
        return [(name, value) for name, given in self._parameters.items() for value in given if name not in FIELDS]

    @property
    def results(self) -> SpaceQuerySet:
        return self._in_county

    @cached_property
    def _found(self) -> Found:
        first = self.results.cards(self._distances(0, LIST_SIZE + 1))
        prefetch_related_objects(first, "photos")
        if len(first) <= LIST_SIZE:
            points = [map_point(space) for space in first]
            return Found(first, feed.cells_of(points), points, [])
        towns = feed.town_cells(self.results)
        cells = towns if len(towns) <= notes.MAX_NOTES else feed.county_cells(towns)
        return Found(first, towns, *feed.split_cells(self.results, cells))

    @property
    def lists_all(self) -> bool:
        return self._found.is_all

    @property
    def towns(self) -> list[feed.Cell]:
        return self._found.towns

    @property
    def listed(self) -> list[Space]:
        if not self.lists_all or self.centre:
            return self._found.first[:LIST_SIZE]
        return sorted(self._found.first, key=lambda space: (space.visibility, sort_key(space.town), space.sort_name))

    @cached_property
    def member_count(self) -> int:
        return sum(town.members for town in self.towns)

    @cached_property
    def count(self) -> int:
        return sum(town.count for town in self.towns)

    @cached_property
    def coming_count(self) -> int:
        return self.count - self.member_count

    @cached_property
    def town_count(self) -> int:
        return sum(town.members > 0 for town in self.towns)

    @property
    def searched_place(self) -> Centre | None:
        return super().searched_place or (Centre("", *self.area.centre) if self.area else None)

    @cached_property
    def on_map(self) -> tuple[list[MapPoint], list[feed.Cell]]:
        points = {point.pk: point for point in self._found.points}
        if self.nearest_alternatives:
            points |= {space.pk: map_point(space) for space in self.nearest_alternatives[1]}
        return list(points.values()), self._found.cells

    @property
    def map_data(self) -> dict:
        """Return what the script draws, and the corners of what it shows first if that is not all of it."""
        # Where this is all that there is, nothing more is fetched.
        whole = self.lists_all and not self.area
        more = {"feed": "" if whole else self.feed_url, "focus": self._focus, "isArea": bool(self.area)}
        return feed.as_json(*self.on_map) | more

    @property
    def _focus(self) -> list[tuple[float, float]]:
        if self.area:
            return [(self.area.south, self.area.west), (self.area.north, self.area.east)]
        near, nearest = (self.centre, self.listed[:NEAREST]) if self.centre else (None, [])
        if self.nearest_alternatives:
            near, nearest = self.nearest_alternatives
        if not near:
            return []
        return [(place.latitude, place.longitude) for place in (near, *nearest)]

    @property
    def pictures(self) -> list[dict]:
        points, cells = self.on_map
        addresses = {point.pk: point.url for point in points}

        def link(cell):
            return addresses[cell.sample_pk] if cell.count == 1 else directory_of(cell)

        return notes.pictures([*feed.cells_of(points), *cells], link, self.area if self.is_far_away else None)

    @property
    def is_far_away(self) -> bool:
        return self.area in FAR_AWAY.values()

    @property
    def far_away(self) -> list[FarLink]:
        counts = Counter()
        for town in self.towns:
            counts[town.county] += town.count
        return [
            FarLink(county.label, counts[county], self.query_with(area=[str(box)]))
            for county, box in FAR_AWAY.items()
            if counts[county] and box != self.area
        ]

    # Whoever searches has met the network: a result is shown alone.

    @cached_property
    def newest(self) -> list[Space]:
        return [] if self.is_filtered else newest_spaces()

    @cached_property
    def wall(self) -> list[Note]:
        return [] if self.is_filtered else wall()

    @cached_property
    def of_day(self) -> Space | None:
        has_one = self.member_count and not self.is_filtered
        return space_of_day(timezone.localdate(), self.member_count) if has_one else None

    @property
    def time_told(self) -> list[str]:
        """Return the date and what the page says of hours where nothing is searched: all that time alone changes.

        The date, so that a page rendered just as a house closes is not what tells of it when it is open again.
        """
        today, states = str(timezone.localdate()), (state(text, timezone.now()) for text in _hours(self))
        return [today, *(briefly(each) for each in states if each)]


@cached_for_version
def _hours(search) -> list[str]:
    spaces = [*search.listed, *search.newest, *filter(None, [search.of_day])]
    return list(dict.fromkeys(space.opening_hours for space in spaces if space.is_member))


def directory_of(cell: feed.Cell) -> str:
    place = {"county": cell.county} | ({"town": cell.town} if cell.town else {})
    return f"{reverse('spaces:directory')}?{urlencode(place)}"
