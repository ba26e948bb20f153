"""What a coordinator says of the network: where to write, who mail is from, where else it is to be found."""

import re
from html import unescape

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import translation

from pages import network as now
from pages.models import SiteSettings
from tests.html_forms import fields_of
from tests.mail.test_emails import body, sent
from tests.members.joining.test_emails import TO_APPLICANT, mail_to_applicant
from tests.test_project import ADDRESSES, network  # noqa: F401

pytestmark = pytest.mark.django_db

FORM = "/admin/pages/sitesettings/1/change/"
ASKING = (
    "skriv til (oss|nettverket|<a)|svar på denne e-posten|send oss|write to (us|the network|<a)|reply to this|send us"
)


@pytest.fixture
def save(coordinator_client):
    def save(**values):
        fields = fields_of(coordinator_client.get(FORM), "sitesettings_form")
        return coordinator_client.post(FORM, fields | values)

    return save


def asking_to_write():
    """What asks its reader to write to the network, of all pages and mails."""
    visitor = Client()
    pages = {address: visitor.get(address).content.decode() for address in ADDRESSES}
    for language in ("nb", "en"):
        for step in TO_APPLICANT:
            request, email = mail_to_applicant(step, language=language)
            pages[f"mail {step} {language}"] = body(email) + body(email, "html")
        with translation.override(language):
            pages[f"approved {language}"] = visitor.get(
                reverse("join:page", args=[request.page_token])
            ).content.decode()
            pages[f"500 {language}"] = render_to_string("500.html", {"number": 1})
    return {name for name, page in pages.items() if re.search(ASKING, unescape(page), re.IGNORECASE)}


def test_nobody_is_asked_to_write_where_no_address_is_set(network, save, settings):  # noqa: F811
    settings.CONTACT_EMAIL = ""
    assert asking_to_write() == set()
    assert save(contact_email="post@example.org").status_code == 302
    asking = asking_to_write()
    assert {"/personvern/", "/en/privacy/", "/steder/soon/", "mail approve nb", "approved en"} <= asking


def test_settings_of_the_admin_win_and_are_seen_at_the_next_request(save, settings):
    visitor = Client()
    settings.CONTACT_EMAIL, settings.DEFAULT_FROM_EMAIL = "server@example.org", "Serveren <noreply@example.org>"
    links = "https://social.example/@coworking\nhttps://www.bilder.example/coworking"

    def seen():
        page = visitor.get("/").content.decode()
        _request, email = mail_to_applicant("approve")
        visitor.get("/")  # kept as it is before the next change
        told = [address for address in ("server@", "post@") if f"{address}example.org</a>" in page]
        return *told, sent(email)["From"], sent(email)["Reply-To"], *re.findall('rel="me [^>]+>([^<]+)<', page)

    assert seen() == ("server@", "Serveren <noreply@example.org>", "server@example.org")
    save(contact_email="post@example.org", sender_name="Nettverket", links=links)
    hosts = ("social.example", "bilder.example")
    assert seen() == ("post@", "Nettverket <noreply@example.org>", "post@example.org", *hosts)
    save(contact_email="", sender_name="", links="")
    assert seen() == ("server@", "Serveren <noreply@example.org>", "server@example.org")
    assert SiteSettings.history.count() == 3


def test_settings_that_are_wrong_are_refused_by_their_field(save):
    for name, wrong in [
        ("contact_email", "post@coworking.local"),
        ("links", "https://a.example\njavascript:alert(1)"),
        ("sender_name", "x" * 61),
        ("sender_name", "寿" * 60),  # too long once it is encoded
        ("sender_name", "Nett<verket"),  # the outbox would take what follows for the address
    ]:
        answer = save(**{name: wrong})
        assert f'id="id_{name}_error"' in answer.content.decode(), name
        assert unescape(answer.content.decode()).count(wrong.splitlines()[-1])
    assert now.current().links == []


def test_sender_adds_no_header_to_mails(save):
    save(sender_name='Bcc: all@evil.example\r\nBcc: x@y.example"')
    _request, email = mail_to_applicant("approve")
    assert sent(email)["Bcc"] is None
    assert sent(email)["From"].count("\n") == 0
