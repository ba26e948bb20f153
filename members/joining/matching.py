from contextlib import suppress

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from spaces.models import Space

from ..models import Organisation
from .duplicates import organisations

NOT_SHOWN = _("You have not seen these as they are now. Tick what should change, and press the button again.")


class MatchForm(forms.Form):
    """Which organisation a request is of, and a tick, off at first, for each change of a space that it has already."""

    NEW, OTHER = "new", "other"
    whose = forms.ChoiceField(
        label=_("Which organisation is it?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose: is it new, or one that we have?")},
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.all(), label=_("Which other?"), required=False, empty_label=_("Choose an organisation")
    )
    changes = forms.MultipleChoiceField(
        label=_("We have these already. What should change?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What you do not tick stays as it is."),
        error_messages={"invalid_choice": NOT_SHOWN},
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["whose"].choices = self.choices
        # Nothing is preset where there are duplicates, lest one of them is made anew by oversight.
        if self.join_request.member:
            self.fields["whose"].initial = str(self.join_request.member_id)
        elif not self.duplicates:
            self.fields["whose"].initial = self.NEW
        self.show_changes()

    @cached_property
    def duplicates(self):
        return organisations(self.join_request)

    @cached_property
    def suggested(self) -> dict[str, Organisation]:
        rows = [self.join_request.member, *(duplicate.row for duplicate in self.duplicates[:5])]
        return {str(row.pk): row for row in rows if row}

    @property
    def choices(self):
        reasons = {duplicate.row: ", ".join(duplicate.reasons) for duplicate in self.duplicates}
        known = [(key, self._label(row, reasons.get(row, ""))) for key, row in self.suggested.items()]
        new = format_html("<strong>{}</strong>: {}", _("A new organisation"), self.join_request.name)
        return [*known, (self.NEW, new), (self.OTHER, _("Another one that we have"))]

    @staticmethod
    def _label(row, reasons):
        about = " – ".join(filter(None, [str(row.get_status_display()), reasons]))
        return format_html("<strong>{}</strong> ({})", row.name, about)

    @cached_property
    def chosen_organisation(self) -> Organisation | None:
        whose = self["whose"].value()
        if whose != self.OTHER:
            return self.suggested.get(whose)
        with suppress(ValidationError):  # which the field shows
            return self.fields["organisation"].clean(self["organisation"].value())

    def show_changes(self):
        self.proposals = Space.objects.proposals(self.spaces, self.chosen_organisation)
        self.fields["changes"].choices = [
            (change.key, f"{proposal.space} – {change}") for proposal in self.proposals for change in proposal.changes
        ]

    @property
    def shown(self) -> str:
        return " ".join(key for key, _label in self.fields["changes"].choices)

    def clean_changes(self):
        # Another organisation may be chosen than the one whose spaces were shown, or somebody has changed them since.
        if self.shown and self.data.get("shown") != self.shown:
            raise ValidationError(NOT_SHOWN)
        return self.cleaned_data["changes"]
