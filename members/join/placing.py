from copy import copy

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ..forms import CoordinateField
from ..models import Organisation
from ..norway import EAST, NORTH, SOUTH, WEST

Space = Organisation._meta.get_field("spaces").related_model
COUNTIES = Space._meta.get_field("county").choices


class Placing(forms.Form):
    """The part of the form that asks where those spaces are whose place is not known, and for no more than it takes."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for space in self.unplaced:
            if _lacks_county(space):
                self.fields[f"county_{space.pk}"] = forms.ChoiceField(
                    label=_("County"), required=False, choices=[("", _("Choose a county")), *COUNTIES]
                )
            if _lacks_position(space):
                self.fields |= {
                    f"latitude_{space.pk}": CoordinateField(
                        label=_("Latitude"), lowest=SOUTH, highest=NORTH, help_text=_("For example 59,9127.")
                    ),
                    f"longitude_{space.pk}": CoordinateField(
                        label=_("Longitude"), lowest=WEST, highest=EAST, help_text=_("For example 10,7461.")
                    ),
                }

    @cached_property
    def unplaced(self) -> list:
        request = self.join_request
        return [space for space in request.spaces.all() if not Space.objects.location_of(space, request.member)]

    @property
    def places(self) -> list[tuple]:
        """Each of these spaces with its fields."""
        return [(space, [self[name] for name in self._names(space)]) for space in self.unplaced]

    def _names(self, space):
        names = [f"{kind}_{space.pk}" for kind in ("county", "latitude", "longitude")]
        return [name for name in names if name in self.fields]

    def clean_places(self, organisation):
        """Of the organisation, whose own space may tell what was not asked for."""
        for space in self.unplaced:
            names = self._names(space)
            for name in names:
                setattr(space, name.partition("_")[0], self.cleaned_data.get(name))
            if (space.latitude is None) != (space.longitude is None):
                space.latitude = space.longitude = None
            if Space.objects.location_of(space, organisation):
                continue
            missing = [name for name in names if self.cleaned_data.get(name) in ("", None) and name not in self.errors]
            if f"latitude_{space.pk}" in missing:  # it says what both lack
                missing = [name for name in missing if not name.startswith("longitude")]
            for name in missing:
                self.add_error(name, self._question(name, space))

    @staticmethod
    def _question(name, space):
        if name.startswith("county"):
            return _("Choose which county it is in.")
        return _("We do not know where %(town)s is. Click in the map, or type latitude and longitude.") % {
            "town": space.town
        }

    def save_places(self):
        for space in self.unplaced:
            space.save(update_fields=["county", "latitude", "longitude"])


def _would_stand(space, **values) -> bool:
    space = copy(space)
    for name, value in values.items():
        setattr(space, name, value)
    return Space.objects.location_of(space) is not None


def _lacks_county(space):
    return not _would_stand(space, latitude=SOUTH, longitude=WEST)


def _lacks_position(space):
    return not any(_would_stand(space, county=county) for county, _name in COUNTIES)
