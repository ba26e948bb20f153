"""The outbox: mail as rows of django-post-office, sent by a worker."""

import json
from copy import copy
from datetime import timedelta
from email.utils import make_msgid
from multiprocessing import TimeoutError
from multiprocessing.pool import ThreadPool

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from post_office.models import PRIORITY, STATUS, Email, Log

from core.encryption import fernet

from .smtp import MailServerUnavailable, is_refused_for_good

SERVER_FAULTS = (MailServerUnavailable, TimeoutError)  # by whose names the log knows them


def put(message: EmailMessage, *, masked: str = "") -> Email:
    """Queue the message as it stands, in the caller's transaction.

    With a masked text the outbox shows that, and encrypts the message's own until it is sent.
    """
    # post_office's own `mail.send()` and backend would run the text, with all that people typed, as a template
    if message.attachments:
        raise NotImplementedError("The outbox takes no attachments.")
    headers = dict(message.extra_headers)
    if message.reply_to:
        headers["Reply-To"] = ", ".join(message.reply_to)
    alternatives = {kind: content for content, kind in getattr(message, "alternatives", [])}
    text, html, encrypted = message.body, alternatives.get("text/html", ""), None
    if masked:
        encrypted = _fernet().encrypt(json.dumps([text, html]).encode()).decode()
        text, html = masked, ""
    return Email.objects.create(
        from_email=message.from_email,
        to=message.to,
        cc=message.cc,
        bcc=message.bcc,
        subject=message.subject,
        message=text,
        html_message=html,
        context=encrypted,
        headers=headers,
        message_id=make_msgid(domain=settings.POST_OFFICE["MESSAGE_ID_FQDN"]),
        priority=PRIORITY.medium,
        status=STATUS.queued,
    )


def email_message(email: Email) -> EmailMessage:
    whole = copy(email)  # what is decrypted must not get into a row
    if email.context:
        whole.message, whole.html_message = json.loads(_fernet().decrypt(email.context))
    return whole.email_message()


def _fernet():
    return fernet("mail", "outbox")


def hold(email: Email, until):
    """Keep a mail that is queued in this transaction from being sent before then."""
    email.scheduled_time = until
    email.save(update_fields=["scheduled_time"])


class EmailBackend(BaseEmailBackend):
    """Queues what Django and other apps send."""

    def send_messages(self, messages):
        return len([put(message) for message in messages])


def claim() -> Email | None:
    """Lease the next due mail to this worker for 2 × BATCH_DELIVERY_TIMEOUT."""
    # post_office's lock file would outlive its process, and serve one machine
    now = timezone.now()
    is_due = Q(scheduled_time=None) | Q(scheduled_time__lte=now)
    due = Email.objects.filter(is_due, status__in=[STATUS.queued, STATUS.requeued]).order_by("created", "pk")
    lease = timedelta(seconds=2 * settings.POST_OFFICE["BATCH_DELIVERY_TIMEOUT"])
    # An UPDATE that only matches the row as it was read lets one worker win, on SQLite too, which has no SKIP LOCKED.
    while email := due.first():
        as_seen = Email.objects.filter(pk=email.pk, status=email.status, scheduled_time=email.scheduled_time)
        if as_seen.update(scheduled_time=timezone.now() + lease):
            return email
    return None


def deliver(email: Email) -> int | None:
    """Send a claimed mail and store the result; return its new status, or None if it failed and was erased or sent."""
    try:
        message = email_message(email)
        connection = get_connection(settings.POST_OFFICE["BACKENDS"]["default"])
        with ThreadPool(1) as pool:  # a thread can be left behind when the time is up, whatever holds it
            pool.apply_async(connection.send_messages, [[message]]).get(settings.POST_OFFICE["BATCH_DELIVERY_TIMEOUT"])
    except Exception as error:
        return _postpone(email, error)
    Email.objects.filter(pk=email.pk).update(status=STATUS.sent, context=None, last_updated=timezone.now())
    return STATUS.sent


@transaction.atomic
def _postpone(email, error):
    """Schedule another try, or give up after MAX_RETRIES and at a refusal for good; log the error."""
    now, retry_count = timezone.now(), email.number_of_retries or 0
    is_mails_fault = not isinstance(error, SERVER_FAULTS)
    if not is_mails_fault or (retry_count < settings.POST_OFFICE["MAX_RETRIES"] and not is_refused_for_good(error)):
        next_try = now + settings.POST_OFFICE["RETRY_INTERVAL"]
        retry_count += is_mails_fault
        state = {"status": STATUS.requeued, "number_of_retries": retry_count, "scheduled_time": next_try}
    else:
        state = {"status": STATUS.failed}
    # another worker has sent it if this one was stopped for longer than its lease
    unsent = Email.objects.filter(pk=email.pk).exclude(status=STATUS.sent)
    # the update locks the row: it cannot be erased before its log entry is written
    if not unsent.update(last_updated=now, **state):
        return None
    email.logs.create(status=STATUS.failed, exception_type=type(error).__name__, message=str(error))
    return state["status"]


@transaction.atomic
def hold_waiting(reason: str) -> int:
    """Give up all mails that wait, for this reason, until somebody has them sent again; return how many."""
    waiting = Email.objects.filter(status__in=[STATUS.queued, STATUS.requeued])
    logs = [Log(email=email, status=STATUS.failed, exception_type="Held", message=reason) for email in waiting]
    Log.objects.bulk_create(logs)
    return waiting.update(status=STATUS.failed, last_updated=timezone.now())


def send_again(emails) -> int:
    """Queue those of the emails that were given up, as if never tried; return how many."""
    return emails.filter(status=STATUS.failed).update(status=STATUS.queued, scheduled_time=None, number_of_retries=0)


def purge_before(moment) -> int:
    done = Email.objects.filter(status__in=[STATUS.sent, STATUS.failed], last_updated__lt=moment)
    return done.delete()[1].get(Email._meta.label, 0)
