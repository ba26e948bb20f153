"""The form for joining as its page shows it: the organisation, its spaces, and answers of the registers."""

from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms.models import model_to_dict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.http import ServiceUnavailable
from norway import registers
from norway.address_search import Suggestion, find_address, read_suggestion
from norway.limits import lookup_allowed
from norway.places import postal_place
from norway.validators import clean_organisation_number, validate_organisation_number

from . import first_mail, limits
from .forms import MAX_SPACES, ApplicationForm, CorrectionForm, RequestedSpaces, SubmissionField, pinned
from .models import JoinRequest, TooLate

BEFORE_SPACES = {"member", "organisation_number", "name", "website"}  # on the page


class ErrorLine(NamedTuple):
    """A line of the error summary; without an anchor it is about the form as a whole."""

    anchor: str
    label: str
    message: str


class Answer(NamedTuple):
    """The result of a look-up for `about`: "organisation" or a row's number."""

    about: str | int
    message: str
    suggestions: list[Suggestion] = []


class Application:
    """The two forms of one page. Data with `do` is an action on the form as it stands, which is not validated."""

    def __init__(self, data=None, *, client: str = "", correcting: JoinRequest | None = None):
        self.client, self.correcting = client, correcting
        self.form_class = CorrectionForm if correcting else ApplicationForm
        self.answer, self.focus, self.is_refused = None, "", False
        self.is_sent = data is not None and "do" not in data
        if self.is_sent:
            self.form, self.spaces = self.form_class(data), RequestedSpaces(data)
        elif data is not None:
            self.raw = raw_values(self.form_class(data))
            self.space_rows = [with_town(raw_values(row)) for row in RequestedSpaces(data)]
            self.handle_action(data["do"])
            self.prefill(self.raw, self.space_rows)
        elif correcting:
            rows = [model_to_dict(space) for space in correcting.spaces.all()]
            self.prefill(model_to_dict(correcting), [row | {"pinned": pinned(row)} for row in rows])
        else:
            self.prefill({}, [])

    def prefill(self, values, rows):
        self.form, self.spaces = self.form_class(initial=values), RequestedSpaces(initial=rows)

    def is_valid(self) -> bool:
        valid = self.form.is_valid() & self.spaces.is_valid()
        if self.form.has_error("submission", "unknown"):
            self.renew_submission()
        elif len(self.form.errors) > 1 or not self.spaces.is_valid():
            # With other faults to correct it will not be as fast again.
            self.form.errors.pop("submission", None)
        return valid

    def renew_submission(self):
        data = self.form.data.copy()
        data["submission"] = SubmissionField.new()
        self.form.data = data

    @transaction.atomic
    def submit(self) -> JoinRequest:
        """Store the request once, however often it is sent. Raise ValidationError if a limit is reached."""
        values = self.form.cleaned_data | {"language": get_language()}
        submission, _trap = values.pop("submission"), values.pop("fax")
        try:
            join_request, mailed = JoinRequest.objects.submit(submission, values, self.spaces.filled)
        except TooLate:
            self.renew_submission()
            message = _("You have already sent and confirmed this. Is it another application? Then send it again.")
            raise ValidationError(message) from None
        # Last, as it raises: the transaction then takes back the request and its mail.
        if mailed:
            first_mail.count(join_request, self.client)
        return join_request

    @transaction.atomic
    def correct(self):
        """Raise ValidationError if it is decided already, or a limit is reached."""
        try:
            self.correcting.correct(self.form.cleaned_data, self.spaces.filled)
        except TooLate:
            message = _("The application has been decided in the meantime, so nothing can be corrected any more.")
            raise ValidationError(message) from None
        if not limits.correction_allowed(self.correcting):
            raise ValidationError(_("You have corrected it many times today. Try again tomorrow."))

    def add_error(self, error: ValidationError):
        self.form.add_error(None, error)

    @property
    def error_summary(self) -> list[ErrorLine]:
        if not self.is_sent:
            return []
        before, after = [], []
        for field in self.form:
            (before if field.name in BEFORE_SPACES else after).extend(field_errors(field))
        whole = [*self.form.non_field_errors(), *(message for row in self.spaces for message in row.non_field_errors())]
        # "Tell us of one space" would only repeat what the row's own errors say.
        if not any(row.errors for row in self.spaces):
            whole += self.spaces.non_form_errors()
        rows = [line for number, row in enumerate(self.spaces, 1) for line in self.row_errors(number, row)]
        return [*(ErrorLine("", "", message) for message in whole), *before, *rows, *after]

    def row_errors(self, number: int, row) -> list[ErrorLine]:
        lines = [line for field in row for line in field_errors(field)]
        # One space is "the space": a number would ask where the others are.
        if len(self.spaces.forms) == 1:
            return lines
        space = _("Space %(number)s") % {"number": number}
        return [line._replace(label=f"{space}, {line.label}") for line in lines]

    @property
    def is_full(self) -> bool:
        return len(self.spaces.forms) >= MAX_SPACES

    def handle_action(self, action: str):
        """Take again, organisation, add, remove-<row>, address-<row>, choose-<row>-<suggestion>; ignore others."""
        verb, _dash, rest = action.partition("-")
        row, _dash, value = rest.partition("-")
        index = next((index for index in range(len(self.space_rows)) if str(index) == row), None)
        if verb == "organisation":
            self.focus, self.answer = "organisation-answer", Answer("organisation", self.look_up_organisation())
        elif verb == "add" and len(self.space_rows) < MAX_SPACES:
            self.space_rows.append({})
            self.focus = f"spaces-{len(self.space_rows) - 1}"
        elif verb == "again":
            self.is_refused = True
        elif index is not None and verb == "remove":
            del self.space_rows[index]
            self.focus = "spaces-heading"
        elif index is not None and verb == "address":
            self.focus, self.answer = f"address-answer-{index}", self.look_up_address(index)
        elif index is not None and verb == "choose":
            message = self.apply_suggestion(self.space_rows[index], value)
            self.focus, self.answer = f"address-answer-{index}", Answer(index, message)

    def look_up_organisation(self) -> str:
        """Fill in what is empty by the register; return a message."""
        number = clean_organisation_number(self.raw.get("organisation_number") or "")
        try:
            validate_organisation_number(number)
        except ValidationError as error:
            return error.messages[0]
        if not lookup_allowed(self.client):
            return _("You have looked things up very often. Write it yourself, or wait an hour.")
        try:
            found = registers.organisation(number)
        except ServiceUnavailable:
            return _(
                "The register is not answering just now. Write the name and address yourself; everything else works."
            )
        if found is None:
            return _("The register knows no organisation with this number. Is it right?")
        fill_blanks(self.raw, name=registers.in_ordinary_case(found.name), website=found.website)
        if self.space_rows:
            fill_blanks(self.space_rows[0], address=found.address, postal_code=found.postal_code, town=found.town)
        if found.deleted_on or found.is_bankrupt or found.is_winding_up:
            return _("%(name)s is deleted, bankrupt or being wound up, the register says. Is the number right?") % {
                "name": found.name
            }
        return _("The register says: %(name)s, %(address)s. We have filled in what was empty.") % {
            "name": found.name,
            "address": ", ".join(filter(None, [found.address, f"{found.postal_code} {found.town}".strip()])) or "–",
        }

    def look_up_address(self, index: int) -> Answer:
        unavailable = _(
            "The address search is not answering just now. Leave it as you wrote it, and we will place the pin."
        )
        message, found = find_address(self.space_rows[index], self.client, unavailable=unavailable)
        suggestions = [each._replace(value=f"choose-{index}-{each.value}") for each in found]
        return Answer(index, message, suggestions)

    def apply_suggestion(self, row: dict, value: str) -> str:
        values = read_suggestion(value)
        if not values:
            return _("Choose an address again.")
        row |= values
        row["pinned"] = pinned(row)
        return _("The pin stands at %(address)s.") % {"address": row["address"]}


def raw_values(form) -> dict:
    return {name: form[name].data for name in form.fields}


def with_town(row: dict) -> dict:
    place = postal_place((row.get("postal_code") or "").strip())
    return row | {"town": row.get("town") or place.town} if place else row


def fill_blanks(values: dict, **found: str):
    for name, value in found.items():
        values[name] = values.get(name) or value


def field_errors(field) -> list[ErrorLine]:
    anchor = f"{field.auto_id}_0" if field.use_fieldset else field.auto_id  # the first of several radio buttons
    return [ErrorLine("" if field.is_hidden else anchor, field.label, message) for message in field.errors]
