from django import forms
from django.contrib.admin.widgets import AdminEmailInputWidget, AdminTextInputWidget
from django.utils.translation import gettext_lazy as _

from core.forms import LineField, MarkdownWidget, RecordForm
from core.images import ACCEPTED
from mail.forms import MailboxField
from norway.forms import OrganisationNumberField

from .logos import clean_logo


class OrganisationForm(RecordForm):
    together = [("status", "member_since", "left_on")]

    organisation_number = OrganisationNumberField(label=_("Organisation number"), required=False)
    new_logo = forms.FileField(
        label=_("New logo"),
        required=False,
        help_text=_("JPEG, PNG or WebP, at least 100 pixels wide."),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )
    no_logo = forms.BooleanField(label=_("Remove the logo"), required=False)

    class Meta:
        widgets = {
            "description_nb": MarkdownWidget,
            "description_en": MarkdownWidget,
            "member_since": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            "left_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts = {"description_nb": MarkdownWidget.HINT}

    def clean_new_logo(self):
        upload = self.cleaned_data["new_logo"]
        return clean_logo(upload) if upload else None


class ContactPersonForm(forms.ModelForm):
    name = LineField(label=_("Name"), max_length=120, widget=AdminTextInputWidget)
    role = LineField(label=_("Role"), max_length=80, required=False, widget=AdminTextInputWidget)
    # not the coordinator's own address, which the browser would offer
    email = MailboxField(label=_("E-mail"), required=False, widget=AdminEmailInputWidget({"autocomplete": "off"}))
