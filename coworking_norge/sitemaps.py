from django.urls import reverse

from members.sitemaps import BilingualSitemap


class PageSitemap(BilingualSitemap):
    def items(self):
        return ["landing", "spaces:directory", "members:organisations", "about", "join:form", "privacy"]

    def location(self, item):
        return reverse(item)
