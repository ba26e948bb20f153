from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from ..join import emails
from .refusals import TooLate

DAYS_TO_CONFIRM = 7
DAYS_TO_REMINDER = 3
DAYS_KEPT = 180  # after a request was declined, withdrawn or left unanswered, or its organisation left


class JoinRequestQuerySet(models.QuerySet):
    def for_coordinators(self):
        """What waits for a coordinator, the longest wait first."""
        return self._in(self.model.State.RECEIVED, self.model.State.IN_REVIEW)

    def for_applicants(self):
        return self._in(self.model.State.WAITING)

    def unconfirmed(self):
        return self._in(self.model.State.UNCONFIRMED)

    def of(self, email: str):
        """Whose applicant gave this address, the newest first."""
        return self.filter(contact_email__iexact=email).order_by("-created", "-pk")

    def to_remind(self):
        """Unconfirmed for a while, not reminded of it, and not to be erased yet."""
        now = timezone.now()
        first, last = now - timedelta(days=DAYS_TO_CONFIRM), now - timedelta(days=DAYS_TO_REMINDER)
        return self.unconfirmed().filter(reminded=False, waits_since__gt=first, waits_since__lte=last)

    def overdue(self):
        """Waiting for a coordinator too long, and none was told."""
        waited = timezone.now() - timedelta(days=settings.DAYS_TO_DECIDE)
        return self.for_coordinators().filter(overdue_told=False, waits_since__lte=waited)

    def expired(self):
        """What the privacy page says is kept no longer."""
        now, state = timezone.now(), self.model.State
        unconfirmed = Q(state=state.UNCONFIRMED, waits_since__lte=now - timedelta(days=DAYS_TO_CONFIRM))
        long_ago = Q(waits_since__lte=now - timedelta(days=DAYS_KEPT))
        left = Q(member=None) | Q(member__left_on__lte=timezone.localdate() - timedelta(days=DAYS_KEPT))
        over = Q(state__in=[*self.model.REFUSED, state.WAITING])
        return self.filter(unconfirmed | long_ago & (over | Q(state=state.APPROVED) & left)).order_by("pk")

    def with_token(self, purpose, token: str):
        """The request whose applicant was given the token, or None for any token that is not right."""
        age = timedelta(days=DAYS_TO_CONFIRM) if purpose == self.model.Purpose.CONFIRM else None
        try:
            key, nonce = signing.loads(token, salt=purpose.value, max_age=age)
        except (signing.BadSignature, TypeError, ValueError):
            return None
        field = f"{purpose.value}_nonce"
        return self.filter(**{"pk": key, field: nonce}).exclude(**{field: ""}).first()

    @transaction.atomic
    def submit(self, submission, values: dict, spaces: list[dict]) -> tuple:
        """What a form brought in, and whether a mail was queued: sent twice, it is one request and one mail.

        Sent again with other words before it was confirmed, it takes them, and goes to the new address if that is new;
        TooLate once it is confirmed.
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
            request.move_to(values["contact_email"])
        return request, is_new or moved

    def _in(self, *states):
        return self.filter(state__in=states).order_by("waits_since", "pk")

    submit.alters_data = True
