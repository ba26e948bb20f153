"""What a coordinator may do with a join request: a form for each step, which calls the step's one verb."""

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from ..emails import validate_mailbox
from ..models import CriteriaNotMet, JoinRequest, MailPreference, NumberTaken, Organisation
from .duplicates import organisations
from .forms import LONGEST_TEXT, LineField, TextField
from .placing import Placing

State = JoinRequest.State
ALL_THREE = _("All three must be there: the place, the community, the facilitation.")


class Step(forms.Form):
    """Is open from the states; leaves an event, by which a second click on the same button is known."""

    verb = event = title = button = warning = done = ""
    template = ""  # of the page that asks first
    states = JoinRequest.UNDECIDED
    do_not_call_in_templates = True  # the class itself is what a button is made from

    def __init__(self, *args, join_request, **options):
        self.join_request = join_request
        super().__init__(*args, **options)

    @property
    def is_open(self):
        return self.join_request.state in self.states

    @property
    def said(self) -> str:
        return self.cleaned_data.get("text", "")

    def act(self, by):
        raise NotImplementedError

    def tell(self, request):
        """What became of it, to the coordinator."""
        messages.success(request, self.done)

    def was_done(self, events, by) -> bool:
        """Whether one of the events is what this form, sent once before, left."""
        self.is_valid()
        return any(event.what == self.event and event.by == by and event.text == self.said for event in events)

    def explain(self, refusal):
        """Say by the field why the verb refused."""
        raise refusal


class Take(Step):
    verb, event, states = "take", "taken", [State.RECEIVED]
    button = _("Begin to look at it")
    done = _("You are looking at it now. The applicant was told.")

    def act(self, by):
        self.join_request.take(by=by)


class Ask(Step):
    verb, event, states = "ask", "asked", [State.RECEIVED, State.IN_REVIEW]
    template = "step"
    title, button = _("Ask the applicant"), _("Send the question")
    done = _("The question is on its way to the applicant.")
    text = TextField(
        label=_("Your question"),
        max_length=LONGEST_TEXT,
        help_text=_("The applicant reads this text, in a mail and on their page."),
        widget=forms.Textarea({"rows": 8}),
    )

    def act(self, by):
        self.join_request.ask(self.cleaned_data["text"], by=by)


class Decline(Step):
    verb, event = "decline", "declined"
    template = "step"
    title, button = _("Decline"), _("Decline the request")
    warning = _("This cannot be undone. If you lack an answer, ask instead.")
    done = _("The request was declined. The applicant was told why.")
    text = TextField(
        label=_("Your reason"),
        max_length=LONGEST_TEXT,
        help_text=_("The applicant reads this text, in a mail and on their page."),
        widget=forms.Textarea({"rows": 8}),
    )

    def act(self, by):
        self.join_request.decline(self.cleaned_data["text"], by=by)


class Erase(Step):
    verb = "erase"
    template = "step"
    states = [state for state in State if state not in JoinRequest.UNDECIDED]
    title, button = _("Erase"), _("Erase it for good")
    warning = _(
        "The request, its history and its mails will be gone, and nobody can get them back. "
        "A member that came of it stays, with its spaces."
    )
    done = _("The request was erased, with its mails.")

    def act(self, by):
        self.join_request.erase()


class Assess(Step):
    verb, event, states = "assess", "noted", list(State)
    button = _("Save")
    done = _("Saved.")
    has_place = forms.BooleanField(label=_("The place is there"), required=False)
    has_community = forms.BooleanField(label=_("The community is there"), required=False)
    has_facilitation = forms.BooleanField(label=_("The facilitation is there"), required=False)
    text = TextField(
        label=_("Note"),
        required=False,
        max_length=LONGEST_TEXT,
        help_text=_("Only coordinators see it. It stays in the history."),
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, *args, join_request, **options):
        super().__init__(*args, join_request=join_request, **options)
        for name in JoinRequest.CRITERIA:
            self.fields[name].initial = getattr(join_request, name)
            if not join_request.is_undecided:
                del self.fields[name]

    @property
    def criteria(self):
        return [self[name] for name in JoinRequest.CRITERIA if name in self.fields]

    def act(self, by):
        met = {field.name: self.cleaned_data[field.name] for field in self.criteria}
        self.join_request.assess(by=by, note=self.said, **met)

    def was_done(self, events, by):
        """Without a note there is no event: ticks sent again change nothing."""
        return super().was_done(events, by) and bool(self.said)


