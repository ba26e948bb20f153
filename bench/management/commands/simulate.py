from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from bench.simulation import populate
from members.joining.models import JoinRequest
from members.models import Organisation
from spaces.models import Space


class Command(BaseCommand):
    help = (
        "Makes a synthetic network to measure with, in an empty database of its own (another DATA_DIR or "
        "DATABASE_URL). The same seed makes the same network. Never in production."
    )

    def add_arguments(self, parser):
        parser.add_argument("--spaces", type=int, required=True, metavar="N")
        parser.add_argument("--seed", type=int, default=1, metavar="S")

    @transaction.atomic
    def handle(self, *, spaces, seed, **options):
        if settings.PRODUCTION:
            raise CommandError("This is production: no synthetic space is made here.")
        if spaces < 1:
            raise CommandError("--spaces must be at least 1.")
        if any(model.objects.exists() for model in (Organisation, Space, JoinRequest)):
            raise CommandError(
                "This database is in use: it has organisations, spaces or join requests. "
                "Name an empty one by DATA_DIR or DATABASE_URL and run migrate there first."
            )
        populate(spaces, seed)
        self.stdout.write(f"{spaces} synthetic spaces made.")
