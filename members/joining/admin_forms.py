"""A form for each step that a coordinator can take with a join request; it calls the step's one verb."""

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.credentials import change_email
from accounts.forms import AddressMixin
from core.forms import LineField, TextField
from core.versions import version_of
from mail.forms import MailboxField
from spaces.proposals import StaleChanges

from ..models import NumberTaken, Organisation
from .forms import MAX_TEXT_LENGTH
from .matching import NOT_SHOWN, MatchForm
from .models import CriteriaNotMet, Event, JoinRequest, MailPreference
from .placing import PlacesForm

State, Kind = JoinRequest.State, Event.Kind
MAX_DESCRIPTION = Organisation._meta.get_field("description_nb").max_length
ALL_THREE = _("All three must be there: the place, the community, the facilitation.")


def letter_field(label, required):
    return TextField(
        label=label,
        max_length=MAX_TEXT_LENGTH,
        error_messages={"required": required},
        help_text=_("The applicant reads this text, in a mail and on their page."),
        widget=forms.Textarea({"rows": 8}),
    )


class Step(forms.Form):
    verb = event = title = button = warning = success = ""
    template = ""  # of a page that comes before the step
    states = JoinRequest.UNDECIDED  # in which the step is open
    do_not_call_in_templates = True  # the class itself is what a button is made from

    def __init__(self, *args, join_request, **options):
        self.join_request = join_request
        super().__init__(*args, **options)

    @property
    def is_open(self):
        return self.join_request.state in self.states

    @property
    def text_sent(self) -> str:
        return self.cleaned_data.get("text", "")

    def perform(self, by):
        raise NotImplementedError

    def add_messages(self, request):
        messages.success(request, self.success)

    def is_repeated(self, events, by) -> bool:
        """Return whether one of the events came of this very form: of a second click on its button."""
        self.is_valid()
        return any(event.kind == self.event and event.by == by and event.text == self.text_sent for event in events)

    def add_refusal(self, refusal):
        raise refusal


class StartReview(Step):
    verb, event, states = "start_review", Kind.TAKEN, [State.RECEIVED]
    button = _("Begin to look at it")
    success = _("You are looking at it now. The applicant was told.")

    def perform(self, by):
        self.join_request.start_review(by=by)


class Ask(Step):
    verb, event, states = "ask", Kind.ASKED, [State.RECEIVED, State.IN_REVIEW]
    template = "step"
    title, button = _("Ask the applicant"), _("Send the question")
    success = _("The question is on its way to the applicant.")
    text = letter_field(_("Your question"), _("Write the question here."))

    def perform(self, by):
        self.join_request.ask(self.cleaned_data["text"], by=by)


class Decline(Step):
    verb, event = "decline", Kind.DECLINED
    template = "step"
    title, button = _("Decline"), _("Decline the request")
    warning = _("This cannot be undone. If you lack an answer, ask instead.")
    success = _("The request was declined. The applicant was told why.")
    text = letter_field(_("Your reason"), _("Write the reason here."))

    def perform(self, by):
        self.join_request.decline(self.cleaned_data["text"], by=by)


class Erase(Step):
    verb = "erase"
    template = "step"
    states = [state for state in State if state not in JoinRequest.UNDECIDED]
    title, button = _("Erase"), _("Erase it for good")
    warning = _(
        "The request, its history, its mails and the contact person that came of it will be gone, and nobody can get "
        "them back. A member that came of it stays, with its spaces."
    )
    success = _("The request was erased, with its mails.")

    def perform(self, by):
        self.join_request.erase()


class CriteriaStep(Step):
    has_place = forms.BooleanField(label=_("The place is there"), error_messages={"required": ALL_THREE})
    has_community = forms.BooleanField(label=_("The community is there"), error_messages={"required": ALL_THREE})
    has_facilitation = forms.BooleanField(label=_("The facilitation is there"), error_messages={"required": ALL_THREE})

    def __init__(self, *args, join_request, **options):
        super().__init__(*args, join_request=join_request, **options)
        for name in JoinRequest.CRITERIA:
            self.fields[name].initial = getattr(join_request, name)

    @property
    def criteria(self):
        return [self[name] for name in JoinRequest.CRITERIA if name in self.fields]


class Assess(CriteriaStep):
    verb, event, states = "assess", Kind.NOTED, list(State)
    button = _("Save")
    success = _("Saved.")
    text = TextField(
        label=_("Note"),
        required=False,
        max_length=MAX_TEXT_LENGTH,
        help_text=_("Only coordinators see it. It stays in the history."),
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, *args, join_request, **options):
        super().__init__(*args, join_request=join_request, **options)
        for name in JoinRequest.CRITERIA:
            self.fields[name].required = False
            if not join_request.is_undecided:
                del self.fields[name]

    def perform(self, by):
        met = {field.name: self.cleaned_data[field.name] for field in self.criteria}
        self.join_request.assess(by=by, note=self.text_sent, **met)

    def is_repeated(self, events, by):
        if not self.is_valid() or not events or any(event.by != by for event in events):
            return False
        is_ticked = all(self.cleaned_data[field.name] == field.initial for field in self.criteria)
        return is_ticked and self.text_sent in ["", *(event.text for event in events if event.kind == Kind.NOTED)]


