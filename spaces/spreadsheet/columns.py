"""The columns of a file of spaces."""

from functools import partial

from django.utils.translation import gettext_lazy

from norway.forms import OrganisationNumberField

from ..practical import Answer, Language
from .column_set import ColumnSet
from .column_types import (
    AmenitiesColumn,
    ChoiceColumn,
    ChoicesColumn,
    Column,
    CoordinateColumn,
    CountyColumn,
    NumberColumn,
    OpeningHoursColumn,
    OrganisationColumn,
    PhoneColumn,
    PostalCodeColumn,
    SeatsColumn,
    SpaceVersionColumn,
)

YES_OR_NO = ((True, gettext_lazy("yes")), (False, gettext_lazy("no")))

AnswerColumn = partial(ChoiceColumn, choices=Answer.choices, message=gettext_lazy("Write yes or no."))

# In the order of the file.
COLUMNS = [
    partial(
        OrganisationColumn,
        "organisation",
        field="name",
        is_special=True,
        hint=gettext_lazy("One that we do not have is added, as joining soon."),
    ),
    partial(
        OrganisationColumn,
        "organisation_number",
        is_special=True,
        form_class=OrganisationNumberField,
        hint=gettext_lazy("Nine digits. Only needed where two have the same name."),
    ),
    partial(Column, "name"),
    partial(
        Column,
        "slug",
        is_special=True,
        hint=gettext_lazy("Says which space the row changes. Empty: a new space."),
        error_messages={"invalid": gettext_lazy("Use only the letters a to z, digits and hyphens.")},
    ),
    partial(
        ChoiceColumn,
        "status",
        hint=gettext_lazy("Empty for a new space: joining soon."),
        message=gettext_lazy("Choose one of the statuses."),
    ),
    partial(ChoiceColumn, "hidden", choices=YES_OR_NO, message=gettext_lazy("Write yes or no.")),
    partial(Column, "address"),
    partial(PostalCodeColumn, "postal_code", hint=gettext_lazy("Fills in town and county where they are empty.")),
    partial(Column, "town"),
    partial(Column, "municipality"),
    partial(
        CountyColumn,
        "county",
        names_choices=False,
        hint=gettext_lazy("Name or number."),
        message=gettext_lazy("Choose one of the counties."),
    ),
    partial(
        CoordinateColumn,
        "latitude",
        is_special=True,
        hint=gettext_lazy("With comma or point. Empty for a new space: the town centre, approximate."),
    ),
    partial(CoordinateColumn, "longitude", is_special=True),
    partial(
        ChoiceColumn,
        "precision",
        is_special=True,
        message=gettext_lazy("Choose whether the pin is exact or approximate."),
    ),
    partial(OpeningHoursColumn, "opening_hours", hint=gettext_lazy("For example Mo-Fr 08:00-16:00; PH off")),
    partial(Column, "website"),
    partial(Column, "email"),
    partial(PhoneColumn, "phone"),
    partial(AmenitiesColumn, "amenities", is_special=True, hint=gettext_lazy("Names with commas between.")),
    partial(NumberColumn, "desks"),
    partial(SeatsColumn, "meeting_rooms", hint=gettext_lazy("The seats of each, with + between: 6 + 10.")),
    partial(NumberColumn, "day_price", hint=gettext_lazy("Whole kroner for one person, VAT included.")),
    partial(NumberColumn, "month_price", hint=gettext_lazy("Whole kroner for one person, VAT included.")),
    partial(AnswerColumn, "trial_day"),
    partial(Column, "booking_url"),
    partial(
        ChoicesColumn,
        "languages",
        choices=Language.choices,
        hint=gettext_lazy("With commas between."),
        message=gettext_lazy("Choose among the languages of the list."),
    ),
    partial(AnswerColumn, "step_free"),
    partial(AnswerColumn, "lift"),
    partial(AnswerColumn, "accessible_toilet"),
    partial(NumberColumn, "since"),
    partial(Column, "welcomed_by", hint=gettext_lazy("A first name only.")),
    partial(ChoiceColumn, "welcome_consent", choices=YES_OR_NO, message=gettext_lazy("Write yes or no.")),
    partial(Column, "description_nb"),
    partial(Column, "description_en"),
    partial(
        SpaceVersionColumn,
        "version",
        is_special=True,
        hint=gettext_lazy("Leave it as it is: it stops the file from undoing what somebody changed after it was made."),
    ),
]


SPACE_COLUMNS = ColumnSet(COLUMNS)
columns, column_of = SPACE_COLUMNS.make, SPACE_COLUMNS.named
SPECIAL_COLUMNS = frozenset(name for name, column in columns().items() if column.is_special)
ORGANISATION_COLUMNS = ("organisation", "organisation_number")
