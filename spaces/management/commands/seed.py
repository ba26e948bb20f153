import json

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.translation import gettext_noop

from members.models import Organisation
from spaces.models import Amenity, Space
from spaces.places import DATA, towns


class Command(BaseCommand):
    help = "Loads the network's organisations and spaces: what was never loaded, so that no edit or deletion is undone."

    @transaction.atomic
    def handle(self, **options):
        network = json.loads((DATA / "network.json").read_text())
        loaded = 0
        for position, amenity in enumerate(network["amenities"], start=1):
            loaded += self.load(Amenity, amenity | {"position": position})
        for organisation in network["organisations"]:
            spaces = organisation.pop("spaces")
            loaded += self.load(Organisation, organisation)
            loaded += sum(self.load_space(organisation["slug"], space) for space in spaces)
        self.stdout.write(f"{loaded} loaded, the rest is there already.")

    def load_space(self, organisation, facts):
        owner = Organisation.objects.formerly_at(organisation).first()
        if owner is None:
            return False
        centre = towns(facts["town"])[0]._asdict()
        return self.load(Space, {"organisation": owner, "precision": Space.Precision.TOWN} | centre | facts)

    def load(self, model, facts):
        """Whether the row was new: one whose slug stands in the history was loaded before, and perhaps deleted."""
        if model.history.filter(slug=facts["slug"]).exists():
            return False
        row = model(**facts)
        row.full_clean()
        row._change_reason = gettext_noop("from the starting list")
        row.save()
        return True
