from django.db import transaction

from . import emails
from .models import Mailing, MailingRecipient

BATCH = 100  # mails, after which the outbox's other mails have their turn


def queue_batch() -> int:
    """Queue the next mails of what coordinators sent, each once however many workers run; return how many."""
    with transaction.atomic():
        waiting = MailingRecipient.objects.select_for_update(of=("self",), skip_locked=True)
        batch = list(waiting.select_related("mailing").order_by("pk")[:BATCH])
        for recipient in batch:
            emails.mailing(recipient)
        MailingRecipient.objects.filter(pk__in=[recipient.pk for recipient in batch]).delete()
    # outside, so that of two workers the last one sees that nothing is left
    Mailing.objects.filter(state=Mailing.State.SENDING, recipients=None).update(state=Mailing.State.SENT)
    return len(batch)
