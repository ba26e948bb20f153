from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from ..fields import WebsiteField
from ..slugs import free_slug
from ..validators import validate_organisation_number, validate_postal_code
from .organisation import Organisation

DAYS_TO_CONFIRM = 7
DAYS_TO_REMINDER = 3
DAYS_KEPT = 180  # after a request was declined or withdrawn
NONCE = 22  # letters and digits: about 130 bits


class TooLate(Exception):
    """The step is not open any more: somebody was first. Carries the request as it now stands."""

    def __init__(self, join_request):
        self.join_request = join_request
        super().__init__(join_request.get_state_display())


class JoinRequestQuerySet(models.QuerySet):
    def for_coordinators(self):
        """What waits for a coordinator, the longest wait first."""
        return self.filter(state__in=[JoinRequest.State.RECEIVED, JoinRequest.State.IN_REVIEW]).order_by("waits_since")

    def for_applicants(self):
        return self.filter(state=JoinRequest.State.WAITING).order_by("waits_since")

    def with_token(self, purpose: "JoinRequest.Purpose", token: str):
        """The request whose applicant was given the token, or None for any token that is not right."""
        age = timedelta(days=DAYS_TO_CONFIRM) if purpose == JoinRequest.Purpose.CONFIRM else None
        try:
            key, nonce = signing.loads(token, salt=purpose.value, max_age=age)
        except (signing.BadSignature, TypeError, ValueError):
            return None
        field = f"{purpose.value}_nonce"
        return self.filter(**{"pk": key, field: nonce}).exclude(**{field: ""}).first()

    def to_remind(self):
        """Unconfirmed for a while, and not reminded of it."""
        waited = timezone.now() - timedelta(days=DAYS_TO_REMINDER)
        return self.filter(state=JoinRequest.State.UNCONFIRMED, reminded=False, waits_since__lte=waited)

    def expired(self):
        """Unconfirmed too long, or declined or withdrawn longer ago than they are kept."""
        now = timezone.now()
        return self.filter(
            Q(state=JoinRequest.State.UNCONFIRMED, waits_since__lte=now - timedelta(days=DAYS_TO_CONFIRM))
            | Q(state__in=JoinRequest.REFUSED, waits_since__lte=now - timedelta(days=DAYS_KEPT))
        )


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

    state = models.CharField(_("status"), max_length=12, choices=State, default=State.UNCONFIRMED)
    waits_since = models.DateTimeField(_("since"), default=timezone.now)
    created = models.DateTimeField(_("sent"), default=timezone.now)
    reminded = models.BooleanField(default=False, db_default=False)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("in review by")
    )
    language = models.CharField(max_length=2, choices=settings.LANGUAGES, default="nb")
    submission = models.UUIDField(unique=True, help_text=_("Made with the form: sent twice, it is one request."))
    page_nonce = models.CharField(max_length=NONCE, default=new_nonce)
    confirm_nonce = models.CharField(max_length=NONCE, default=new_nonce, blank=True)

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
    note = models.TextField(_("note"), blank=True, help_text=_("Only coordinators see it."))

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
        ]

    def __str__(self):
        return self.name

    def token(self, purpose: Purpose) -> str:
        """To be mailed to the applicant and to nobody else."""
        return signing.dumps([self.pk, getattr(self, f"{purpose.value}_nonce")], salt=purpose.value)

    @transaction.atomic
    def confirm(self):
        self._move([self.State.UNCONFIRMED], self.State.RECEIVED, confirm_nonce="")
        self._tell(Event.What.CONFIRMED)

    @transaction.atomic
    def take(self, *, by):
        self._move([self.State.RECEIVED], self.State.IN_REVIEW, reviewer=by)
        self._tell(Event.What.TAKEN, by=by)

    @transaction.atomic
    def ask(self, question: str, *, by):
        self._move([self.State.RECEIVED, self.State.IN_REVIEW], self.State.WAITING, reviewer=by)
        self._tell(Event.What.ASKED, by=by, text=question)

    @transaction.atomic
    def answer(self, text: str):
        self._move([self.State.WAITING], self.State.IN_REVIEW)
        self._tell(Event.What.ANSWERED, text=text)

    @transaction.atomic
    def withdraw(self):
        self._move([self.State.UNCONFIRMED, *self.UNDECIDED], self.State.WITHDRAWN, confirm_nonce="")
        self._tell(Event.What.WITHDRAWN)

    @transaction.atomic
    def decline(self, reason: str, *, by):
        self._move(self.UNDECIDED, self.State.DECLINED, reviewer=by)
        self._tell(Event.What.DECLINED, by=by, text=reason)

    @transaction.atomic
    def approve(self, *, by, organisation: Organisation | None = None) -> Organisation:
        """Make a member of the organisation, the known one that is given or a new one, with every space asked for.

        UnknownPlace, and nothing done, where a space's county is not known.
        """
        self._move(self.UNDECIDED, self.State.APPROVED, reviewer=by)
        organisation = (
            organisation or self.member or Organisation(name=self.name, slug=free_slug(Organisation, self.name))
        )
        organisation.join(by=by, number=self.organisation_number, website=self.website)
        for space in self.spaces.all():
            organisation.spaces.establish(
                by=by,
                organisation=organisation,
                name=space.name,
                address=space.address,
                postal_code=space.postal_code,
                town=space.town,
                county=space.county,
                position=(space.latitude, space.longitude) if space.latitude is not None else None,
                is_open=space.is_open,
            )
        self.member = organisation
        self.save(update_fields=["member"])
        self._tell(Event.What.APPROVED, by=by)
        return organisation

    def _tell(self, what, *, by=None, text=""):
        self.events.create(what=what, by=by, text=text)

    def _move(self, sources, target, **values):
        """Claim the row by a conditional UPDATE; TooLate where it is in none of the source states any more."""
        claimed = JoinRequest.objects.filter(pk=self.pk, state__in=sources).update(
            state=target, waits_since=timezone.now(), **values
        )
        self.refresh_from_db()
        if not claimed:
            raise TooLate(self)


class RequestedSpace(models.Model):
    """A space that the applicant wants on the map; a Space is made of it when the request is approved."""

    join_request = models.ForeignKey(JoinRequest, models.CASCADE, related_name="spaces")
    name = models.CharField(_("name of the space"), max_length=120)
    address = models.CharField(_("street address"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=4, blank=True, validators=[validate_postal_code])
    town = models.CharField(_("town"), max_length=80)
    county = models.CharField(_("county"), max_length=2, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    is_open = models.BooleanField(_("it is open already"), default=True, db_default=True)

    class Meta:
        verbose_name = _("space")
        verbose_name_plural = _("spaces")
        ordering = ["pk"]

    def __str__(self):
        return f"{self.name}, {self.town}"


class Event(models.Model):
    """One step of a join request, shown to the coordinators and to the applicant."""

    class What(models.TextChoices):
        CONFIRMED = "confirmed", _("The e-mail address was confirmed")
        TAKEN = "taken", _("A coordinator began to look at it")
        ASKED = "asked", _("A coordinator asked")
        ANSWERED = "answered", _("The applicant answered")
        WITHDRAWN = "withdrawn", _("The applicant withdrew the request")
        DECLINED = "declined", _("The request was declined")
        APPROVED = "approved", _("The request was approved")

    join_request = models.ForeignKey(JoinRequest, models.CASCADE, related_name="events")
    what = models.CharField(max_length=10, choices=What)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    text = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self):
        return self.get_what_display()
