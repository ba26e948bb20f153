import json
from collections import Counter
from pathlib import Path

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.translation import override

from core.history import BY_THE_SYSTEM
from members.models import Organisation
from norway.places import towns
from spaces.models import Amenity, Space

NETWORK = Path(__file__).parents[2] / "data/network.json"


class Command(BaseCommand):
    help = "Loads the network's organisations and spaces: what was never loaded, so that no edit or deletion is undone."

    @transaction.atomic
    def handle(self, **options):
        network = json.loads(NETWORK.read_text())
        loaded = Counter()
        for position, amenity in enumerate(network["amenities"], start=1):
            loaded[Amenity] += self.load(Amenity, amenity | {"position": position})
        for organisation in network["organisations"]:
            spaces = organisation.pop("spaces")
            loaded[Organisation] += self.load(Organisation, organisation)
            loaded[Space] += sum(self.load_space(organisation["slug"], space) for space in spaces)
        with override("en"):
            counts = [count_in_words(model, loaded[model]) for model in (Organisation, Space, Amenity) if loaded[model]]
        if counts:
            self.stdout.write(f"{', '.join(counts)} loaded.")

    def load_space(self, organisation, facts):
        owner = Organisation.objects.formerly_at(organisation).first()
        if owner is None:
            return False
        centre = towns(facts["town"])[0]._asdict()
        return self.load(Space, {"organisation": owner, "precision": Space.Precision.TOWN} | centre | facts)

    def load(self, model, facts):
        # Loaded before, and perhaps renamed or deleted since.
        if model.history.filter(slug=facts["slug"]).exists():
            return False
        # One by one, as bulk_create() would validate nothing and write no history.
        row = model(**facts)
        row.full_clean()
        row._change_reason = BY_THE_SYSTEM
        row.save()
        return True


def count_in_words(model, count):
    options = model._meta
    return f"{count} {options.verbose_name if count == 1 else options.verbose_name_plural}"
