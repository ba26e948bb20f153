"""Mail to the administrators about errors, through the outbox so that no request waits for a mail server."""

import logging
from datetime import timedelta
from threading import Lock, Thread
from time import monotonic

from django.apps import apps
from django.conf import settings
from django.core.mail import get_connection, mail_admins
from django.db import Error, transaction

from . import logs

PERIOD = timedelta(hours=1)  # in which each error is mailed once
MAX_MAILS = 10  # in a period, by all processes
MAX_SUBJECT_LENGTH = 120

logger = logging.getLogger(__name__)


class AdminMail(logging.Handler):
    def __init__(self):
        super().__init__()
        self.last_tried, self.guard = {}, Lock()
        self.setFormatter(logs.Lines())

    def filter(self, record):
        """Skip errors that clients can trigger: bad Host, CSRF."""
        return bool(settings.ADMINS) and not record.name.startswith("django.security") and super().filter(record)

    def emit(self, record):
        try:
            self.send(record, location(record))
        except Exception as error:  # a log must not break what it tells of
            logger.warning("No mail about an error: %s", type(error).__name__)

    def send(self, record, where):
        if not self.is_first(where):
            return
        subject, text = subject_of(record), self.format(record)
        try:
            with transaction.atomic():
                if is_allowed(where):
                    mail_admins(subject, text)
        except Error:
            if self.is_first("the database"):
                # A command that fails waits for it at its end; mail/smtp.py limits for how long.
                Thread(target=send_at_once, args=(subject, text), daemon=False).start()

    def is_first(self, where) -> bool:
        """Return whether this process has not tried in this period, so that a storm costs the database nothing."""
        with self.guard:
            now = monotonic()
            is_first = now - self.last_tried.get(where, float("-inf")) > PERIOD.total_seconds()
            if is_first:
                self.last_tried[where] = now  # as many as there are places in the code
            return is_first


def location(record) -> str:
    """Return where in the code it was raised, or else logged."""
    trace = record.exc_info and record.exc_info[2]
    while trace and trace.tb_next:
        trace = trace.tb_next
    if not trace:
        return f"{record.pathname}:{record.lineno}"
    return f"{record.exc_info[0].__qualname__} {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"


def is_allowed(where) -> bool:
    limit = apps.get_model("core.RateLimit")
    return limit.allows("error", where, at_most=1, within=PERIOD) and limit.allows(
        "errors", "all", at_most=MAX_MAILS, within=PERIOD
    )


def subject_of(record) -> str:
    kind = record.exc_info[0].__qualname__ if record.exc_info and record.exc_info[0] else ""
    fields = logs.as_dict(record)
    subject = " ".join(f"{record.levelname}: {fields['message']} {fields.get('route', '')} {kind}".split())
    return "".join(filter(str.isprintable, subject))[:MAX_SUBJECT_LENGTH].rstrip()


def send_at_once(subject, text):
    backend = settings.POST_OFFICE["BACKENDS"]["default"]
    mail_admins(subject, text, fail_silently=True, connection=get_connection(backend, fail_silently=True))
