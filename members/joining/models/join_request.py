from django.conf import settings
from django.core import signing
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField
from post_office.models import Email

from core.fields import WebsiteField
from core.history import difference
from core.slugs import free_slug
from norway.validators import validate_organisation_number

from ...models import ContactPerson, Organisation
from .. import emails
from .corrections import changes, snapshot
from .elements import Elements
from .enumerations import Kind, State
from .exceptions import CriteriaNotMet, TooLate
from .querysets import JoinRequestQuerySet

NONCE = 22  # letters and digits: about 130 bits


def new_nonce() -> str:
    return get_random_string(NONCE)


class JoinRequest(Elements):
    """What a space's manager sent in to become a member. It has no history, as it names a person."""

    State = State

    class Purpose(models.TextChoices):
        """What the token of a mailed link opens."""

        CONFIRM = "confirm"
        PAGE = "page"

    UNDECIDED = [State.RECEIVED, State.IN_REVIEW, State.WAITING]
    REFUSED = [State.DECLINED, State.WITHDRAWN]

    state = models.CharField(_("status"), max_length=12, choices=State, default=State.UNCONFIRMED)
    waits_since = models.DateTimeField(_("since"), default=timezone.now)
    created = models.DateTimeField(_("sent"), default=timezone.now)
    reminded = models.BooleanField(default=False, db_default=False)
    overdue_notified = models.BooleanField(default=False, db_default=False)
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
    contact_person = models.ForeignKey(ContactPerson, models.SET_NULL, null=True, editable=False, related_name="+")
    name = models.CharField(_("organisation"), max_length=120)
    organisation_number = models.CharField(
        _("organisation number"), max_length=9, blank=True, validators=[validate_organisation_number]
    )
    website = WebsiteField(_("website"), blank=True, max_length=300)
    message = models.TextField(_("message"), blank=True, max_length=1500)
    contact_name = models.CharField(_("name"), max_length=120)
    contact_email = models.EmailField(_("e-mail"))
    contact_phone = PhoneNumberField(_("telephone"), blank=True)

    objects = JoinRequestQuerySet.as_manager()

    class Meta:
        app_label = "members"
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
        """Return "coordinators", "applicant", or nothing."""
        if self.state in (self.State.RECEIVED, self.State.IN_REVIEW):
            return "coordinators"
        return "applicant" if self.state in (self.State.UNCONFIRMED, self.State.WAITING) else ""

    @property
    def current_state(self) -> State:
        return State(self.state)

    @property
    def is_undecided(self):
        return self.state in self.UNDECIDED

    @property
    def is_refused(self):
        return self.state in self.REFUSED

    @property
    def question(self) -> str:
        return self._last_text(Kind.ASKED)

    @property
    def reason(self) -> str:
        return self._last_text(Kind.DECLINED)

    def _last_text(self, kind):
        texts = [event.text for event in self.visible_events if event.kind == kind]
        return texts[-1] if texts else ""

    @cached_property
    def visible_events(self) -> list:
        return list(self.events.for_applicant().select_related("by"))

    @property
    def reviewer_name(self) -> str:
        return self.reviewer.get_full_name() if self.reviewer else ""  # no applicant may know a user name

    def token(self, purpose: Purpose) -> str:
        """Return what opens a page of the request: for a mail to the applicant, and for nobody else."""
        return signing.dumps([self.pk, getattr(self, f"{purpose.value}_nonce")], salt=purpose.value)

    @property
    def confirm_token(self):
        return self.token(self.Purpose.CONFIRM)

    @property
    def page_token(self):
        return self.token(self.Purpose.PAGE)

    @transaction.atomic
    def change_email(self, email: str):
        """Change the e-mail address and invalidate earlier links."""
        values = {"contact_email": email, "page_nonce": new_nonce(), "confirm_nonce": new_nonce(), "reminded": False}
        self._transition([self.State.UNCONFIRMED], self.State.UNCONFIRMED, **values)
        emails.confirm_address(self)

    @transaction.atomic
    def confirm(self):
        # The nonce is another one if the address was changed since this row was read.
        same_link = {"confirm_nonce": self.confirm_nonce}
        self._transition([self.State.UNCONFIRMED], self.State.RECEIVED, same_link, confirm_nonce="")
        self._record(Kind.CONFIRMED)
        emails.received(self)
        emails.new_request(self)

    @transaction.atomic
    def start_review(self, *, by):
        self._transition([self.State.RECEIVED], self.State.IN_REVIEW, reviewer=by)
        self._record(Kind.TAKEN, by=by)
        emails.in_review(self)

    @transaction.atomic
    def assess(self, *, by, note: str = "", **criteria: bool):
        """Store the criteria, if it is undecided, and a note for the coordinators' eyes, at any time."""
        if criteria and (changes := self._tick(criteria)):
            self._record(Kind.ASSESSED, by=by, text=changes)
        if note:
            self._record(Kind.NOTED, by=by, text=note)

    @transaction.atomic
    def ask(self, question: str, *, by):
        self._transition([self.State.RECEIVED, self.State.IN_REVIEW], self.State.WAITING, reviewer=by)
        self._record(Kind.ASKED, by=by, text=question)
        emails.question(self, question)

    @transaction.atomic
    def answer(self, text: str):
        self._transition([self.State.WAITING], self.State.IN_REVIEW)
        self._record(Kind.ANSWERED, text=text)
        emails.answer_received(self)
        emails.new_answer(self)

    @transaction.atomic
    def correct(self, values: dict, spaces: list[dict]):
        before = snapshot(JoinRequest.objects.select_for_update().get(pk=self.pk))
        self._update(self.UNDECIDED, **values)
        self.replace_spaces(spaces)
        self._record(Kind.CORRECTED, changes=changes(before, snapshot(self)))
        emails.corrected(self)

    @transaction.atomic
    def withdraw(self):
        self._transition([self.State.UNCONFIRMED, *self.UNDECIDED], self.State.WITHDRAWN, confirm_nonce="")
        self._record(Kind.WITHDRAWN)
        emails.withdrawn(self)

    @transaction.atomic
    def decline(self, reason: str, *, by):
        self._transition(self.UNDECIDED, self.State.DECLINED, reviewer=by)
        self._record(Kind.DECLINED, by=by, text=reason)
        emails.declined(self, reason)

    @transaction.atomic
    def approve(
        self, *, by, organisation: Organisation | None = None, accepted=(), description: str = "", **criteria: bool
    ):
        """Make the organisation a member, with every space requested; without one, the applicant's or a new one.

        The criteria are stored first. Of spaces that it has already, only the accepted changes are made: keys of
        `SpaceQuerySet.proposals()`. A description is the single space's, or the organisation's of several.
        Return the organisation.
        Raise, with nothing done, CriteriaNotMet, NumberTaken, StaleChanges, or UnknownPlace if a space cannot be
        located.
        """
        if criteria:
            self._tick(criteria)
        # Locked, or somebody could untick one of the three between this look and the transition.
        locked = JoinRequest.objects.select_for_update().get(pk=self.pk)
        if locked.is_undecided and not locked.meets_all:
            raise CriteriaNotMet
        self._transition(self.UNDECIDED, self.State.APPROVED, reviewer=by)
        if not organisation:
            organisation = self.member or Organisation(name=self.name, slug=free_slug(Organisation, self.name))
        was_member = organisation.is_member
        organisation.join(by=by, number=self.organisation_number, website=self.website)
        requested = list(self.spaces.all())
        spaces = organisation.spaces.create_or_change_from_requests(
            requested, by=by, organisation=organisation, accepted=accepted
        )
        for row, row.space in zip(requested, spaces, strict=True):
            row.save(update_fields=["space"])
        self.describe(spaces[0] if len(spaces) == 1 else organisation, description, by=by)
        self.member = organisation
        self.contact_person = ContactPerson.objects.create_from_request(self, organisation)
        self.save(update_fields=["member", "contact_person"])
        self._record(Kind.APPROVED, by=by)
        visible = [space for space in spaces if space.is_public]
        emails.approved(self, organisation, visible, was_member=was_member)
        return organisation

    @transaction.atomic
    def erase(self):
        """Delete the request with its mails and the contact person. Raise TooLate if it waits for the coordinators."""
        locked = JoinRequest.objects.select_for_update().filter(pk=self.pk).first()
        if locked is None:
            return
        if locked.waits_for == "coordinators":
            raise TooLate(locked)
        mails = Email.objects.filter(pk__in=locked.mails.values("pk"))
        list(mails.select_for_update())  # else a sender could log a failure in between, which would keep its mail
        mails.delete()
        ContactPerson.objects.erase_of_request(locked)
        locked.delete()

    def replace_spaces(self, spaces: list[dict]):
        self.spaces.all().delete()
        for values in spaces:
            self.spaces.create(**values)

    def _tick(self, criteria: dict[str, bool]) -> str:
        """Store the criteria; return what was ticked and unticked, for the history."""
        stored = JoinRequest.objects.select_for_update().get(pk=self.pk)
        labels = {name: self._meta.get_field(name).verbose_name for name in self.CRITERIA}
        before = [label for name, label in labels.items() if getattr(stored, name)]
        after = [label for name, label in labels.items() if criteria[name]]
        self._update(self.UNDECIDED, **{name: criteria[name] for name in self.CRITERIA})
        return difference(before, after)

    def _record(self, kind, *, by=None, text="", changes=()):
        self.events.create(kind=kind, by=by, text=text, changes=list(changes))

    def _transition(self, sources, target, conditions=None, **values):
        values |= {"state": target, "waits_since": timezone.now(), "overdue_notified": False}
        self._update(sources, conditions, **values)

    def _update(self, states, conditions=None, **values):
        """Claim the row by a conditional UPDATE; raise TooLate if it is in none of the states any more."""
        updated = JoinRequest.objects.filter(pk=self.pk, state__in=states, **(conditions or {})).update(**values)
        self.refresh_from_db()
        if not updated:
            raise TooLate(self)

    erase.alters_data = approve.alters_data = True
