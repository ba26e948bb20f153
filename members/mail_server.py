"""The conversation with the mail server, which ends in time whatever the server does."""

import smtplib
import socket
from contextlib import suppress
from threading import Timer

from django.core.mail.backends import smtp
from post_office.settings import get_batch_delivery_timeout

SHARE = 0.75  # of the time after which the outbox gives a delivery up


class Brief:
    """Hangs up on a server that drips: EMAIL_TIMEOUT begins anew with each character, and QUIT waits for an answer."""

    def connect(self, *arguments, **options):
        self.timer = Timer(SHARE * get_batch_delivery_timeout(), self.hang_up)
        self.timer.daemon = True
        self.timer.start()
        try:
            return super().connect(*arguments, **options)
        except Exception:
            self.timer.cancel()
            raise

    def hang_up(self):
        with suppress(OSError, AttributeError):  # it is closed, or there is none
            self.sock.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.timer.cancel()
        super().close()


class BriefSMTP(Brief, smtplib.SMTP):
    pass


class BriefSMTPoverTLS(Brief, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    @property
    def connection_class(self):
        return BriefSMTPoverTLS if self.use_ssl else BriefSMTP
