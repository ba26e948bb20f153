from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import MarkdownWidget, RecordForm
from core.images import ACCEPTED
from core.models import KeptFile
from norway.bounds import EAST, NORTH, SOUTH, WEST
from norway.forms import CoordinateField
from norway.positions import split_position

from .location import ADDRESS, LOCATED, LocationInput, locate
from .models import Photo
from .opening_hours_field import OpeningHoursField
from .photos import clean_checked, clean_photo
from .place_fields import AddressWidget
from .practical import NEEDS_CONSENT, Practical
from .practical_fields import LanguagesField, SeatsField, WholeNumberField
from .titles import space_title

POSITION = {"latitude", "longitude"}
PIN = ("latitude", "longitude", "precision")
MIDDLE = 50  # per cent


class SpaceForm(RecordForm):
    # What two people changed at once is chosen as a whole: half of each would be nobody's.
    together = [(*PIN, "at_town_centre"), Practical.PERSONAL]

    latitude = CoordinateField(
        label=_("Latitude"), min_value=SOUTH, max_value=NORTH, help_text=_("For example 59,9127.")
    )
    longitude = CoordinateField(
        label=_("Longitude"), min_value=WEST, max_value=EAST, help_text=_("For example 10,7461.")
    )
    at_town_centre = forms.BooleanField(
        label=_("Place the pin at the town centre"),
        required=False,
        help_text=_("Instead of the coordinates above. The pin is then marked as approximate."),
    )
    opening_hours = OpeningHoursField(label=_("Opening hours"), required=False)
    meeting_rooms = SeatsField(
        label=_("Meeting rooms"),
        required=False,
        max_length=80,
        help_text=_("The seats of each room, with + between: 6 + 10 is a room for six and one for ten."),
    )
    languages = LanguagesField(label=_("Languages spoken"), required=False)

    class Meta:
        widgets = {
            "description_nb": MarkdownWidget,
            "description_en": MarkdownWidget,
            "amenities": forms.CheckboxSelectMultiple,
            "precision": forms.RadioSelect,
            "address": AddressWidget({"size": 40, "autocomplete": "off"}),
            "postal_code": forms.TextInput({"size": 6, "inputmode": "numeric", "autocomplete": "off"}),
        } | {field: forms.RadioSelect({"class": "answers"}) for field in Practical.ANSWERS}
        field_classes = dict.fromkeys(["desks", "day_price", "month_price", "since"], WholeNumberField)
        help_texts = {"description_nb": MarkdownWidget.HINT}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if self.is_bound:
            self.data = split_position(self.data, *map(self.add_prefix, ("latitude", "longitude")))
        # Who may only view the form has no fields.
        for name in {"town", "county"} & self.fields.keys():
            self.fields[name].required = False
            self.fields[name].help_text = _("Left empty, it is filled in from the postal code.")

    def clean(self):
        self.location = locate(self.location_input(self.cleaned_data), self.instance if self.instance.pk else None)
        data = super().clean()
        located = {field: getattr(self.location, field) for field in LOCATED if field in self.fields}
        data |= {field: value for field, value in located.items() if self.location.position or field not in PIN}
        if self.location.position:
            for field in POSITION & self.errors.keys():
                del self.errors[field]
        for field, fault in self.location.faults.items():
            field = "at_town_centre" if data.get("at_town_centre") and field in POSITION else field
            if field not in self.errors:
                self.add_error(field, fault)
        self.clean_welcome(data)
        return data

    def clean_welcome(self, data):
        if not data.get("welcomed_by"):
            data["welcome_consent"] = False
        elif not data.get("welcome_consent"):
            self.add_error("welcome_consent", NEEDS_CONSENT)

    def location_input(self, data) -> LocationInput:
        at_town_centre, moved = bool(data.get("at_town_centre")), bool(POSITION & set(self.changed_data))
        # The radio button is preset: it counts where somebody chose it, or where the pin was not moved.
        is_chosen = not at_town_centre and ("precision" in self.changed_data or not moved)
        texts = {name: data.get(name) or "" for name in (*ADDRESS, "county", "municipality")}
        return LocationInput(
            **texts,
            latitude=data.get("latitude"),
            longitude=data.get("longitude"),
            precision=data.get("precision") if is_chosen else None,
            at_town_centre=at_town_centre,
        )

    def slug_from(self, data):
        return [space_title(data["name"], self.location.town)]


class PhotoForm(forms.ModelForm):
    """A picture comes with the form, or was kept when the form came before and something else was wrong."""

    picture = forms.FileField(
        label=_("Another picture instead"), required=False, widget=forms.FileInput(attrs={"accept": ACCEPTED})
    )
    kept = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Photo
        fields = ["picture", "kept", "alt_nb", "alt_en", "credit", "position", "focus_x", "focus_y"]
        error_messages = {
            "alt_nb": {"required": _("Write what the picture shows: it is read aloud to those who cannot see it.")}
        }

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for name in {"focus_x", "focus_y"} & self.fields.keys():
            self.fields[name].required = False

    def clean_focus_x(self):
        return MIDDLE if self.cleaned_data["focus_x"] is None else self.cleaned_data["focus_x"]

    def clean_focus_y(self):
        return MIDDLE if self.cleaned_data["focus_y"] is None else self.cleaned_data["focus_y"]

    def clean_picture(self):
        upload = self.cleaned_data["picture"]
        return clean_photo(upload) if upload else None

    def clean(self):
        data = super().clean()
        if not data.get("picture") and "picture" not in self.errors:
            kept = KeptFile.objects.with_token(data.get("kept") or "-")
            data["picture"] = clean_checked(bytes(kept.content)) if kept else None
            if not kept and not self.instance.key:
                self.add_error("picture", _("Choose a picture."))
        return data
