from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from ... import credentials


class Command(BaseCommand):
    help = "For one who has lost phone, passkeys and recovery codes: the next login sets up a new second step."

    def add_arguments(self, parser):
        parser.add_argument("name", help="the user name")

    def handle(self, *, name, **options):
        user = get_user_model().objects.filter(username=name).first()
        if user is None:
            raise CommandError(f"Nobody is called {name}.")
        credentials.remove_second_step(user)
        self.stdout.write(f"{name} has no second step any more and is logged out everywhere.")
