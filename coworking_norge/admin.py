from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class CoworkingAdminSite(admin.AdminSite):
    site_title = index_title = _("Coworking Norge")
    site_header = _("Coworking Norge")
