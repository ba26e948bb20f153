from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from members.forms import PICTURES, CoordinateField, RecordForm
from members.norway import EAST, NORTH, SOUTH, WEST

from .models import Photo, Space
from .opening_hours_field import OpeningHoursField
from .photos import clean_photo
from .places import postal_place, town_centre
from .titles import names_town


class SpaceForm(RecordForm):
    marked_exact = False  # whether a moved pin was marked so by the form itself

    latitude = CoordinateField(label=_("Latitude"), lowest=SOUTH, highest=NORTH, help_text=_("For example 59,9127."))
    longitude = CoordinateField(label=_("Longitude"), lowest=WEST, highest=EAST, help_text=_("For example 10,7461."))
    at_town_centre = forms.BooleanField(
        label=_("Place the pin at the town centre"),
        required=False,
        help_text=_("Instead of the coordinates above. The pin is then marked as approximate."),
    )
    opening_hours = OpeningHoursField(label=_("Opening hours"), required=False)

    class Meta:
        widgets = {
            "description_nb": forms.Textarea({"rows": 5}),
            "description_en": forms.Textarea({"rows": 5}),
            "amenities": forms.CheckboxSelectMultiple,
            "precision": forms.RadioSelect,
            "postal_code": forms.TextInput({"size": 6, "inputmode": "numeric", "autocomplete": "off"}),
        }

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for name in {"town", "county"} & self.fields.keys():
            self.fields[name].required = False
        for name in {"town", "county"} & self.fields.keys():
            self.fields[name].help_text = _("Left empty, it is filled in from the postal code.")

    def clean(self):
        data = super().clean()
        self.fill_in_place(data)
        if data.get("at_town_centre"):
            self.place_at_town_centre(data)
        elif {"latitude", "longitude"} & set(self.changed_data) and not self.stands_at_town_centre(data):
            self.marked_exact = data.get("precision") != Space.Precision.EXACT
            data["precision"] = Space.Precision.EXACT
        self.require_a_position(data)
        return data

    def slug_from(self, data):
        town = self.town_of(data)
        return [data["name"]] if names_town(data["name"], town) else [data["name"], town]

    def town_of(self, data):
        place = postal_place(data.get("postal_code") or "")
        return data.get("town") or (place[0] if place else "")

    def fill_in_place(self, data):
        """Town and county from the postal code, the municipality from the town, where they are not typed."""
        place = postal_place(data.get("postal_code") or "")
        data["town"] = self.town_of(data)
        data["county"] = data.get("county") or (place[1].value if place else "")
        for name, message in {
            "town": _("Say which town it is in."),
            "county": _("Choose which county it is in."),
        }.items():
            if name not in self.errors and not data[name]:
                self.add_error(name, message)
        moved = "town" in self.changed_data and "municipality" not in self.changed_data
        if moved or not data.get("municipality"):
            centre = town_centre(data.get("town") or "", data.get("county"))
            data["municipality"] = centre.municipality if centre else ""

    def place_at_town_centre(self, data):
        centre = town_centre(data.get("town") or "", data.get("county"))
        if centre is None:
            self.add_error(
                "at_town_centre",
                _("We do not know where that town is. Click in the map or type coordinates."),
            )
            return
        data |= {
            "latitude": centre.latitude,
            "longitude": centre.longitude,
            "precision": Space.Precision.TOWN,
        }
        for name in {"latitude", "longitude"} & self.errors.keys():
            del self.errors[name]

    def stands_at_town_centre(self, data):
        centre = town_centre(data.get("town") or "", data.get("county"))
        return centre and (centre.latitude, centre.longitude) == (data.get("latitude"), data.get("longitude"))

    def require_a_position(self, data):
        for name in ("latitude", "longitude"):
            if name not in self.errors and data.get(name) is None:
                self.add_error(name, _("Where is it? Click in the map, type it, or place it at the town centre."))


class PhotoForm(forms.ModelForm):
    picture = forms.FileField(
        label=_("Picture"),
        required=False,
        help_text=_("JPEG, PNG or WebP, at least 480 pixels wide and at most 15 MB."),
        widget=forms.FileInput(attrs={"accept": PICTURES}),
    )

    class Meta:
        model = Photo
        fields = ["picture", "alt_nb", "alt_en", "credit", "position"]

    def clean_picture(self):
        upload = self.cleaned_data["picture"]
        if upload:
            return clean_photo(upload)
        if not self.instance.key:
            raise ValidationError(_("Choose a picture."))
        return None
