from collections import defaultdict
from functools import reduce
from hashlib import sha256
from operator import or_
from typing import NamedTuple

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mail.addresses import address_key, is_mailbox
from norway.counties import County
from spaces.admin_tasks import ATTENTION
from spaces.models import Space

from ..models import ContactPerson, Organisation

ANY_GAP = "any"
GAPS = {verb: label for verb, label in ATTENTION.items() if verb != "upcoming"}  # by verb of Space.objects
INSERTED_AT_ONCE = 500  # rows


class AlreadySent(Exception):
    """Somebody was first."""


class AudienceChanged(Exception):
    """The mail or who would get it is not what the sender has seen."""


class Addressee(NamedTuple):
    """`name` is blank for an organisation's own address."""

    address: str
    name: str
    organisation: str


class Audience(NamedTuple):
    addressees: list[Addressee]
    unreachable: list[str]  # organisations without any address


def gap_choices():
    return [(ANY_GAP, _("Anything of this")), *GAPS.items()]


class Mailing(models.Model):
    """A mail to many organisations at once, which is sent once and kept with who wrote it."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")

    subject = models.CharField(_("subject"), max_length=150)
    text = models.TextField(_("text"), max_length=5000)
    county = models.CharField(_("county"), max_length=2, choices=County, blank=True)
    gap = models.CharField(_("who lack something"), max_length=30, choices=gap_choices, blank=True)
    with_upcoming = models.BooleanField(_("also those joining soon"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("written by"),
    )
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("sent by"),
    )
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)
    recipient_count = models.PositiveIntegerField(_("recipients"), default=0, editable=False)

    class Meta:
        verbose_name = _("mail to many")
        verbose_name_plural = _("mails to many")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", sent_at=None) | Q(state__in=["sending", "sent"], sent_at__isnull=False),
                name="mailing_sent_at_unless_draft",
            )
        ]

    def __str__(self):
        return self.subject

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    def organisations(self):
        found = Organisation.objects.public() if self.with_upcoming else Organisation.objects.members()
        if not self.county and not self.gap:
            return found
        spaces = Space.objects.public().filter(county=self.county) if self.county else Space.objects.public()
        if self.gap:
            verbs = GAPS if self.gap == ANY_GAP else [self.gap]
            spaces = spaces.filter(
                reduce(or_, (Q(pk__in=getattr(Space.objects, verb)().order_by().values("pk")) for verb in verbs))
            )
        return found.filter(pk__in=spaces.order_by().values("organisation"))

    def audience(self) -> Audience:
        """Return each mailbox once: of the contact persons, or of the organisation where no person has an address."""
        organisations, persons = self.organisations(), defaultdict(list)
        known = ContactPerson.objects.filter(organisation__in=organisations.order_by().values("pk")).order_by("pk")
        for key, name, address in known.values_list("organisation", "name", "email"):
            if is_mailbox(address):
                persons[key].append((address, name))
        found, unreachable = {}, []
        for key, organisation, address in organisations.values_list("pk", "name", "email"):
            reached = persons[key] or ([(address, "")] if is_mailbox(address) else [])
            for each, name in reached:
                found.setdefault(address_key(each), Addressee(each, name, organisation))
            if not reached:
                unreachable.append(organisation)
        return Audience(list(found.values()), unreachable)

    def fingerprint(self, audience: Audience) -> str:
        """Return a text that differs once the mail or who gets it does."""
        return sha256(repr([self.subject, self.text, audience.addressees]).encode()).hexdigest()[:20]

    @transaction.atomic
    def send(self, *, by, seen: str):
        """Hand the mail to the worker. Raise AlreadySent, or AudienceChanged if its fingerprint is another."""
        locked = Mailing.objects.select_for_update(of=("self",)).filter(pk=self.pk, state=self.State.DRAFT).first()
        if locked is None:
            raise AlreadySent
        audience = locked.audience()
        if not audience.addressees or locked.fingerprint(audience) != seen:
            raise AudienceChanged
        rows = (
            MailingRecipient(
                mailing=locked, address=each.address, organisation=each.organisation, is_person=bool(each.name)
            )
            for each in audience.addressees
        )
        MailingRecipient.objects.bulk_create(rows, batch_size=INSERTED_AT_ONCE)
        locked.state, locked.sent_by, locked.sent_at = self.State.SENDING, by, timezone.now()
        locked.recipient_count = len(audience.addressees)
        locked.save()

    send.alters_data = True


class MailingRecipient(models.Model):
    """Somebody for whom the mail is not in the outbox yet; the worker deletes the row when it queues the mail."""

    mailing = models.ForeignKey(Mailing, models.CASCADE, related_name="recipients")
    address = models.EmailField()
    organisation = models.CharField(max_length=120)
    is_person = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mailing", "address"], name="mailing_recipient_once")]

    def __str__(self):
        return str(self.mailing)
