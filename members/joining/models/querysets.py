from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from core.bin.models import Deletion
from mail.addresses import having_address

from .. import emails
from .exceptions import TooLate

DAYS_TO_CONFIRM = 7
DAYS_TO_REMINDER = 3
RETENTION_DAYS = 180  # after a request was declined, withdrawn or left unanswered, or its organisation left


class JoinRequestQuerySet(models.QuerySet):
    def for_coordinators(self):
        return self._in(self.model.State.RECEIVED, self.model.State.IN_REVIEW)

    def for_applicants(self):
        return self._in(self.model.State.WAITING)

    def unconfirmed(self):
        return self._in(self.model.State.UNCONFIRMED)

    def of(self, email: str):
        return having_address(self, "contact_email", email).order_by("-created", "-pk")

    def to_remind(self):
        now = timezone.now()
        first, last = now - timedelta(days=DAYS_TO_CONFIRM), now - timedelta(days=DAYS_TO_REMINDER)
        return self.unconfirmed().filter(reminded=False, waits_since__gt=first, waits_since__lte=last)

    def overdue(self):
        """Return those that have waited too long for a coordinator, of whom none was notified."""
        waited = timezone.now() - timedelta(days=settings.DAYS_TO_DECIDE)
        return self.for_coordinators().filter(overdue_notified=False, waits_since__lte=waited)

    def expired(self):
        """Return those that the privacy page promises to erase."""
        now, state = timezone.now(), self.model.State
        unconfirmed = Q(state=state.UNCONFIRMED, waits_since__lte=now - timedelta(days=DAYS_TO_CONFIRM))
        long_ago = Q(waits_since__lte=now - timedelta(days=RETENTION_DAYS))
        left = Q(member=None) | Q(member__left_on__lte=timezone.localdate() - timedelta(days=RETENTION_DAYS))
        over = Q(state__in=[*self.model.REFUSED, state.WAITING])
        found = self.filter(unconfirmed | long_ago & (over | Q(state=state.APPROVED) & left))
        # The organisation may come back from the bin.
        return found.exclude(pk__in=Deletion.objects.linked(self.model)).order_by("pk")

    def with_token(self, purpose, token: str):
        """Return the request, or None if the token is forged, too old, of another purpose or was replaced."""
        age = timedelta(days=DAYS_TO_CONFIRM) if purpose == self.model.Purpose.CONFIRM else None
        try:
            key, nonce = signing.loads(token, salt=purpose.value, max_age=age)
        except (signing.BadSignature, TypeError, ValueError):
            return None
        field = f"{purpose.value}_nonce"
        return self.filter(**{"pk": key, field: nonce}).exclude(**{field: ""}).first()

    @transaction.atomic
    def submit(self, submission, values: dict, spaces: list[dict]) -> tuple:
        """Return the request that a form made or, sent again, changed, and whether a mail was queued.

        A mail is queued for a new request and for a new address. Raise TooLate once the request is confirmed.
        """
        request, is_new = self.select_for_update().get_or_create(submission=submission, defaults=values)
        moved = values["contact_email"] != request.contact_email
        if not is_new:
            if request.state != self.model.State.UNCONFIRMED:
                raise TooLate(request)
            self.filter(pk=request.pk).update(**values)
            request.refresh_from_db()
        request.replace_spaces(spaces)
        if is_new:
            emails.confirm_address(request)
        elif moved:
            # The address is stored already; this makes the link to the earlier one worthless.
            request.change_email(values["contact_email"])
        return request, is_new or moved

    def _in(self, *states):
        return self.filter(state__in=states).order_by("waits_since", "pk")  # the longest wait first

    submit.alters_data = True
