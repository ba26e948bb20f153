from django.contrib.admin.apps import AdminConfig

from . import checks  # noqa: F401 (registers them)


class CoworkingAdminConfig(AdminConfig):
    default_site = "coworking_norge.admin.CoworkingAdminSite"
