from email.utils import formataddr, parseaddr

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.forms import LineField, ProseWidget, RecordForm
from core.images import ACCEPTED
from mail.forms import MailboxField

from .models import PICTURE_HERE, SiteSettings
from .pictures import clean_picture

MAX_SENDER = 254  # of the column in which the outbox keeps it, encoded


class PublicationForm(RecordForm):
    slug_source = "title_nb"

    picture = forms.FileField(
        label=_("Picture for the text"),
        required=False,
        help_text=_(
            "JPEG, PNG or WebP, at least 480 pixels wide. It is put where the text says {bilde}, or at the end. One at "
            "a time: save, and choose the next."
        ),
        widget=forms.FileInput(attrs={"accept": ACCEPTED, "data-prose-picture": True}),
    )
    picture_alt_nb = LineField(
        label=_("What it shows, in Norwegian"),
        required=False,
        max_length=200,
        widget=AdminTextInputWidget,
        help_text=_("Read aloud to those who do not see it."),
    )
    picture_alt_en = LineField(
        label=_("What it shows, in English"), required=False, max_length=200, widget=AdminTextInputWidget
    )

    def __init__(self, *args, **options):
        if getattr(options.get("instance"), "draft", None):
            options["initial"] = options["instance"].drafted | (options.get("initial") or {})
        super().__init__(*args, **options)

    class Meta:
        widgets = {
            "text_nb": ProseWidget,
            "text_en": ProseWidget,
            "date": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts = {"text_nb": ProseWidget.HINT, "text_en": ProseWidget.IN_ENGLISH}

    def clean_picture(self):
        upload = self.cleaned_data["picture"]
        return clean_picture(upload) if upload else None

    def clean(self):
        data = super().clean()
        if data.get("picture") and not data.get("picture_alt_nb"):
            self.add_error("picture_alt_nb", _("Say what the picture shows."))
        is_awaited = any(PICTURE_HERE in (data.get(name) or "") for name in ("text_nb", "text_en"))
        if is_awaited and "picture" not in self.errors and not data.get("picture"):
            self.add_error("picture", _("Choose the picture that the text has {bilde} for."))
        return data


class SiteSettingsForm(forms.ModelForm):
    class Meta:
        model = SiteSettings
        fields = ["contact_email", "sender_name", "links"]
        field_classes = {"contact_email": MailboxField, "sender_name": LineField}

    def clean_sender_name(self):
        sender = formataddr((self.cleaned_data["sender_name"], parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))
        if any(sign in self.cleaned_data["sender_name"] for sign in "<>"):  # the outbox would read an address there
            raise ValidationError(_("Write the name without < and >."))
        if len(sender) > MAX_SENDER:
            raise ValidationError(_("With these letters the name is too long for a mail. Write a shorter one."))
        return self.cleaned_data["sender_name"]

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        name, _address = parseaddr(settings.DEFAULT_FROM_EMAIL)
        for field, default in {"contact_email": settings.CONTACT_EMAIL, "sender_name": name}.items():
            if field in self.fields:  # who may only view the form has none
                self.fields[field].widget.attrs["placeholder"] = default
