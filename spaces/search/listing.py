"""Cards by pages, for the directory and for the pages of towns and counties."""

from collections.abc import Callable

from django.core.paginator import Page, Paginator
from django.db.models import Count, prefetch_related_objects
from django.utils.functional import cached_property

from members.models import Visibility
from norway.counties import County
from norway.place_lookup import county_centre
from norway.places import town_centre

from ..models import Space
from ..places import TownPlace

PAGE_SIZE = 24
NEAREST = 3


def page_of(distances: Callable[[int, int], dict], count: int, number) -> Page:
    """Return a page of cards with their photos; `distances` gives those from the first to the last of `count`."""
    # Over a range, because the paginator would count the queryset anew.
    page = Paginator(range(count), PAGE_SIZE).get_page(number)
    first = max(0, page.start_index() - 1)
    last = min(first + PAGE_SIZE, count)
    page.object_list = Space.objects.cards(distances(first, last)) if last else []
    prefetch_related_objects(page.object_list, "photos")
    return page


class PlaceListing:
    """The public spaces of a town or county, members first, and where to go from there."""

    def __init__(self, *, town: TownPlace | None = None, county: County | None = None):
        self.town, self.county = town, county
        spaces = Space.objects.public()
        self.spaces = spaces.filter(town__in=town.names) if town else spaces.filter(county=county)

    @property
    def name(self) -> str:
        return self.town.name if self.town else self.county.label

    @cached_property
    def _counts(self):
        return dict(self.spaces.order_by().values_list("visibility").annotate(Count("pk")))

    @property
    def member_count(self) -> int:
        return self._counts.get(Visibility.MEMBER, 0)

    @property
    def coming_count(self) -> int:
        return self._counts.get(Visibility.UPCOMING, 0)

    @property
    def count(self) -> int:
        return self.member_count + self.coming_count

    def page(self, number) -> Page:
        return page_of(self.spaces.order_by("visibility", "sort_name", "pk").distances, self.count, number)

    @cached_property
    def nearest(self) -> list[Space]:
        """Return the nearest members elsewhere, without distances from a county's centre, where nobody is."""
        centre = town_centre(self.name, self.county_of_town) if self.town else county_centre(self.county)
        if not centre:
            return []
        members = Space.objects.members()
        others = members.exclude(town__in=self.town.names) if self.town else members.exclude(county=self.county)
        distances = others.nearest_to(centre.latitude, centre.longitude).distances(0, NEAREST)
        spaces = members.cards(distances if self.town else dict.fromkeys(distances))
        prefetch_related_objects(spaces, "photos")
        return spaces

    @property
    def is_in_several(self) -> bool:
        """Return whether towns of this name are in several counties."""
        return bool(self.town and len(self.town.counties) > 1)

    @property
    def county_of_town(self) -> str:
        return "" if self.is_in_several else self.town.counties[0]
