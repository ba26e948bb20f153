from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.formats import date_format
from django.utils.text import format_lazy
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from .logos import clean_logo
from .slugs import free_slug

PICTURES = "image/jpeg,image/png,image/webp"


class VersionField(forms.IntegerField):
    """The history's entry that the form was filled from; never a change in itself."""

    widget = forms.HiddenInput

    def has_changed(self, initial, data):
        return False


class RecordForm(forms.ModelForm):
    """A record's form, which makes a slug where none is typed, and undoes no change that somebody made meanwhile."""

    version = VersionField(required=False)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if self.instance.pk:
            latest = self.instance.history.first()
            self.initial["version"] = latest and latest.pk
        if "slug" in self.fields:
            self.fields["slug"].required = False
            self.fields["slug"].error_messages["invalid"] = _("Use only the letters a to z, digits and hyphens.")

    def slug_from(self, data) -> list[str]:
        """What a slug is made from where none is typed."""
        return [data["name"]]

    def clean(self):
        data = super().clean()
        self.refuse_if_changed_meanwhile(data)
        if not data.get("slug") and "slug" not in self.errors and data.get("name"):
            data["slug"] = free_slug(type(self.instance), *self.slug_from(data))
        return data

    def refuse_if_changed_meanwhile(self, data):
        """Locks the row, so that of two saves at once the later one sees the earlier one's entry in the history."""
        locked = type(self.instance).objects.select_for_update().filter(pk=self.instance.pk).first()
        latest = locked and locked.history.select_related("history_user").first()
        if latest and data.get("version") and latest.pk != data["version"]:
            raise ValidationError(
                _(
                    "%(who)s changed this on %(when)s, while you had it open. Open it anew in another window, "
                    "and carry over what you wrote."
                ),
                params={
                    "who": latest.history_user or _("the system"),
                    "when": date_format(localtime(latest.history_date), "SHORT_DATETIME_FORMAT"),
                },
            )


class OrganisationNumberField(forms.CharField):
    """Nine digits, in groups or not."""

    def to_python(self, value):
        return "".join(super().to_python(value).split())


class CoordinateField(forms.FloatField):
    """Degrees between two limits, typed with a comma or a point."""

    widget = forms.TextInput

    def __init__(self, *, lowest, highest, **options):
        outside = format_lazy(_("Between {lowest} and {highest} degrees in Norway."), lowest=lowest, highest=highest)
        super().__init__(
            required=False,
            validators=[MinValueValidator(lowest, outside), MaxValueValidator(highest, outside)],
            **options,
        )

    def to_python(self, value):
        return super().to_python(value.strip().rstrip("°").replace(",", ".") if isinstance(value, str) else value)


class OrganisationForm(RecordForm):
    organisation_number = OrganisationNumberField(label=_("Organisation number"), required=False)
    new_logo = forms.FileField(
        label=_("New logo"),
        required=False,
        help_text=_("JPEG, PNG or WebP, at least 100 pixels wide."),
        widget=forms.FileInput(attrs={"accept": PICTURES}),
    )
    no_logo = forms.BooleanField(label=_("Remove the logo"), required=False)

    class Meta:
        widgets = {
            "description_nb": forms.Textarea({"rows": 5}),
            "description_en": forms.Textarea({"rows": 5}),
            "member_since": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            "left_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        }

    def clean_new_logo(self):
        upload = self.cleaned_data["new_logo"]
        return clean_logo(upload) if upload else None
