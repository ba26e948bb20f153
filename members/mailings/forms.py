from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.utils.translation import gettext_lazy as _

from core.forms import LineField, TextField


class MailingForm(forms.ModelForm):
    subject = LineField(label=_("Subject"), max_length=150, widget=AdminTextInputWidget)
    text = TextField(
        label=_("Text"),
        max_length=5000,
        help_text=_(
            "Plain text. An empty line begins a paragraph. Greeting and name are yours; the network signs below."
        ),
        widget=forms.Textarea({"rows": 14}),
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for name, empty in {"county": _("The whole country"), "gap": _("All, whatever they have filled in")}.items():
            if name in self.fields:
                choices = [choice for choice in self.fields[name].choices if choice[0]]
                self.fields[name].choices = [("", empty), *choices]
