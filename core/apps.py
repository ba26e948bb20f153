from django.apps import AppConfig
from django.conf import settings
from django.db import connection


class CoreConfig(AppConfig):
    name = "core"

    def ready(self):
        if connection.vendor == "postgresql" and settings.DATABASE_TIMEOUT:
            from .postgresql import limit_waiting  # a laptop's SQLite needs no driver

            limit_waiting()
