from core.sitemaps import BilingualSitemap

from .models import News, Page


class PublicationSitemap(BilingualSitemap):
    def items(self):
        return [*Page.objects.at_own_address().order_by("pk"), *News.objects.public().order_by("pk")]
