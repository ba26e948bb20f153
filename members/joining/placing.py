from copy import deepcopy

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from norway.counties import County
from norway.places import area_of
from norway.positions import split_position
from spaces.forms import SpaceForm
from spaces.models import Space


class PlacesForm(forms.Form):
    """Fields for county and pin of the spaces that cannot be located."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for space, _stored, _changes, location in Space.objects.proposals(self.spaces, self.join_request.member):
            self.data = split_position(self.data, f"latitude_{space.pk}", f"longitude_{space.pk}")
            for field in ("county", "latitude"):
                if field in location.faults or f"{field}_{space.pk}" in self.data:
                    self._add_fields(field, space)

    @cached_property
    def spaces(self) -> list:
        return list(self.join_request.spaces.all())

    @property
    def places(self) -> list[tuple]:
        """Return each space that needs them with its fields and the area where its map begins, None if unknown."""
        return [(space, self._fields_of(space), _area(space)) for space in self.spaces if self._field_names(space)]

    def _fields_of(self, space):
        area, approximate = _area(space), self.fields.get(f"approximate_{space.pk}")
        if approximate:
            where = area.name if area else _("the county")
            approximate.label = _("Somewhere in %(place)s, approximate") % {"place": where}
        return [self[name] for name in self._field_names(space)]

    def _add_fields(self, field, space):
        if field == "county":
            self.fields[f"county_{space.pk}"] = forms.ChoiceField(
                label=_("County"), required=False, choices=[("", _("Choose a county")), *County.choices]
            )
        else:
            for name in ("latitude", "longitude"):
                self.fields[f"{name}_{space.pk}"] = deepcopy(SpaceForm.base_fields[name])
            self.fields[f"approximate_{space.pk}"] = forms.BooleanField(required=False)

    def _field_names(self, space):
        names = [f"{kind}_{space.pk}" for kind in ("county", "latitude", "longitude", "approximate")]
        return [name for name in names if name in self.fields]

    def clean_places(self, organisation):
        # The county or organisation chosen now may need fields that were not there: they are added with their errors.
        for space in self.spaces:
            for name in self._field_names(space):
                setattr(space, name.partition("_")[0], self.cleaned_data.get(name))
            if self._is_approximate(space) and (area := _area(space)):
                space.latitude, space.longitude = area.latitude, area.longitude
        for space, _stored, _changes, location in Space.objects.proposals(self.spaces, organisation):
            for field, fault in location.faults.items():
                name = f"{field}_{space.pk}"
                if name not in self.fields:
                    self._add_fields(field, space)
                if name not in self.errors and not (field == "latitude" and self._is_approximate(space)):
                    self.add_error(name, fault)

    def _is_approximate(self, space) -> bool:
        is_typed = any(self[name].data for name in self._field_names(space) if name.startswith(("lat", "lon")))
        return bool(self.cleaned_data.get(f"approximate_{space.pk}")) and not is_typed

    def save_places(self):
        for space, *_rest in self.places:
            space.save(update_fields=["county", "latitude", "longitude"])


def _area(space):
    return area_of(space.town, space.county or "", space.postal_code)
