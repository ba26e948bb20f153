"""SMTP with a deadline for the whole conversation, which tells a failing server from a refused mail."""

import smtplib
import socket
from contextlib import suppress
from threading import Timer

from django.conf import settings
from django.core.mail.backends import smtp

DEADLINE = 0.75  # of the time after which the outbox gives up a delivery


class MailServerUnavailable(smtplib.SMTPException):
    """The server failed or refused us before it heard of a recipient, so that it is at fault and no mail."""

    @classmethod
    def because_of(cls, error):
        return cls(f"{type(error).__name__}: {error}")


def is_refused_for_good(error) -> bool:
    """Return whether the server answered 5xx to all recipients, or to the text: another try would be in vain."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _answer in error.recipients.values()]
    else:
        codes = [error.smtp_code] if isinstance(error, smtplib.SMTPDataError) else []
    return bool(codes) and all(500 <= code < 600 for code in codes)


class DeadlineMixin:
    has_accepted_sender = False

    def connect(self, *arguments, **options):
        # EMAIL_TIMEOUT alone would begin anew with each character, and for the answer to QUIT
        self.timer = Timer(DEADLINE * settings.POST_OFFICE["BATCH_DELIVERY_TIMEOUT"], self.hang_up)
        self.timer.daemon = True
        self.timer.start()
        try:
            return super().connect(*arguments, **options)
        except Exception:
            self.timer.cancel()
            raise

    def sendmail(self, *arguments, **options):
        try:
            return super().sendmail(*arguments, **options)
        except OSError as error:
            if self.has_accepted_sender:
                raise
            raise MailServerUnavailable.because_of(error) from error

    def rcpt(self, *arguments, **options):
        self.has_accepted_sender = True
        return super().rcpt(*arguments, **options)

    def hang_up(self):
        with suppress(OSError, AttributeError):  # it is closed, or there is none
            self.sock.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.timer.cancel()
        super().close()


class DeadlineSMTP(DeadlineMixin, smtplib.SMTP):
    pass


class DeadlineSMTPoverTLS(DeadlineMixin, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    @property
    def connection_class(self):
        return DeadlineSMTPoverTLS if self.use_ssl else DeadlineSMTP

    def open(self):
        try:
            return super().open()
        except OSError as error:
            raise MailServerUnavailable.because_of(error) from error
