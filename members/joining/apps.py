from django.apps import AppConfig


class JoiningConfig(AppConfig):
    """Loads the join requests: models of the app `members` in a folder that stands above `spaces`."""

    name = "members.joining"
