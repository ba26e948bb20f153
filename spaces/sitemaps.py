from members.sitemaps import BilingualSitemap

from .models import Space


class SpaceSitemap(BilingualSitemap):
    def items(self):
        return Space.objects.public().order_by("pk")
