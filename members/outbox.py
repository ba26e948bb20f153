"""The outbox: mail as rows of django-post-office, put there by whoever has something to tell, sent by a worker."""

from datetime import timedelta
from email.utils import make_msgid

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError
from django.utils import timezone
from post_office.mail import _send_bulk, get_queued
from post_office.models import PRIORITY, STATUS, Email
from post_office.settings import get_batch_delivery_timeout, get_message_id_fqdn

SECRET = {"Sensitivity": "Private"}  # RFC 2156; the outbox hides the text


def put(message: EmailMessage) -> Email:
    """Queue the message as it stands, in the caller's transaction.

    Not by post_office's own `mail.send()` or backend: they run the text, with all that people typed, as a template.
    """
    if message.attachments:
        raise NotImplementedError("The outbox takes no attachments.")
    headers = dict(message.extra_headers)
    if message.reply_to:
        headers["Reply-To"] = ", ".join(message.reply_to)
    alternatives = {kind: content for content, kind in getattr(message, "alternatives", [])}
    return Email.objects.create(
        from_email=message.from_email,
        to=message.to,
        cc=message.cc,
        bcc=message.bcc,
        subject=message.subject,
        message=message.body,
        html_message=alternatives.get("text/html", ""),
        headers=headers,
        message_id=make_msgid(domain=get_message_id_fqdn()),
        priority=PRIORITY.medium,
        status=STATUS.queued,
    )


class EmailBackend(BaseEmailBackend):
    """Queues what Django and other apps send, so that no request waits for a mail server."""

    def send_messages(self, messages):
        return len([put(message) for message in messages])


def claim() -> Email | None:
    """The next mail that is due, kept from other senders until this one must have finished it or be dead.

    Instead of post_office's lock file, which outlives its process and serves one machine.
    """
    while email := next(iter(get_queued()), None):
        as_seen = Email.objects.filter(pk=email.pk, status=email.status, scheduled_time=email.scheduled_time)
        if as_seen.update(scheduled_time=timezone.now() + timedelta(seconds=2 * get_batch_delivery_timeout())):
            return email
    return None


def deliver(email: Email) -> tuple[int, int, int]:
    """Send a claimed mail and store what became of it; how many were sent, given up, and put back for another try.

    None of these where it failed and was erased meanwhile: nothing is stored of it then.
    """
    try:
        return _send_bulk([email], uses_multiprocessing=False)
    except IntegrityError:  # the entry in the log had no mail to belong to
        if Email.objects.filter(pk=email.pk).exists():
            raise
        return 0, 0, 0


def send_again(emails) -> int:
    """Queue those of the emails that were given up, with all their tries before them; how many they were."""
    return emails.filter(status=STATUS.failed).update(status=STATUS.queued, scheduled_time=None, number_of_retries=0)


def forget(before) -> int:
    """Delete what was sent or given up before then, whatever it was about; how many mails they were."""
    done = Email.objects.filter(status__in=[STATUS.sent, STATUS.failed], last_updated__lt=before)
    return done.delete()[1].get(Email._meta.label, 0)
