import re

import pytest
from django.urls import reverse
from post_office.models import Email

from members.mailings import emails
from members.mailings.models import Mailing, MailingRecipient
from tests.mail.test_emails import SITE, body, sent

pytestmark = pytest.mark.django_db

TEXT = "Hei!\n\nSe https://example.org/samling og www.example.org\n<b>{{ 1 }}</b> Hilsen Berit"


@pytest.mark.parametrize("contact", ["post@example.org", ""])
def test_mail_to_many_says_why_one_gets_it_and_where_replies_go(settings, contact):
    settings.CONTACT_EMAIL = contact
    mailing = Mailing.objects.create(subject="Samling & mat", text=TEXT)
    about = {"mailing": mailing, "address": "kari@example.org", "organisation": "Alfa & Beta"}
    for why, write in {
        "kontaktperson for Alfa & Beta.": lambda: emails.mailing(MailingRecipient(**about, is_person=True)),
        "e-postadressen til Alfa & Beta.": lambda: emails.mailing(MailingRecipient(**about)),
        "Dette er en prøve, bare til deg.": lambda: emails.trial(mailing, "kari@example.org"),
    }.items():
        write()
        mail = Email.objects.latest("pk")
        text = " ".join(body(mail).split())
        assert (mail.to, mail.subject) == (["kari@example.org"], "Samling & mat")
        assert why in text
        assert "<b>{{ 1 }}</b> Hilsen Berit" in text
        assert ("Svar på denne e-posten." in text) == bool(contact)
        assert sent(mail)["Reply-To"] == (contact or None)
        links = re.findall('href="([^"]*)"', body(mail, "html"))
        assert links == ["https://example.org/samling", SITE + reverse("landing")]
