from django.contrib.admin.apps import AdminConfig


class CoworkingAdminConfig(AdminConfig):
    default_site = "coworking_norge.admin.CoworkingAdminSite"
