"""Tells the administrators by mail of what is logged as an error: once in an hour of each, and seldom in all.

Through the outbox, so that no request waits for a mail server; without it only where the database is what fails.
"""

import logging
from datetime import timedelta
from threading import Lock, Thread
from time import monotonic

from django.apps import apps
from django.conf import settings
from django.core.mail import get_connection, mail_admins
from django.db import Error, transaction

from . import logs

OFTEN = timedelta(hours=1)
MAILS_IN_ALL = 10  # in that time, by all processes
LONGEST_SUBJECT = 120

logger = logging.getLogger(__name__)


class AdminMail(logging.Handler):
    def __init__(self):
        super().__init__()
        self.tried, self.guard = {}, Lock()
        self.setFormatter(logs.Lines())

    def filter(self, record):
        """Not what strangers bring about at will: wrong hosts, forged forms."""
        return bool(settings.ADMINS) and not record.name.startswith("django.security") and super().filter(record)

    def emit(self, record):
        try:
            self.tell(record, place(record))
        except Exception as error:  # a log must not break what it tells of
            logger.warning("No mail about an error: %s", type(error).__name__)

    def tell(self, record, where):
        if not self.is_first(where):
            return
        subject, text = subject_of(record), self.format(record)
        try:
            with transaction.atomic():
                if allowed(where):
                    mail_admins(subject, text)
        except Error:
            if self.is_first("the database"):
                # A command that fails waits for it at its end; members/mail_server.py limits for how long.
                Thread(target=send_at_once, args=(subject, text), daemon=False).start()

    def is_first(self, where) -> bool:
        """In this process and this hour: a storm asks nothing more of the database. Places in code are not many."""
        with self.guard:
            now = monotonic()
            is_first = now - self.tried.get(where, float("-inf")) > OFTEN.total_seconds()
            if is_first:
                self.tried[where] = now
            return is_first


def place(record) -> str:
    """Where in the code it went wrong."""
    trace = record.exc_info and record.exc_info[2]
    while trace and trace.tb_next:
        trace = trace.tb_next
    if not trace:
        return f"{record.pathname}:{record.lineno}"
    return f"{record.exc_info[0].__qualname__} {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"


def allowed(where) -> bool:
    limit = apps.get_model("members.Limit")
    return limit.allows("error", where, at_most=1, within=OFTEN) and limit.allows(
        "errors", "all", at_most=MAILS_IN_ALL, within=OFTEN
    )


def subject_of(record) -> str:
    kind = record.exc_info[0].__qualname__ if record.exc_info and record.exc_info[0] else ""
    subject = " ".join(f"{record.levelname}: {logs.clean(record.getMessage())} {kind}".split())
    return "".join(filter(str.isprintable, subject))[:LONGEST_SUBJECT].rstrip()


def send_at_once(subject, text):
    backend = settings.POST_OFFICE["BACKENDS"]["default"]
    mail_admins(subject, text, fail_silently=True, connection=get_connection(backend, fail_silently=True))
