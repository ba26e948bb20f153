from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from core.decorators import public_page
from members.sitemaps import OrganisationSitemap
from pages.sitemaps import PublicationSitemap
from spaces.art.views import art, share
from spaces.map.views import landing, map_feed, tile
from spaces.sitemaps import CountySitemap, SpaceSitemap, TownSitemap

from . import health
from .media import media
from .security_txt import security_txt
from .sitemaps import PageSitemap, index
from .uploads import can_upload

handler404 = "coworking_norge.outage.not_found"
handler500 = "coworking_norge.outage.server_error"

SITEMAPS = {"pages": PageSitemap, "spaces": SpaceSitemap, "organisations": OrganisationSitemap}
SITEMAPS |= {"towns": TownSitemap, "counties": CountySitemap, "texts": PublicationSitemap}


def text_page(template):
    return public_page(TemplateView.as_view(template_name=template))


urlpatterns = [
    path("sitemap.xml", public_page(index), {"sitemaps": SITEMAPS}, name="sitemap"),
    path("sitemap-<section>.xml", public_page(sitemap), {"sitemaps": SITEMAPS}, name="sitemap_section"),
    path(
        "robots.txt",
        TemplateView.as_view(template_name="robots.txt", content_type="text/plain"),
        name="robots",
    ),
    path(".well-known/security.txt", security_txt, name="security_txt"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("can-upload", can_upload, name="can_upload"),
    path("kart/<int:z>/<int:x>/<int:y>.png", tile, name="tile"),
    path("kyst/<slug:slug>/<str:version>.svg", art, name="art"),
    path("kyst/<slug:slug>/<str:version>.png", share, name="share"),
    *i18n_patterns(
        path("", landing, name="landing"),
        path(_("map/points.json"), map_feed, name="feed"),
        path(_("spaces/"), include("spaces.urls")),
        path(_("members/"), include("members.urls")),
        path(_("about/"), text_page("pages/about.html"), name="about"),
        path(_("join/"), include("members.joining.urls")),
        path(_("privacy/"), text_page("pages/privacy.html"), name="privacy"),
        path("", include("pages.urls")),
        path(_("login/"), include("accounts.urls")),
        path("admin/", admin.site.urls),
        prefix_default_language=False,
    ),
]

if not settings.PRODUCTION:
    # In production the web server in front hands out uploaded photos.
    urlpatterns.append(path(f"{settings.MEDIA_URL.lstrip('/')}<path:path>", media, name="media"))
