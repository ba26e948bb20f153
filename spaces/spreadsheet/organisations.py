from collections import defaultdict

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.search_text import fold
from members.models import Organisation


class Organisations:
    """The existing organisations by number and folded name, and the `new` prospects of a file."""

    def __init__(self):
        self.new = []
        self._by_number, self._by_name = {}, defaultdict(list)
        for organisation in Organisation.objects.only("name", "organisation_number").order_by("pk"):
            self._add(organisation)

    def find(self, name: str, number: str, current: Organisation | None) -> Organisation:
        """Return the current one if it matches, else an existing or new one. Raise ValidationError if ambiguous."""
        if current and _key(name) == _key(current.name) and number in ("", current.organisation_number):
            return current
        if not (name or number):
            raise ValidationError(_("Say which organisation it belongs to."))
        return self._numbered(name, number) if number else self._named(name)

    def _numbered(self, name, number):
        found = self._by_number.get(number)
        if found is None:
            return self._new_with_number(name, number)
        if name and _key(name) != _key(found.name):
            raise ValidationError(
                _("The organisation number %(number)s belongs to “%(name)s”."),
                params={"number": number, "name": found.name},
            )
        return found

    def _new_with_number(self, name, number):
        unnumbered = next((each for each in self._by_name[_key(name)] if not each.organisation_number), None)
        if unnumbered is None:
            return self._create(name, number)
        if unnumbered.pk:
            raise ValidationError(
                _("“%(name)s” is here without an organisation number. Fill it in there first, or leave it out here."),
                params={"name": unnumbered.name},
            )
        unnumbered.organisation_number = number
        self._by_number[number] = unnumbered
        return unnumbered

    def _named(self, name):
        found = self._by_name[_key(name)]
        if len(found) > 1:
            raise ValidationError(
                _("Several organisations are called “%(name)s”. Write the organisation number."), params={"name": name}
            )
        return found[0] if found else self._create(name, "")

    def _create(self, name, number):
        if not name:
            raise ValidationError(_("Say which organisation it belongs to."))
        organisation = Organisation(name=name, organisation_number=number, status=Organisation.Status.PROSPECT)
        self.new.append(organisation)
        self._add(organisation)
        return organisation

    def _add(self, organisation):
        self._by_name[_key(organisation.name)].append(organisation)
        if organisation.organisation_number:
            self._by_number[organisation.organisation_number] = organisation


def _key(name):
    return fold(name) or name
