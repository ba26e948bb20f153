from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand
from django.utils.crypto import get_random_string

from accounts.coordinators import GROUP

READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


class Command(BaseCommand):
    help = "Makes the first coordinator, with a password that is printed once. Does nothing where staff exist."

    def handle(self, **options):
        users = get_user_model().objects
        if users.filter(is_staff=True).exists():
            return
        password = "-".join(get_random_string(5, READABLE) for _ in range(4))
        coordinator = users.create_user("koordinator", password=password, is_staff=True)
        coordinator.groups.add(Group.objects.get(name=GROUP))
        self.stdout.write(
            "\nThe first coordinator, shown this once:\n"
            f"  user name  koordinator\n  password   {password}\n"
            "At the first login you choose a second step: have your phone at hand.\n"
            "Lost it? `manage.py changepassword koordinator` sets another password, and\n"
            "`manage.py reset_second_step koordinator` takes the second step away.\n"
            "Then give your e-mail address under “Min e-post”, and invite the second\n"
            "coordinator under “Koordinatorer”, so that either can help the other.\n"
            "manage.py is `.venv/bin/python manage.py` here, `coworking` on a server.\n"
        )
