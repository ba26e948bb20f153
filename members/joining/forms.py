import re
from datetime import timedelta
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from core.forms import LineField, TextField
from core.search_text import fold
from mail.forms import MailboxField
from norway.address_search import SUGGESTED
from norway.addresses import address_key
from norway.forms import OrganisationNumberField
from spaces.location import LocationInput, locate

from ..models import Organisation
from .models import JoinRequest, RequestedSpace

MIN_TIME_TO_FILL_IN = timedelta(seconds=3)  # no person is faster
MAX_SPACES = 10
MAX_TEXT_LENGTH = 2000

signer = TimestampSigner(salt="join-request-form")

# The first mail goes to an address that nobody has confirmed, and mail programs link what looks like a web address.
no_web_address = RegexValidator(
    r"://|www\.|\.\w{2,}/", _("Leave web addresses out of the name."), inverse_match=True, flags=re.IGNORECASE
)


class SubmissionField(forms.CharField):
    """An id for the submission, signed with the time at which the form was made; cleaned to a UUID."""

    widget = forms.HiddenInput

    def __init__(self):
        super().__init__(required=False, initial=self.new)

    @staticmethod
    def new() -> str:
        return signer.sign(uuid4().hex)

    def clean(self, value):
        try:
            submission = UUID(signer.unsign(value or ""))
        except (BadSignature, ValueError):
            message = _("The form could not be recognised. Please send it again.")
            raise ValidationError(message, code="unknown") from None
        try:
            signer.unsign(value, max_age=MIN_TIME_TO_FILL_IN)
        except SignatureExpired:
            return submission
        raise ValidationError(_("That was very fast. Wait a few seconds, and send it again."), code="fast")


class CorrectionForm(forms.ModelForm):
    """The fields of a request that may be changed after the address was confirmed."""

    member = forms.ModelChoiceField(
        Organisation.objects.members(),
        required=False,
        label=_("Are you a member already, with a new space?"),
        empty_label=_("No, we are new"),
    )
    name = LineField(
        label=_("Name of the organisation"),
        max_length=120,
        validators=[no_web_address],
        error_messages={"required": _("What is the organisation called?")},
    )
    organisation_number = OrganisationNumberField(
        label=_("Organisation number"),
        required=False,
        help_text=_("Nine digits, if you have one. We can then fetch name and address from the register."),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "size": 12}),
    )
    place = TextField(
        label=_("The place"),
        max_length=1500,
        help_text=_("How is the place designed and run for people to work side by side?"),
        error_messages={"required": _("Tell us about the place.")},
    )
    community = TextField(
        label=_("The community"),
        max_length=1500,
        help_text=_("Who works there, how are they chosen, and what have they agreed to share?"),
        error_messages={"required": _("Tell us about the community.")},
    )
    facilitation = TextField(
        label=_("The facilitation"),
        max_length=1500,
        help_text=_("Who makes cooperation happen, and how?"),
        error_messages={"required": _("Tell us who makes it happen.")},
    )
    message = TextField(label=_("Anything else?"), max_length=1500, required=False)
    contact_name = LineField(
        label=_("Your name"),
        max_length=120,
        validators=[no_web_address],
        widget=forms.TextInput({"autocomplete": "name"}),
        error_messages={"required": _("What is your name?")},
    )

    class Meta:
        model = JoinRequest
        fields = [
            "member",
            "name",
            "organisation_number",
            "website",
            "place",
            "community",
            "facilitation",
            "may_use_texts",
            "message",
            "contact_name",
            "contact_phone",
        ]
        labels = {
            "website": _("Website"),
            "contact_phone": _("Telephone"),
            "may_use_texts": _("You may use these three texts on the page about us"),
        }
        help_texts = {
            "may_use_texts": _(
                "A coordinator can then make a draft for your page from them. Without the tick, only the coordinators "
                "read them. You can change your mind until we have decided."
            ),
        }
        widgets = {
            "website": forms.TextInput({"inputmode": "url", "autocomplete": "url"}),
            "contact_phone": forms.TextInput({"type": "tel", "autocomplete": "tel"}),
        }
        error_messages = {
            "website": {"invalid": _("Write a web address, such as example.org.")},
            "contact_phone": {"invalid": _("Write a telephone number, such as 22 00 00 00 or +46 8 000 00 00.")},
        }

    def clean(self):
        data = super().clean()
        # A member need not write its name again.
        if data.get("member") and self.has_error("name", "required"):
            del self.errors["name"]
            data["name"] = data["member"].name
        return data


