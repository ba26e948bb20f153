"""The form for joining as its page sees it: the organisation, its spaces, and what the registers were asked."""

import json
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms.models import model_to_dict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .. import registers
from ..models import JoinRequest, TooLate
from ..outside import Unavailable, one_line
from ..validators import validate_organisation_number
from . import limits
from .forms import MOST_SPACES, ApplicationForm, CorrectionForm, RequestedSpaces, SubmissionField

NOT_STORED = {"submission", "fax"}
BEFORE_SPACES = {"member", "organisation_number", "name", "website"}  # on the page
LONGEST_CHOICE = 200  # characters of each value of a hit


class Fault(NamedTuple):
    """A line of the summary of errors; without an anchor it is about the form as a whole."""

    anchor: str
    label: str
    message: str


class Answer(NamedTuple):
    """What a register was asked and said; `about` is "organisation" or a row's number."""

    about: str | int
    message: str
    hits: list["Hit"] = []


class Hit(NamedTuple):
    label: str
    value: str


class Application:
    """The two forms of one page. What is posted with `do` is a wish to look up or to add, and is not validated."""

    def __init__(self, data=None, *, client: str = "", correcting: JoinRequest | None = None):
        self.client, self.correcting = client, correcting
        self.form_class = CorrectionForm if correcting else ApplicationForm
        self.answer, self.focus = None, ""
        self.is_sent = data is not None and "do" not in data
        if self.is_sent:
            self.form, self.spaces = self.form_class(data), RequestedSpaces(data)
        elif data is not None:
            self.typed, self.rows = typed_in(self.form_class(data)), [typed_in(row) for row in RequestedSpaces(data)]
            self.do(data["do"])
            self.show(self.typed, self.rows)
        elif correcting:
            self.show(model_to_dict(correcting), [model_to_dict(space) for space in correcting.spaces.all()])
        else:
            self.show({}, [])

    def show(self, values, rows):
        self.form, self.spaces = self.form_class(initial=values), RequestedSpaces(initial=rows)

    def is_valid(self) -> bool:
        valid = self.form.is_valid() & self.spaces.is_valid()
        if self.form.has_error("submission", "unknown"):
            self.renew_stamp()
        elif len(self.form.errors) > 1 or not self.spaces.is_valid():
            self.form.errors.pop("submission", None)  # it will not be as fast again
        return valid

    def renew_stamp(self):
        data = self.form.data.copy()
        data["submission"] = SubmissionField.new()
        self.form.data = data

    def values(self) -> dict:
        return {name: value for name, value in self.form.cleaned_data.items() if name not in NOT_STORED}

    @transaction.atomic
    def submit(self) -> JoinRequest:
        """Store what was sent, once. ValidationError, and nothing stored, where too much was sent lately."""
        values = self.values() | {"language": get_language()}
        submission = self.form.cleaned_data["submission"]
        try:
            join_request, mailed = JoinRequest.objects.submit(submission, values, self.spaces.filled)
        except TooLate:
            self.renew_stamp()
            message = _("You have sent and confirmed this already. Is it another request? Then send it once more.")
            raise ValidationError(message) from None
        if mailed:
            limits.count_request(self.client, values["contact_email"])
        return join_request

    @transaction.atomic
    def correct(self):
        """ValidationError where it is decided, or was corrected too often lately."""
        try:
            self.correcting.correct(self.values(), self.spaces.filled)
        except TooLate:
            message = _("The request was decided meanwhile, so that nothing can be corrected any more.")
            raise ValidationError(message) from None
        if not limits.correction_allowed(self.correcting):
            raise ValidationError(_("You have corrected it many times today. Try again tomorrow."))

    def refuse(self, error: ValidationError):
        self.form.add_error(None, error)

    @property
    def faults(self) -> list[Fault]:
        """What is wrong, in the order of the page."""
        if not self.is_sent:
            return []
        before = [field for field in self.form if field.name in BEFORE_SPACES]
        after = [field for field in self.form if field.name not in BEFORE_SPACES]
        whole = [*self.form.non_field_errors(), *(message for row in self.spaces for message in row.non_field_errors())]
        if not any(row.errors for row in self.spaces):
            whole += self.spaces.non_form_errors()
        return [
            *(Fault("", "", message) for message in whole),
            *(fault for field in before for fault in faults_of(field)),
            *(fault for number, row in enumerate(self.spaces, 1) for fault in self.faults_of_row(number, row)),
            *(fault for field in after for fault in faults_of(field)),
        ]

    def faults_of_row(self, number: int, row) -> list[Fault]:
        faults = [fault for field in row for fault in faults_of(field)]
        if len(self.spaces.forms) == 1:
            return faults
        space = _("Space %(number)s") % {"number": number}
        return [fault._replace(label=f"{space}, {fault.label}") for fault in faults]

    @property
    def is_full(self) -> bool:
        return len(self.spaces.forms) >= MOST_SPACES

    def do(self, wish: str):
        """One of organisation, add, remove-<row>, address-<row>, choose-<row>-<value of a hit>; others do nothing."""
        verb, _dash, rest = wish.partition("-")
        row, _dash, value = rest.partition("-")
        index = next((index for index in range(len(self.rows)) if str(index) == row), None)
        if verb == "organisation":
            self.focus, self.answer = "organisation-answer", Answer("organisation", self.ask_organisation())
        elif verb == "add" and len(self.rows) < MOST_SPACES:
            self.rows.append({})
            self.focus = f"space-{len(self.rows) - 1}"
        elif index is not None and verb == "remove":
            del self.rows[index]
            self.focus = "spaces-heading"
        elif index is not None and verb == "address":
            self.focus, self.answer = f"address-answer-{index}", self.ask_address(index)
        elif index is not None and verb == "choose":
            self.focus, self.answer = f"address-answer-{index}", Answer(index, self.choose(self.rows[index], value))

    def ask_organisation(self) -> str:
        """Ask the register for the number, fill in what is empty, and say what came of it."""
        number = "".join((self.typed.get("organisation_number") or "").split())
        try:
            validate_organisation_number(number)
        except ValidationError as error:
            return error.messages[0]
        if not limits.lookup_allowed(self.client):
            return _("You have looked up very often. Write it yourself, or wait an hour.")
        try:
            found = registers.organisation(number)
        except Unavailable:
            return _("The register does not answer now. Write name and address yourself; everything else works.")
        if found is None:
            return _("The register knows no organisation with this number. Is it right?")
        fill(self.typed, name=registers.in_ordinary_case(found.name), website=found.website)
        if self.rows:
            fill(self.rows[0], address=found.address, postal_code=found.postal_code, town=found.town)
        if found.deleted_on or found.is_bankrupt or found.is_winding_up:
            return _("%(name)s is deleted, bankrupt or being wound up, the register says. Is the number right?") % {
                "name": found.name
            }
        return _("The register says: %(name)s, %(address)s. We have filled in what was empty.") % {
            "name": found.name,
            "address": ", ".join(filter(None, [found.address, f"{found.postal_code} {found.town}".strip()])) or "–",
        }

    def ask_address(self, index: int) -> Answer:
        row = self.rows[index]
        query = ", ".join(filter(None, (row.get(name) for name in ("address", "postal_code", "town"))))
        if not row.get("address"):
            return Answer(index, _("Write a street and a number first."))
        if not limits.lookup_allowed(self.client):
            return Answer(index, _("You have looked up very often. Write it yourself, or wait an hour."))
        try:
            found = registers.addresses(query)
        except Unavailable:
            return Answer(
                index, _("The search for addresses does not answer now. Leave it as you wrote it; we place the pin.")
            )
        if not found:
            return Answer(index, _("We found no such address. Leave it as you wrote it if it is right."))
        return Answer(index, _("Choose the right one:"), [hit(index, address) for address in found])

    def choose(self, row: dict, value: str) -> str:
        """Take the values of a hit as if they were typed: they are checked when the form is sent."""
        try:
            values = dict(
                zip(["address", "postal_code", "town", "latitude", "longitude"], json.loads(value), strict=True)
            )
        except (ValueError, TypeError, RecursionError):
            return _("Choose an address once more.")
        row |= {name: one_line(str(value), LONGEST_CHOICE) for name, value in values.items()}
        return _("The pin stands at %(address)s.") % {"address": row["address"]}


def typed_in(form) -> dict:
    return {name: form[name].data for name in form.fields}


def fill(values: dict, **found: str):
    """Put in what was found where nothing was typed."""
    for name, value in found.items():
        values[name] = values.get(name) or value


def hit(index: int, address: registers.Address) -> Hit:
    values = [address.text, address.postal_code, address.town, address.latitude, address.longitude]
    label = f"{address.text}, {address.postal_code} {address.town}"
    return Hit(label, f"choose-{index}-{json.dumps(values, ensure_ascii=False)}")


def faults_of(field) -> list[Fault]:
    """Each leads to the control itself; to the first where there are several, to none where it cannot be seen."""
    anchor = f"{field.auto_id}_0" if field.use_fieldset else field.auto_id
    return [Fault("" if field.is_hidden else anchor, field.label, message) for message in field.errors]
