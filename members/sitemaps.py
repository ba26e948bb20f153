from core.sitemaps import BilingualSitemap

from .models import Organisation


class OrganisationSitemap(BilingualSitemap):
    def items(self):
        return Organisation.objects.public().order_by("pk")
