from threading import Event

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template import TemplateSyntaxError
from post_office.mail import send as post_office_send
from post_office.models import STATUS, Email

from coworking_norge import settings as project
from mail import outbox

from .test_emails import TYPED, body, sent

pytestmark = pytest.mark.django_db


def outbox_connection():
    """What Django uses outside the tests, which replace it."""
    return get_connection(project.EMAIL_BACKEND)


def test_djangos_own_mail_is_queued_as_it_stands():
    message = EmailMultiAlternatives(
        TYPED,
        TYPED,
        to=["a@example.org", "b@example.org"],
        cc=["c@example.org"],
        bcc=["d@example.org"],
        reply_to=["e@example.org"],
        headers={"X-Test": "1"},
        connection=outbox_connection(),
    )
    message.attach_alternative("<p>{{ x }}</p>", "text/html")
    assert message.send() == 1
    email = Email.objects.get()
    assert email.status == STATUS.queued
    assert email.email_message().recipients() == ["a@example.org", "b@example.org", "c@example.org", "d@example.org"]
    mail = sent(email)
    assert (mail["Subject"], mail["Reply-To"], mail["X-Test"]) == (TYPED, "e@example.org", "1")
    assert body(email).strip() == TYPED
    assert body(email, "html").strip() == "<p>{{ x }}</p>"


def test_attachments_are_refused_rather_than_lost():
    message = EmailMessage("x", "x", to=["a@example.org"], connection=outbox_connection())
    message.attach("a.txt", "text", "text/plain")
    with pytest.raises(NotImplementedError):
        message.send()


def test_post_office_alone_would_run_what_people_type():
    with pytest.raises(TemplateSyntaxError):
        post_office_send("kari@example.org", subject="x", message=TYPED)


class StuckBackend(BaseEmailBackend):
    """Waits for something that no timeout of a connection ends, such as the name of the mail server."""

    is_over = Event()

    def send_messages(self, messages):
        self.is_over.wait(30)


def test_delivery_that_is_stuck_is_left_for_later(settings):
    outbox.put(EmailMessage("x", "x", to=["a@example.org"]))
    settings.POST_OFFICE = settings.POST_OFFICE | {
        "BACKENDS": {"default": f"{__name__}.StuckBackend"},
        "BATCH_DELIVERY_TIMEOUT": 0.1,
    }
    assert outbox.deliver(outbox.claim()) == STATUS.requeued
    StuckBackend.is_over.set()
    assert Email.objects.get().logs.get().exception_type == "TimeoutError"


class BrokenBackend(BaseEmailBackend):
    def send_messages(self, messages):
        raise ConnectionResetError


def test_mail_that_another_worker_has_sent_meanwhile_is_not_sent_again(settings):
    outbox.put(EmailMessage("x", "x", to=["a@example.org"]))
    settings.POST_OFFICE = settings.POST_OFFICE | {"BACKENDS": {"default": f"{__name__}.BrokenBackend"}}
    email = outbox.claim()
    Email.objects.update(status=STATUS.sent)
    assert outbox.deliver(email) is None
    assert Email.objects.get().status == STATUS.sent
