import re
from datetime import timedelta
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from ..forms import OrganisationNumberField
from ..models import JoinRequest, Organisation, RequestedSpace
from ..parties import ascii_address
from ..validators import validate_mailbox

QUICKEST = timedelta(seconds=3)  # in which a person can fill in the form
MOST_SPACES = 10
LONGEST_TEXT = 2000

signer = TimestampSigner(salt="join-request-form")


class LineField(forms.CharField):
    """One line, however it was pasted."""

    def to_python(self, value):
        return " ".join(super().to_python(value).split())


# The first mail goes to an address that nobody has confirmed, and mail programs link what looks like a web address.
no_web_address = RegexValidator(
    r"://|www\.|\.\w{2,}/", _("Leave web addresses out of the name."), inverse_match=True, flags=re.IGNORECASE
)


class TextField(forms.CharField):
    """Lines, whose ends count as one character, as they do in the browser."""

    widget = forms.Textarea

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n")


class MailboxField(forms.EmailField):
    """One mailbox, written in one way: a domain has many spellings that reach the same."""

    default_validators = [validate_mailbox]
    widget = forms.EmailInput({"autocomplete": "email"})

    def clean(self, value):
        address = super().clean(value)
        try:
            return ascii_address(address) if address else ""
        except UnicodeError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class SubmissionField(forms.CharField):
    """A number for what will be sent, signed with the time at which the form was made; cleaned to a UUID."""

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
            raise ValidationError(_("The form could not be recognised. Send it once more."), code="unknown") from None
        try:
            signer.unsign(value, max_age=QUICKEST)
        except SignatureExpired:
            return submission
        raise ValidationError(_("That went very fast. Wait a few seconds, and send it once more."), code="fast")


class CorrectionForm(forms.ModelForm):
    """What an applicant says of the organisation; all that may be changed after the address was confirmed."""

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
        help_text=_("How is the house shaped and run for working side by side?"),
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
        error_messages={"required": _("What are you called?")},
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
            "message",
            "contact_name",
            "contact_phone",
        ]
        labels = {"website": _("Website"), "contact_phone": _("Telephone")}
        widgets = {
            "website": forms.TextInput({"inputmode": "url", "autocomplete": "url"}),
            "contact_phone": forms.TextInput({"type": "tel", "autocomplete": "tel"}),
        }
        error_messages = {
            "website": {"invalid": _("Write a web address, such as example.org.")},
            "contact_phone": {"invalid": _("Write a telephone number, such as 22 00 00 00 or +46 8 000 00 00.")},
        }

    def clean(self):
        """A member need not say its name again."""
        data = super().clean()
        if data.get("member") and self.has_error("name", "required"):
            del self.errors["name"]
            data["name"] = data["member"].name
        return data


class ApplicationForm(CorrectionForm):
    contact_email = MailboxField(
        label=_("E-mail"),
        help_text=_("We write to it; it is not shown to anybody else."),
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
        """A trap: people do not see the field, programs fill in what they find."""
        if self.cleaned_data["fax"]:
            raise ValidationError(_("Leave this field empty. It is there to stop programs that fill in every form."))


class RequestedSpaceForm(forms.ModelForm):
    name = LineField(
        label=_("Name of the space"),
        max_length=120,
        error_messages={"required": _("What is the space called?")},
    )
    address = LineField(
        label=_("Street address"), max_length=200, required=False, widget=forms.TextInput({"autocomplete": "off"})
    )
    town = LineField(label=_("Town"), max_length=80, error_messages={"required": _("Say which town it is in.")})
    is_open = forms.TypedChoiceField(
        label=_("Is it open?"),
        choices=[("True", _("Yes, people work there now")), ("False", _("No, it opens later"))],
        coerce=lambda value: value == "True",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two.")},
    )

    class Meta:
        model = RequestedSpace
        fields = ["name", "address", "postal_code", "town", "is_open", "latitude", "longitude"]
        widgets = {
            "postal_code": forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "size": 6}),
            "latitude": forms.HiddenInput,
            "longitude": forms.HiddenInput,
        }

    def clean(self):
        """Half a position is none."""
        data = super().clean()
        if None in (data.get("latitude"), data.get("longitude")):
            data |= {"latitude": None, "longitude": None}
        return data


class Spaces(forms.BaseFormSet):
    """A row each. The first must be filled in; others left empty do not count."""

    default_error_messages = forms.BaseFormSet.default_error_messages | {
        "too_few_forms": _("Tell us of one space at least."),
        "too_many_forms": _("We take %(num)d spaces at a time. Send the others in another request."),
        "missing_management_form": _("The form did not arrive whole. Send it once more."),
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
    max_num=MOST_SPACES,
    validate_max=True,
    absolute_max=MOST_SPACES + 1,
)


class AnswerForm(forms.Form):
    text = TextField(
        label=_("Your answer"), max_length=LONGEST_TEXT, error_messages={"required": _("Write your answer here.")}
    )


class LostLinkForm(forms.Form):
    email = MailboxField(label=_("The e-mail address that you gave in the form"))


class MendAddressForm(forms.Form):
    email = MailboxField(label=_("The right address"))
