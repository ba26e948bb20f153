from django.conf import settings
from django.core import signing
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField
from post_office.models import Email

from ..fields import WebsiteField
from ..join import emails
from ..slugs import free_slug
from ..validators import validate_organisation_number
from .join_request_queryset import JoinRequestQuerySet
from .organisation import Organisation
from .refusals import CriteriaNotMet, NumberTaken, TooLate

NONCE = 22  # letters and digits: about 130 bits


def new_nonce() -> str:
    return get_random_string(NONCE)


class JoinRequest(models.Model):
    """What a space's manager sent in to become a member, and where it stands. Without history: it names a person."""

    class State(models.TextChoices):
        UNCONFIRMED = "unconfirmed", _("not confirmed")
        RECEIVED = "received", _("received")
        IN_REVIEW = "in_review", _("in review")
        WAITING = "waiting", _("waiting for the applicant")
        APPROVED = "approved", _("approved")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Purpose(models.TextChoices):
        """What the token in a mailed link is for."""

        CONFIRM = "confirm"
        PAGE = "page"

    UNDECIDED = [State.RECEIVED, State.IN_REVIEW, State.WAITING]
    REFUSED = [State.DECLINED, State.WITHDRAWN]
    CRITERIA = ["has_place", "has_community", "has_facilitation"]

    state = models.CharField(_("status"), max_length=12, choices=State, default=State.UNCONFIRMED)
    waits_since = models.DateTimeField(_("since"), default=timezone.now)
    created = models.DateTimeField(_("sent"), default=timezone.now)
    reminded = models.BooleanField(default=False, db_default=False)
    overdue_told = models.BooleanField(default=False, db_default=False)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("in review by")
    )
    language = models.CharField(max_length=2, choices=settings.LANGUAGES, default="nb")
    submission = models.UUIDField(unique=True, help_text=_("Made with the form: sent twice, it is one request."))
    page_nonce = models.CharField(max_length=NONCE, default=new_nonce)
    confirm_nonce = models.CharField(max_length=NONCE, default=new_nonce, blank=True)
    mails = models.ManyToManyField(Email, related_name="+", editable=False)

    member = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, blank=True, related_name="join_requests", verbose_name=_("member")
    )
    name = models.CharField(_("organisation"), max_length=120)
    organisation_number = models.CharField(
        _("organisation number"), max_length=9, blank=True, validators=[validate_organisation_number]
    )
    website = WebsiteField(_("website"), blank=True, max_length=300)
    place = models.TextField(_("the place"), max_length=1500)
    community = models.TextField(_("the community"), max_length=1500)
    facilitation = models.TextField(_("the facilitation"), max_length=1500)
    message = models.TextField(_("message"), blank=True, max_length=1500)
    contact_name = models.CharField(_("name"), max_length=120)
    contact_email = models.EmailField(_("e-mail"))
    contact_phone = PhoneNumberField(_("telephone"), blank=True)

    has_place = models.BooleanField(_("the place is there"), default=False, db_default=False)
    has_community = models.BooleanField(_("the community is there"), default=False, db_default=False)
    has_facilitation = models.BooleanField(_("the facilitation is there"), default=False, db_default=False)

    objects = JoinRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("join request")
        verbose_name_plural = _("join requests")
        ordering = ["waits_since", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["unconfirmed", "received", "in_review", "waiting", "approved", "declined", "withdrawn"]
                ),
                name="join_request_state_known",
                violation_error_message=_("Choose one of the statuses."),
            ),
            models.CheckConstraint(
                condition=Q(state="unconfirmed") | Q(confirm_nonce=""),
                name="join_request_confirmed_once",
                violation_error_message=_("A confirmed request cannot be confirmed again."),
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(has_place=True, has_community=True, has_facilitation=True),
                name="join_request_approved_if_all_three",
                violation_error_message=_("All three must be there: the place, the community, the facilitation."),
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def waits_for(self) -> str:
        """Whose turn it is: "coordinators", "applicant", or nobody's."""
        if self.state in (self.State.RECEIVED, self.State.IN_REVIEW):
            return "coordinators"
        return "applicant" if self.state in (self.State.UNCONFIRMED, self.State.WAITING) else ""

    @property
    def is_undecided(self):
        return self.state in self.UNDECIDED

    @property
    def meets_all(self):
        return all(getattr(self, name) for name in self.CRITERIA)

    @property
    def is_refused(self):
        return self.state in self.REFUSED

    @property
    def question(self) -> str:
        """What the applicant was asked last."""
        return self._said_last("asked")

    @property
    def reason(self) -> str:
        """Why it was declined."""
        return self._said_last("declined")

    def _said_last(self, what):
        said = [event.text for event in self.steps if event.what == what]
        return said[-1] if said else ""

    @cached_property
    def steps(self) -> list:
        """The events that the applicant may see, the first one first."""
        return list(self.events.for_applicant().select_related("by"))

    @property
    def reviewer_name(self) -> str:
        """As the applicant may know the coordinator: never by a user name."""
        return self.reviewer.get_full_name() if self.reviewer else ""

    def token(self, purpose: Purpose) -> str:
        """To be mailed to the applicant and to nobody else."""
        return signing.dumps([self.pk, getattr(self, f"{purpose.value}_nonce")], salt=purpose.value)

    @property
    def confirm_token(self):
        return self.token(self.Purpose.CONFIRM)

    @property
    def page_token(self):
        return self.token(self.Purpose.PAGE)

    @transaction.atomic
    def move_to(self, email: str):
        """Write to another address instead: what went to the one before opens nothing any more."""
        self._move(
            [self.State.UNCONFIRMED],
            self.State.UNCONFIRMED,
            contact_email=email,
            page_nonce=new_nonce(),
            confirm_nonce=new_nonce(),
            reminded=False,
        )
        emails.confirm_address(self)

    @transaction.atomic
    def confirm(self):
        """TooLate also where another address was given since this row was read."""
        self._move(
            [self.State.UNCONFIRMED], self.State.RECEIVED, {"confirm_nonce": self.confirm_nonce}, confirm_nonce=""
        )
        self._tell("confirmed")
        emails.received(self)
        emails.new_request(self)

    @transaction.atomic
    def take(self, *, by):
        self._move([self.State.RECEIVED], self.State.IN_REVIEW, reviewer=by)
        self._tell("taken", by=by)
        emails.in_review(self)

    @transaction.atomic
    def assess(self, *, by, note: str = "", **criteria: bool):
        """Tick the criteria that are met, while it is not decided; and note for coordinators alone, at any time."""
        if criteria:
            self._change({name: criteria[name] for name in self.CRITERIA})
        if note:
            self._tell("noted", by=by, text=note)

    @transaction.atomic
    def ask(self, question: str, *, by):
        self._move([self.State.RECEIVED, self.State.IN_REVIEW], self.State.WAITING, reviewer=by)
        self._tell("asked", by=by, text=question)
        emails.question(self, question)

    @transaction.atomic
    def answer(self, text: str):
        self._move([self.State.WAITING], self.State.IN_REVIEW)
        self._tell("answered", text=text)
        emails.answer_received(self)
        emails.new_answer(self)

    @transaction.atomic
    def correct(self, values: dict, spaces: list[dict]):
        """Replace what was sent, while it is not decided."""
        self._change(values)
        self.replace_spaces(spaces)
        self._tell("corrected")
        emails.corrected(self)

    @transaction.atomic
    def withdraw(self):
        self._move([self.State.UNCONFIRMED, *self.UNDECIDED], self.State.WITHDRAWN, confirm_nonce="")
        self._tell("withdrawn")
        emails.withdrawn(self)

    @transaction.atomic
    def decline(self, reason: str, *, by):
        self._move(self.UNDECIDED, self.State.DECLINED, reviewer=by)
        self._tell("declined", by=by, text=reason)
        emails.declined(self, reason)

    @transaction.atomic
    def approve(self, *, by, organisation: Organisation | None = None) -> Organisation:
        """Make a member of the organisation, the known one that is given or a new one, with every space asked for.

        CriteriaNotMet unless all three are ticked, NumberTaken where another organisation has the number, UnknownPlace
        where a space's county or position is not known: each with nothing done.
        """
        locked = JoinRequest.objects.select_for_update().get(pk=self.pk)
        if locked.is_undecided and not locked.meets_all:
            raise CriteriaNotMet
        self._move(self.UNDECIDED, self.State.APPROVED, reviewer=by)
        organisation = organisation or self.member
        organisation = organisation or Organisation(name=self.name, slug=free_slug(Organisation, self.name))
        self._refuse_taken_number(organisation)
        try:
            with transaction.atomic():
                organisation.join(by=by, number=self.organisation_number, website=self.website)
        except IntegrityError:
            self._refuse_taken_number(organisation)  # taken at this very moment
            raise
        spaces = [
            organisation.spaces.establish(by=by, organisation=organisation, requested=space)
            for space in self.spaces.all()
        ]
        self.member = organisation
        self.save(update_fields=["member"])
        self._tell("approved", by=by)
        emails.approved(self, organisation, spaces)
        return organisation

    @transaction.atomic
    def erase(self):
        """Leave nothing of it, in the outbox neither. TooLate where it waits for the coordinators (again)."""
        locked = JoinRequest.objects.select_for_update().filter(pk=self.pk).first()
        if locked is None:
            return
        if locked.waits_for == "coordinators":
            raise TooLate(locked)
        mails = Email.objects.filter(pk__in=locked.mails.values("pk"))
        list(mails.select_for_update())  # else a sender could log a failure in between, which would keep its mail
        mails.delete()
        locked.delete()

    def replace_spaces(self, spaces: list[dict]):
        self.spaces.all().delete()
        for values in spaces:
            self.spaces.create(**values)

    def _refuse_taken_number(self, organisation):
        taken = Organisation.objects.filter(organisation_number=self.organisation_number or None)
        if other := taken.exclude(pk=organisation.pk).first():
            raise NumberTaken(other)

    def _tell(self, what, *, by=None, text=""):
        self.events.create(what=what, by=by, text=text)

    def _change(self, values):
        """TooLate where it is decided, or not confirmed."""
        changed = JoinRequest.objects.filter(pk=self.pk, state__in=self.UNDECIDED).update(**values)
        self.refresh_from_db()
        if not changed:
            raise TooLate(self)

    def _move(self, sources, target, still=None, **values):
        """Claim the row by a conditional UPDATE; TooLate where it is in none of the source states any more."""
        claimed = JoinRequest.objects.filter(pk=self.pk, state__in=sources, **(still or {})).update(
            state=target, waits_since=timezone.now(), overdue_told=False, **values
        )
        self.refresh_from_db()
        if not claimed:
            raise TooLate(self)

    erase.alters_data = approve.alters_data = True
