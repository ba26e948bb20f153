"""What a visitor needs to know before coming; all of it may be left open, and then nothing is said of it."""

from functools import cached_property

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.fields import HttpsField

from .practical_words import Row, practical_rows

SEATS = " + "  # between those of one meeting room and of the next
INVALID_SEATS = _("Write how many can sit in each room, with + between: 6 + 10.")
MAX_PRICE = 100_000
BLANK = {"blank": True, "default": "", "db_default": ""}  # by the database, too, for the release before
NEEDS_CONSENT = _("Tick that the person has said yes to be named, or leave the name out.")


class Answer(models.TextChoices):
    """To a question that may be left open, which is a blank."""

    YES = "yes", _("yes")
    NO = "no", _("no")


class Language(models.TextChoices):
    """What is mostly spoken in Norwegian houses, by ISO 639."""

    NORWEGIAN = "no", pgettext_lazy("language", "Norwegian")
    ENGLISH = "en", pgettext_lazy("language", "English")
    SAMI = "se", pgettext_lazy("language", "Northern Sámi")
    SIGN_LANGUAGE = "nsl", pgettext_lazy("language", "Norwegian Sign Language")
    SWEDISH = "sv", pgettext_lazy("language", "Swedish")
    DANISH = "da", pgettext_lazy("language", "Danish")
    FINNISH = "fi", pgettext_lazy("language", "Finnish")
    GERMAN = "de", pgettext_lazy("language", "German")
    FRENCH = "fr", pgettext_lazy("language", "French")
    SPANISH = "es", pgettext_lazy("language", "Spanish")
    POLISH = "pl", pgettext_lazy("language", "Polish")
    UKRAINIAN = "uk", pgettext_lazy("language", "Ukrainian")
    ARABIC = "ar", pgettext_lazy("language", "Arabic")


class AnswerField(models.CharField):
    def __init__(self, *args, **options):
        choices = [("", _("not told")), *Answer.choices]
        super().__init__(*args, **{"max_length": 3, "choices": choices} | BLANK | options)


def validate_year(year: int):
    if not 1800 <= year <= timezone.localdate().year:
        raise ValidationError(_("Write the year with four digits. It cannot be one to come."))


def validate_languages(codes: str):
    if set(codes.split()) - set(Language.values):
        raise ValidationError(_("Choose among the languages of the list."))


class Practical(models.Model):
    """The practical facts of a space."""

    ANSWERS = ("step_free", "lift", "accessible_toilet", "trial_day")
    PERSONAL = ("welcomed_by", "welcome_consent")  # people are not content: these are in no history

    desks = models.PositiveSmallIntegerField(
        _("desks"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(9999)],
        help_text=_("How many people can sit and work there at once."),
    )
    meeting_rooms = models.CharField(
        _("meeting rooms"),
        max_length=80,
        **BLANK,
        validators=[RegexValidator(r"^[1-9][0-9]{0,2}( \+ [1-9][0-9]{0,2})*\Z", INVALID_SEATS)],
    )
    day_price = models.PositiveIntegerField(
        _("price for a day"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MAX_PRICE)],
        help_text=_("Whole kroner for one person, VAT included. From a price without VAT: add a quarter. Free is 0."),
    )
    month_price = models.PositiveIntegerField(
        _("price for a month"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MAX_PRICE)],
        help_text=_("The cheapest desk for a month, for one person, VAT included; shown as “from”."),
    )
    trial_day = AnswerField(_("free trial day"))
    booking_url = HttpsField(
        _("booking page"), max_length=300, help_text=_("Where one books a desk or a room oneself."), **BLANK
    )
    # Codes with spaces between, in the order of the list.
    languages = models.CharField(_("languages spoken"), max_length=60, validators=[validate_languages], **BLANK)
    step_free = AnswerField(_("step-free entrance"))
    lift = AnswerField(_("lift"))
    accessible_toilet = AnswerField(_("wheelchair-accessible toilet"))
    since = models.PositiveSmallIntegerField(
        _("opened (year)"), null=True, blank=True, validators=[validate_year], help_text=_("When the space opened.")
    )
    welcomed_by = models.CharField(
        _("who welcomes"),
        max_length=30,
        **BLANK,
        validators=[
            RegexValidator(
                r"^[^\W\d_]+(?:[-'’ ][^\W\d_]+)?\Z",
                _("Write a first name and nothing else, such as Kari or Ole Martin."),
            )
        ],
        help_text=_("A first name only, shown to everybody. Earlier names are kept nowhere."),
    )
    welcome_consent = models.BooleanField(
        _("has said yes to be named"),
        default=False,
        db_default=False,
        help_text=_("The person knows that the name is shown here, and may take the yes back at any time."),
    )

    class Meta:
        abstract = True

    @property
    def room_seats(self) -> list[int]:
        return [int(seats) for seats in self.meeting_rooms.split(SEATS)] if self.meeting_rooms else []

    @property
    def language_names(self) -> list[str]:
        return [str(Language(code).label) for code in self.languages.split() if code in Language.values]

    @cached_property
    def practical_rows(self) -> list[Row]:
        return practical_rows(self)


PRACTICAL_CONSTRAINTS = [
    models.CheckConstraint(
        condition=Q(**{f"{field}__in": ["", "yes", "no"] for field in Practical.ANSWERS}),
        name="space_answers_known",
        violation_error_message=_("Choose yes, no or not told."),
    ),
    models.CheckConstraint(
        condition=Q(welcomed_by="", welcome_consent=False) | (~Q(welcomed_by="") & Q(welcome_consent=True)),
        name="space_named_by_consent",
        violation_error_message=NEEDS_CONSENT,
    ),
]
