"""What the page of a space lacks: stored, so that the board finds the worst among very many, and asked of its house."""

from datetime import timedelta
from functools import reduce
from operator import add

from django.db import models, transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mail.addresses import is_mailbox
from members.models import PublicContact

from . import emails
from .location import Precision

GAP = 64  # more than all bits of Fact together: two gaps are a larger number than any one
ASK_AGAIN_AFTER = timedelta(days=14)
NO_CONTACT = dict.fromkeys(PublicContact._fields, "")


class Fact(models.IntegerChoices):
    """What a visitor looks for on the page of a space; each a bit of `gaps`."""

    TEXT = 1, _("Text")
    PHOTO = 2, _("Photo")
    HOURS = 4, _("Opening hours")
    CONTACT = 8, _("Contact")
    PIN = 16, _("Pin")


def gaps(photos, organisations) -> models.Expression:
    """Return the sum of GAP and the fact's bit for each fact that a space lacks."""
    lacks = {
        Fact.TEXT: Q(description_nb="", description_en=""),
        Fact.PHOTO: ~Exists(photos.filter(space=OuterRef("pk"))),
        Fact.HOURS: Q(opening_hours=""),
        Fact.CONTACT: Q(**NO_CONTACT) & Exists(organisations.filter(pk=OuterRef("organisation"), **NO_CONTACT)),
        Fact.PIN: Q(precision=Precision.TOWN),
    }
    return reduce(add, (Case(When(lack, then=GAP + fact), default=0) for fact, lack in lacks.items()))


class CannotAsk(Exception):
    """Says why, in the reader's language."""


class Completeness(models.Model):
    """What a space lacks as `SpaceQuerySet.update_gaps()` found it, and when its house was last asked for that."""

    GAP_FIELDS = frozenset({*NO_CONTACT, "description_nb", "description_en", "opening_hours", "precision"})
    GAP_FIELDS |= {"organisation", "organisation_id"}

    gaps = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    asked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def lacking(self) -> list[Fact]:
        return [fact for fact in Fact if self.gaps & fact]

    @property
    def can_be_asked(self) -> bool:
        return self.asked_at is None or self.asked_at <= timezone.now() - ASK_AGAIN_AFTER

    @transaction.atomic
    def ask_to_fill_in(self, *, reply_to: str):
        """Queue a mail to the house that says what its page lacks, and return it.

        Raise CannotAsk without a mailbox to ask or to answer to, or if it was asked not long ago or lacks nothing.
        """
        if not (is_mailbox(self.contact.email) and is_mailbox(reply_to)):
            raise CannotAsk(_("There is no e-mail address to ask, or none of ours to answer to."))
        type(self).objects.filter(pk=self.pk).update_gaps()
        self.refresh_from_db(fields=["gaps"])
        now = timezone.now()
        is_due = Q(asked_at=None) | Q(asked_at__lte=now - ASK_AGAIN_AFTER)
        # Of two at once one finds the row. Past update(), which would tell the page cache of a change.
        if not QuerySet.update(type(self).objects.filter(is_due, pk=self.pk, gaps__gt=0), asked_at=now):
            raise CannotAsk(_("They were asked not long ago, or nothing is missing any more."))
        return emails.fill_in(self, reply_to=reply_to)

    ask_to_fill_in.alters_data = True
