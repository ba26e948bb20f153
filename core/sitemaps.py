from types import SimpleNamespace
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.core.paginator import Paginator


class BilingualPaginator(Paginator):
    """Repeats each row for every language; reads only the rows of the page."""

    def _get_page(self, rows, *others):
        return super()._get_page([(row, language) for row in rows for language, _ in settings.LANGUAGES], *others)


class BilingualSitemap(Sitemap):
    """Lists every page in each language with its alternates, under SITE_URL and never the request's Host."""

    i18n = alternates = x_default = True
    limit = 500  # rows of a file, each in every language

    @property
    def paginator(self):
        return BilingualPaginator(self.items(), self.limit)

    def get_urls(self, page=1, site=None, protocol=None):
        address = urlsplit(settings.SITE_URL)
        return super().get_urls(page, SimpleNamespace(domain=address.netloc), address.scheme)