class Approve(Placing, Step):
    """CriteriaNotMet, NumberTaken and a place that is not known become errors of the form."""

    verb, event = "approve", "approved"
    template = "approve"
    title, button = _("Approve"), _("Approve and put on the map")
    NEW, OTHER = "new", "other"
    has_place = forms.BooleanField(label=_("The place is there"), error_messages={"required": ALL_THREE})
    has_community = forms.BooleanField(label=_("The community is there"), error_messages={"required": ALL_THREE})
    has_facilitation = forms.BooleanField(label=_("The facilitation is there"), error_messages={"required": ALL_THREE})
    whose = forms.ChoiceField(
        label=_("Which organisation is it?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose: is it new, or one that we have?")},
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.all(), label=_("Which other?"), required=False, empty_label=_("Choose an organisation")
    )

    def __init__(self, *args, join_request, **options):
        super().__init__(*args, join_request=join_request, **options)
        for name in JoinRequest.CRITERIA:
            self.fields[name].initial = getattr(join_request, name)
        self.fields["whose"].choices = self.choices
        if join_request.member:
            self.fields["whose"].initial = str(join_request.member_id)
        elif not self.alike:
            self.fields["whose"].initial = self.NEW

    @cached_property
    def alike(self):
        return organisations(self.join_request)

    @property
    def criteria(self):
        return [self[name] for name in JoinRequest.CRITERIA]

    @cached_property
    def known(self) -> dict[str, Organisation]:
        """The likeliest, by key."""
        rows = [self.join_request.member, *(duplicate.row for duplicate in self.alike[:5])]
        return {str(row.pk): row for row in rows if row}

    @cached_property
    def choices(self):
        reasons = {duplicate.row: ", ".join(duplicate.reasons) for duplicate in self.alike}
        known = [(key, self._described(row, reasons.get(row, ""))) for key, row in self.known.items()]
        new = format_html("<strong>{}</strong>: {}", _("A new organisation"), self.join_request.name)
        return [*known, (self.NEW, new), (self.OTHER, _("Another one that we have"))]

    @staticmethod
    def _described(row, reasons):
        about = " – ".join(filter(None, [str(row.get_status_display()), reasons]))
        return format_html("<strong>{}</strong> ({})", row.name, about)

    def clean(self):
        data = super().clean()
        if data.get("whose") == self.OTHER and not data.get("organisation") and "organisation" not in self.errors:
            self.add_error("organisation", _("Say which one."))
        self.clean_places(self.chosen)
        return data

    @property
    def chosen(self) -> Organisation | None:
        """None for a new one."""
        whose = self.cleaned_data.get("whose")
        return self.cleaned_data.get("organisation") if whose == self.OTHER else self.known.get(whose)

    def act(self, by):
        request = self.join_request
        request.assess(by=by, **{name: self.cleaned_data[name] for name in request.CRITERIA})
        self.save_places()
        if request.member and not self.chosen:  # the applicant's word, which the verb would follow
            request.member = None
            request.save(update_fields=["member"])
        request.approve(by=by, organisation=self.chosen)

    def tell(self, request):
        member = self.join_request.member
        told = _("{organisation} is a member, and what was asked for is on the map. The applicant was told.")
        messages.success(request, format_html(told, organisation=_link(member)))
        towns = self.join_request.spaces.values("town")
        if approximate := member.spaces.approximate().filter(town__in=towns):
            links = format_html_join(", ", "{}", ([_link(space)] for space in approximate))
            told = _("These pins stand only at the town centre. Place them where the doors are: {spaces}")
            messages.warning(request, format_html(told, spaces=links))

    def explain(self, refusal):
        if isinstance(refusal, CriteriaNotMet):
            self.add_error("has_place", ALL_THREE)
        if isinstance(refusal, NumberTaken):
            other = refusal.organisation
            told = _("{organisation} has the organisation number {number}. Choose that one, or ask the applicant.")
            self.add_error("whose", format_html(told, organisation=_link(other), number=other.organisation_number))


STEPS = {step.verb: step for step in (Take, Approve, Ask, Decline, Erase, Assess)}
REFUSALS = (CriteriaNotMet, NumberTaken)


def _link(row):
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', url, row)


class MyMailForm(forms.ModelForm):
    first_name = LineField(
        label=_("First name"),
        max_length=150,
        required=False,
        help_text=_("Applicants see your name when you look at their request or ask them something."),
    )
    last_name = LineField(label=_("Last name"), max_length=150, required=False)
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        max_length=254,
        validators=[validate_mailbox],
        help_text=_("News of join requests goes here. Left empty, none reaches you."),
    )
    timing = forms.ChoiceField(
        label=MailPreference._meta.get_field("timing").verbose_name,
        choices=MailPreference.Timing.choices,
        widget=forms.RadioSelect,
    )

    class Meta:
        model = get_user_model()
        fields = ["first_name", "last_name", "email"]

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.preference = MailPreference.objects.filter(user=self.instance).first() or MailPreference(
            user=self.instance
        )
        self.initial["timing"] = self.preference.timing

    @transaction.atomic
    def save(self):
        """A digest tells of what happens from now on."""
        self.instance.save(update_fields=self._meta.fields)
        timing = self.cleaned_data["timing"]
        now = {"told_until": timezone.now()} if timing != self.preference.timing else {}
        MailPreference.objects.update_or_create(user=self.instance, defaults={"timing": timing, **now})
