from core.sitemaps import BilingualSitemap

from .models import Space
from .places import county_url, public_counties, public_towns, town_url


class SpaceSitemap(BilingualSitemap):
    def items(self):
        return Space.objects.public().order_by("pk")


class TownSitemap(BilingualSitemap):
    def items(self):
        return [town.name for town in public_towns().values()]

    def location(self, item):
        return town_url(item)


class CountySitemap(BilingualSitemap):
    def items(self):
        return public_counties()

    def location(self, item):
        return county_url(item)
