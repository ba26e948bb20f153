from types import SimpleNamespace
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap

from .models import Organisation


class BilingualSitemap(Sitemap):
    """Every page in each language with its alternates, addressed by SITE_URL and never by the request's Host."""

    i18n = alternates = x_default = True

    def get_urls(self, page=1, site=None, protocol=None):
        address = urlsplit(settings.SITE_URL)
        return super().get_urls(page, SimpleNamespace(domain=address.netloc), address.scheme)


class OrganisationSitemap(BilingualSitemap):
    def items(self):
        return Organisation.objects.public()
