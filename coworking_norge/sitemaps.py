from django.conf import settings
from django.contrib.sitemaps.views import SitemapIndexItem, x_robots_tag
from django.shortcuts import render
from django.urls import reverse

from core.sitemaps import BilingualSitemap


@x_robots_tag
def index(request, sitemaps):
    # Django's own view takes the addresses from the request's Host
    files = []
    for section, sitemap in sitemaps.items():
        address = settings.SITE_URL + reverse("sitemap_section", args=[section])
        files += [f"{address}?p={page}" if page > 1 else address for page in sitemap().paginator.page_range]
    context = {"sitemaps": [SitemapIndexItem(address) for address in files]}
    return render(request, "sitemap_index.xml", context, content_type="application/xml")


class PageSitemap(BilingualSitemap):
    def items(self):
        return [
            "landing",
            "spaces:directory",
            "members:organisations",
            "about",
            "join:form",
            "privacy",
            "pages:agreement",
            "pages:news",
        ]

    def location(self, item):
        return reverse(item)
