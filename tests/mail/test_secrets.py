"""Codes and secret links in mails: as text they stand in no row, and the recipient reads them all the same."""

import re
from importlib import import_module

import pytest
from django.apps import apps
from django.core.mail import EmailMultiAlternatives, get_connection
from django.urls import reverse
from post_office.models import STATUS, Email

from accounts import emails
from mail import outbox
from members.joining.models import JoinRequest
from tests.factories import CoordinatorFactory
from tests.members.joining.test_emails import TO_APPLICANT, mail_to_applicant

from .test_emails import body

pytestmark = pytest.mark.django_db

CODE = "BCDF-GHJK"


@pytest.fixture
def delivered(settings, mailoutbox):
    """Sends what is due, or refuses it; returns the texts of what has arrived."""

    def send(backend="django.core.mail.backends.locmem.EmailBackend"):
        Email.objects.update(scheduled_time=None)
        settings.POST_OFFICE = settings.POST_OFFICE | {"BACKENDS": {"default": backend}, "MAX_RETRIES": 0}
        while email := outbox.claim():
            outbox.deliver(email)
        return [f"{mail.body} {mail.alternatives}" for mail in mailoutbox]

    return send


@pytest.fixture
def kari(db):
    return CoordinatorFactory(username="kari", email="kari@example.org")


@pytest.fixture
def with_code(kari):
    emails.password_code(kari, CODE, 10)
    return Email.objects.get()


def stored() -> str:
    return str(list(Email.objects.values()))


def test_code_is_encrypted_until_it_is_sent_and_erased_then(with_code, delivered):
    assert CODE not in stored()
    assert "gAAAA" in stored()  # a token of Fernet
    (mail,) = delivered()
    assert mail.count(CODE) == 2, "in the text and in the HTML"
    assert CODE not in stored()
    assert "gAAAA" not in stored()
    assert "kari" in Email.objects.get().message


@pytest.mark.parametrize("step", TO_APPLICANT)
def test_no_mail_of_a_request_stands_with_its_links(step, delivered):
    mail_to_applicant(step)
    links = set(re.findall(r"\S+/[\w-]+:[\w-]+:[\w-]+/", " ".join(body(email) for email in Email.objects.all())))
    assert bool(links) == (step != "approve")
    assert not [link for link in links if link in stored() or link.split("/")[-2] in stored()]
    texts = " ".join(delivered())
    assert all(link in texts for link in links)
    assert "gAAAA" not in stored()


def test_outbox_shows_the_rest_of_the_text(coordinator_client, kari):
    request, email = mail_to_applicant("ask")
    page = coordinator_client.get(f"/admin/post_office/email/{email.pk}/change/").content.decode()
    assert "(skjult: bare mottakeren får lese det)" in page
    assert "vite mer" in page
    assert not JoinRequest.objects.with_token(JoinRequest.Purpose.PAGE, "x")
    assert request.page_token.split(":")[0] not in page


def test_mail_that_was_given_up_is_sent_again_with_its_code(with_code, delivered, coordinator_client):
    delivered("tests.mail.test_outbox.BrokenBackend")
    assert Email.objects.get().status == STATUS.failed
    assert CODE not in stored()
    address = reverse("admin:post_office_email_changelist")
    coordinator_client.post(address, {"action": "send_again", "_selected_action": [with_code.pk]})
    assert CODE in delivered()[0]


def test_mail_that_was_queued_in_the_clear_still_goes_and_shows_nobody_its_code(coordinator_client, delivered):
    headers = {"Sensitivity": "Private"}
    message = EmailMultiAlternatives("Kode", CODE, to=["kari@example.org"], headers=headers)
    message.attach_alternative(f"<p>{CODE}</p>", "text/html")
    email = outbox.put(message)
    assert CODE not in coordinator_client.get(f"/admin/post_office/email/{email.pk}/change/").content.decode()
    assert CODE in delivered()[0]


def test_code_outlives_a_new_secret_key_that_names_the_old(with_code, delivered, settings):
    settings.SECRET_KEY, old = "another key, as long as it has to be, with fifty letters", settings.SECRET_KEY
    delivered()
    assert (Email.objects.get().status, Email.objects.get().logs.get().exception_type) == (
        STATUS.failed,
        "InvalidToken",
    )
    settings.SECRET_KEY_FALLBACKS = [old]
    outbox.send_again(Email.objects.all())
    assert CODE in delivered()[0]


def test_migration_masks_what_was_sent_before():
    link = "http://127.0.0.1:8000/bli-med/WzEsImEiXQ:1vSpbk:g-x_y2/"
    texts = [f"Hei,\n\n{CODE}\n\nHilsen", f"Her:\n\n{link}\n\nHilsen", "Hei, se https://example.org/a:b\n"]
    for text in texts:
        message = EmailMultiAlternatives("x", text, to=["kari@example.org"], connection=get_connection())
        message.attach_alternative(f"<p>{text}</p>", "text/html")
        outbox.put(message)
    waiting = outbox.put(EmailMultiAlternatives("x", CODE, to=["kari@example.org"]))
    Email.objects.exclude(pk=waiting.pk).update(status=STATUS.sent)
    import_module("mail.migrations.0001_mask_sent_secrets").mask(apps, None)
    masked = list(Email.objects.order_by("pk").values_list("message", flat=True))
    assert masked == ["Hei,\n\n…\n\nHilsen", "Her:\n\n…\n\nHilsen", texts[2], CODE]
    assert link not in stored()
