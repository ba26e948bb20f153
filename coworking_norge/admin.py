from django.contrib import admin
from django.urls import path
from django.utils.translation import gettext_lazy as _

from spaces.attention import counts


class CoworkingAdminSite(admin.AdminSite):
    site_title = site_header = "Coworking Norge"
    index_title = _("The network")
    enable_nav_sidebar = False

    def get_urls(self):
        return [path("my-mail/", self.admin_view(self.index), name="my_mail"), *super().get_urls()]

    def index(self, request, extra_context=None):
        attention = counts() if request.user.has_perm("spaces.view_space") else []
        return super().index(request, {"attention": attention} | (extra_context or {}))
