from django.apps import AppConfig


class NorwayConfig(AppConfig):
    name = "norway"