class Approve(PlacesForm, MatchForm, CriteriaStep):
    verb, event = "approve", Kind.APPROVED
    template = "approve"
    title, button = _("Approve"), _("Approve and put on the map")
    use_draft = forms.BooleanField(label=_("Put this text on the page"), required=False)
    draft = TextField(
        label=_("What they told us, as a draft of the text about them"),
        required=False,
        help_text=_(
            "It becomes the text of the space, or of the organisation if there are several. A text that is there "
            "already stays."
        ),
        widget=forms.Textarea({"rows": 10}),
    )

    def __init__(self, *args, join_request, **options):
        super().__init__(*args, join_request=join_request, **options)
        self.fields["draft"].initial = join_request.draft
        if not join_request.may_use_texts:
            del self.fields["draft"], self.fields["use_draft"]

    def clean(self):
        data = super().clean()
        if data.get("use_draft") and len(data.get("draft", "")) > MAX_DESCRIPTION:
            self.add_error("draft", _("Shorten it to %(max)d characters.") % {"max": MAX_DESCRIPTION})
        if data.get("whose") == self.OTHER and not data.get("organisation") and "organisation" not in self.errors:
            self.add_error("organisation", _("Say which one."))
        is_open = {"whose", "organisation"} & self.errors.keys()
        self.clean_places(self.join_request.member if is_open else self.chosen_organisation)
        return data

    def perform(self, by):
        request = self.join_request
        self.save_places()
        if request.member and not self.chosen_organisation:  # the applicant's word, which the verb would follow
            request.member = None
            request.save(update_fields=["member"])
        criteria = {name: self.cleaned_data[name] for name in request.CRITERIA}
        accepted = self.cleaned_data["changes"]
        text = self.cleaned_data.get("draft", "") if self.cleaned_data.get("use_draft") else ""
        request.approve(by=by, organisation=self.chosen_organisation, accepted=accepted, description=text, **criteria)

    def add_messages(self, request):
        member = self.join_request.member
        message = _("{organisation} is a member, and what was asked for is on the map. The applicant was told.")
        messages.success(request, format_html(message, organisation=_link(member)))

    def add_refusal(self, refusal):
        if isinstance(refusal, CriteriaNotMet):
            self.add_error("has_place", ALL_THREE)
        if isinstance(refusal, NumberTaken):
            other = refusal.organisation
            message = _("{organisation} has the organisation number {number}. Choose that one, or ask the applicant.")
            self.add_error("whose", format_html(message, organisation=_link(other), number=other.organisation_number))
        if isinstance(refusal, StaleChanges):
            self.show_changes()
            self.add_error("changes", NOT_SHOWN)


BUTTON_STEPS = (StartReview, Approve, Ask, Decline, Erase)
STEPS = {step.verb: step for step in (*BUTTON_STEPS, Assess)}
REFUSALS = (CriteriaNotMet, NumberTaken, StaleChanges)


def _link(row):
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', url, row)


class MyMailForm(AddressMixin, forms.ModelForm):
    first_name = LineField(
        label=_("First name"),
        max_length=150,
        required=False,
        help_text=_("Applicants see your name when you look at their request or ask them something."),
    )
    last_name = LineField(label=_("Last name"), max_length=150, required=False)
    email = MailboxField(
        label=_("E-mail"),
        required=False,
        max_length=254,
        help_text=_("News of join requests goes here. Left empty, none reaches you."),
    )
    timing = forms.ChoiceField(
        label=MailPreference._meta.get_field("timing").verbose_name,
        choices=MailPreference.Timing.choices,
        widget=forms.RadioSelect,
    )

    class Meta:
        model = get_user_model()
        fields = ["first_name", "last_name"]

    def __init__(self, *args, refusals=(), **options):
        self.refusals = list(refusals)
        super().__init__(*args, **options)
        stored = MailPreference.objects.filter(user=self.instance).first()
        self.preference = stored or MailPreference(user=self.instance)
        self.initial |= {"email": self.instance.email, "timing": self.preference.timing}

    @property
    def version(self) -> str:
        """Return what differs after every change of what the form shows."""
        return f"{version_of(self.instance)}-{self.preference.timing}"

    def clean(self):
        super().clean()
        if self.refusals:
            raise forms.ValidationError(self.refusals)

    @transaction.atomic
    def save(self, request):
        self.instance.save(update_fields=self._meta.fields)
        change_email(request, self.instance, self.cleaned_data["email"])
        defaults = {"timing": self.cleaned_data["timing"]}
        if defaults["timing"] != self.preference.timing:
            defaults["digested_until"] = timezone.now()  # the first digest has what happens from now on
        MailPreference.objects.update_or_create(user=self.instance, defaults=defaults)
