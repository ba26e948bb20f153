from types import SimpleNamespace
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.core.paginator import Paginator

from .models import Organisation


class BilingualPaginator(Paginator):
    """Each row once in every language; only the rows of the page are read."""

    def _get_page(self, rows, *others):
        return super()._get_page([(row, language) for row in rows for language, _ in settings.LANGUAGES], *others)


class BilingualSitemap(Sitemap):
    """Every page in each language with its alternates, addressed by SITE_URL and never by the request's Host."""

    i18n = alternates = x_default = True
    limit = 500  # rows of a file, each in every language

    @property
    def paginator(self):
        return BilingualPaginator(self.items(), self.limit)

    def get_urls(self, page=1, site=None, protocol=None):
        address = urlsplit(settings.SITE_URL)
        return super().get_urls(page, SimpleNamespace(domain=address.netloc), address.scheme)


class OrganisationSitemap(BilingualSitemap):
    def items(self):
        return Organisation.objects.public().order_by("pk")
