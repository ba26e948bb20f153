from django import forms
from django.utils.translation import gettext_lazy as _

from .logos import clean_logo
from .models import Organisation
from .slugs import free_slug

PICTURES = "image/jpeg,image/png,image/webp"


class OrganisationForm(forms.ModelForm):
    new_logo = forms.FileField(
        label=_("New logo"),
        required=False,
        help_text=_("JPEG, PNG or WebP, at least 100 pixels wide."),
        widget=forms.FileInput(attrs={"accept": PICTURES}),
    )

    class Meta:
        widgets = {
            "description_nb": forms.Textarea({"rows": 5}),
            "description_en": forms.Textarea({"rows": 5}),
            "member_since": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            "left_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["slug"].required = False

    def clean(self):
        data = super().clean()
        if not data.get("slug") and "slug" not in self.errors and data.get("name"):
            data["slug"] = free_slug(Organisation, data["name"])
        return data

    def clean_organisation_number(self):
        return "".join(self.cleaned_data["organisation_number"].split())

    def clean_new_logo(self):
        upload = self.cleaned_data["new_logo"]
        return clean_logo(upload) if upload else None