class ApplicationForm(CorrectionForm):
    contact_email = MailboxField(
        label=_("E-mail"),
        help_text=_("We use it to write to you, and show it to nobody else."),
        error_messages={"required": _("Where can we write to you?")},
    )
    submission = SubmissionField()
    fax = forms.CharField(
        label=_("Leave this field empty"),
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "tabindex": "-1"}),
    )

    class Meta(CorrectionForm.Meta):
        fields = [*CorrectionForm.Meta.fields, "contact_email"]

    def clean_fax(self):
        # A trap: people do not see the field, programs fill in what they find.
        if self.cleaned_data["fax"]:
            raise ValidationError(_("Leave this field empty. It is there to stop programs that fill in every form."))


def pinned(values: dict) -> str:
    """Return an address and the pin that was found for it, alike however they were written."""
    texts = {name: str(values.get(name) or "") for name in SUGGESTED}
    return "|".join([address_key(texts.pop("address")), *map(fold, texts.values())])


class RequestedSpaceForm(forms.ModelForm):
    name = LineField(
        label=_("Name of the space"),
        max_length=120,
        error_messages={"required": _("What is the space called?")},
    )
    address = LineField(
        label=_("Street address"), max_length=200, required=False, widget=forms.TextInput({"autocomplete": "off"})
    )
    town = LineField(
        label=_("Town"),
        max_length=80,
        error_messages={"required": _("Say which town it is in.")},
        help_text=_("Left empty, it is filled in from the postal code."),
    )
    is_open = forms.TypedChoiceField(
        label=_("Is it open?"),
        choices=[("True", _("Yes, people work there now")), ("False", _("No, it opens later"))],
        coerce=lambda value: value == "True",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two.")},
    )
    pinned = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)

    class Meta:
        model = RequestedSpace
        fields = ["name", "address", "postal_code", "town", "is_open", "latitude", "longitude"]
        widgets = {
            "postal_code": forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "size": 6}),
            "latitude": forms.HiddenInput,
            "longitude": forms.HiddenInput,
        }

    def clean(self):
        data = super().clean()
        if self.has_pin_of_another_address(data.pop("pinned", "")):
            self.remove_pin()
        given = {name: data.get(name) for name in SUGGESTED}
        location = locate(LocationInput(**given))
        if self.has_error("town", "required"):
            del self.errors["town"]
            if "town" in location.faults:
                self.add_error("town", location.faults["town"])
        if location.town:
            data["town"] = location.town
        # Half a position is dropped: coordinators place the pin, so an applicant is not asked to.
        if {"latitude", "longitude"} & location.faults.keys():
            data |= {"latitude": None, "longitude": None}
        return data

    def has_pin_of_another_address(self, found: str) -> bool:
        """Return whether the pin is the found one, and the address another; a pin placed by hand is believed."""
        was, now = found.rsplit("|", 2), pinned({name: self[name].data for name in SUGGESTED}).rsplit("|", 2)
        return len(was) == 3 and was[1] != "" and was[1:] == now[1:] and was[0] != now[0]

    def remove_pin(self):
        # From the form too, so that it comes back without, and can be sent once more as it is.
        self.data = self.data.copy()
        for name in ("latitude", "longitude"):
            self.data[self.add_prefix(name)] = ""
            self.cleaned_data[name] = None
        message = _("The pin stood at the earlier address, so we took it away. Find the address, or send it without.")
        self.add_error("address", message)


class Spaces(forms.BaseFormSet):
    """The first row must be filled in; others that are left empty do not count."""

    default_error_messages = forms.BaseFormSet.default_error_messages | {
        "too_few_forms": _("Tell us about at least one space."),
        "too_many_forms": _("We take %(num)d spaces at a time. Send the others in another application."),
        "missing_management_form": _("The form did not arrive complete. Please send it again."),
    }

    @classmethod
    def get_default_prefix(cls):
        return "spaces"

    def initial_form_count(self):
        return 0

    def total_form_count(self):
        return super().total_form_count() if self.is_bound else max(len(self.initial or []), self.min_num)

    @property
    def filled(self) -> list[dict]:
        return [form.cleaned_data for form in self if form.has_changed()]


RequestedSpaces = forms.formset_factory(
    RequestedSpaceForm,
    formset=Spaces,
    min_num=1,
    validate_min=True,
    max_num=MAX_SPACES,
    validate_max=True,
    absolute_max=MAX_SPACES + 1,
)


class AnswerForm(forms.Form):
    text = TextField(
        label=_("Your answer"), max_length=MAX_TEXT_LENGTH, error_messages={"required": _("Write your answer here.")}
    )


class LostLinkForm(forms.Form):
    email = MailboxField(label=_("The e-mail address that you gave in the form"))


class CorrectAddressForm(forms.Form):
    email = MailboxField(label=_("The right address"))
