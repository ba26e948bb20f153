import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.template import TemplateSyntaxError
from post_office.mail import send as post_office_send
from post_office.models import STATUS, Email

from coworking_norge import settings as project

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
