from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from members.public import public
from members.sitemaps import OrganisationSitemap
from spaces.sitemaps import SpaceSitemap
from spaces.views import landing, map_feed, tile

from . import health
from .media import media
from .security_txt import security_txt
from .sitemaps import PageSitemap, index

handler500 = "coworking_norge.outage.server_error"

SITEMAPS = {"pages": PageSitemap, "spaces": SpaceSitemap, "organisations": OrganisationSitemap}

urlpatterns = [
    path("sitemap.xml", public(index), {"sitemaps": SITEMAPS}, name="sitemap"),
    path("sitemap-<section>.xml", public(sitemap), {"sitemaps": SITEMAPS}, name="sitemap_section"),
    path(
        "robots.txt",
        TemplateView.as_view(template_name="robots.txt", content_type="text/plain"),
        name="robots",
    ),
    path(".well-known/security.txt", security_txt, name="security_txt"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("kart/<int:z>/<int:x>/<int:y>.png", tile, name="tile"),
    *i18n_patterns(
        path("", landing, name="landing"),
        path(_("map/points.json"), map_feed, name="feed"),
        path(_("spaces/"), include("spaces.urls")),
        path(_("members/"), include("members.urls")),
        path(_("about/"), public(TemplateView.as_view(template_name="about.html")), name="about"),
        path(_("join/"), include("members.join.urls")),
        path(_("privacy/"), public(TemplateView.as_view(template_name="privacy.html")), name="privacy"),
        path(_("login/"), include("members.login.urls")),
        path("admin/", admin.site.urls),
        prefix_default_language=False,
    ),
]

if not settings.PRODUCTION:
    # In production the web server in front hands out uploaded photos.
    urlpatterns.append(path(f"{settings.MEDIA_URL.lstrip('/')}<path:path>", media, name="media"))
