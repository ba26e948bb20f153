import copy
import re
from email import message_from_bytes, policy

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from post_office.models import STATUS, Email

from mail import emails, outbox

pytestmark = pytest.mark.django_db

SITE = "http://127.0.0.1:8000"


@pytest.fixture
def template(settings, tmp_path):
    """Writes the two texts of a mail named "sample"."""
    settings.TEMPLATES = copy.deepcopy(settings.TEMPLATES)
    settings.TEMPLATES[0]["DIRS"].append(tmp_path)
    folder = tmp_path / "sample/emails"
    folder.mkdir(parents=True)

    def write(subject="{{ name }}", body="{{ name }}"):
        (folder / "sample_subject.txt").write_text(subject)
        (folder / "sample_body.txt").write_text(body)

    write()
    return write


def queue(name="Kari", **options):
    return emails.queue(
        "sample/emails/sample", **{"to": "kari@example.org", "language": "nb", "context": {"name": name}} | options
    )


def sent(email):
    """The mail as a recipient's program reads it."""
    email.refresh_from_db()
    return message_from_bytes(outbox.email_message(email).message().as_bytes(), policy=policy.default)


def body(email, kind="plain"):
    return sent(email).get_body([kind]).get_content()


@pytest.mark.parametrize(("language", "path"), [("nb", "/om/"), ("en", "/en/about/")])
def test_queue_writes_in_the_language_asked_for(template, language, path):
    template(
        "{% load i18n %}{% translate 'Members' %}",
        "{% load i18n mail %}{% translate 'Members' %} {% link 'about' %}",
    )
    email = queue(language=language)
    word = {"nb": "Medlemmer", "en": "Members"}[language]
    assert sent(email)["Subject"] == word
    assert body(email) == f"{word} {SITE}{path}\n"
    assert f'<html lang="{language}">' in body(email, "html")


def test_queue_sets_the_headers(template):
    email = queue(reply_to="ola@example.org")
    assert (email.status, email.number_of_retries) == (STATUS.queued, None)
    mail = sent(email)
    assert mail["From"] == "Coworking Norge <noreply@localhost>"
    assert mail["To"] == "kari@example.org"
    assert mail["Reply-To"] == "ola@example.org"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(r"<\S+@127\.0\.0\.1>", mail["Message-ID"])
    assert mail["Message-ID"] == sent(email)["Message-ID"]


def test_queue_without_reply_to_names_none(template):
    assert sent(queue())["Reply-To"] is None


def test_queue_is_undone_with_the_callers_transaction(template):
    with transaction.atomic():
        queue()
        assert Email.objects.count() == 1
        transaction.set_rollback(True)
    assert Email.objects.count() == 0


@pytest.mark.parametrize(
    "name", ["Kari\r\nBcc: x@example.org", "Kari\nBcc: x@example.org", "Kari\x00\x0b\x85\u2028Bcc: x"]
)
def test_queue_headers_survive_hostile_values(template, name):
    mail = sent(queue(name))
    assert mail["Bcc"] is None
    assert mail["Subject"].startswith("Kari")
    assert "Bcc: x" in mail["Subject"]


def test_queue_cuts_a_subject_that_no_row_can_hold(template):
    assert len(queue("å" * 2000).subject) == 200


def test_queue_drops_what_no_mail_can_carry(template):
    assert body(queue("a\x00b\x1b[31mc\ud800d\te")) == "ab[31mcd\te\n"


@pytest.mark.parametrize("field", ["to", "reply_to"])
@pytest.mark.parametrize(
    "address",
    ["kari", "kari@example.org\nBcc: x@example.org", "kari@example.org, x@example.org", '"a,x@example.org,b"@a.no'],
)
def test_queue_refuses_what_is_no_single_mailbox(template, field, address):
    with pytest.raises(ValidationError):
        queue(**{field: address})
    assert Email.objects.count() == 0


def test_queue_refuses_to_write_to_nobody(template):
    with pytest.raises(ValidationError):
        queue(to="")


TYPED = "{{ 7|add:7 }}{% load x %}{# <b>&\"'"


def test_queue_keeps_what_people_type_as_it_is(template):
    email = queue(TYPED)
    assert sent(email)["Subject"] == body(email).strip() == TYPED
    assert "{{ 7|add:7 }}{% load x %}{# &lt;b&gt;&amp;&quot;&#x27;</p>" in body(email, "html")


def test_queue_makes_paragraphs_and_lines(template):
    template(body="En\nlinje\n\n\n  \nTo\n")
    email = queue()
    assert body(email) == "En\nlinje\n\nTo\n"
    assert "<p>En<br>\nlinje</p>\n<p>To</p>" in body(email, "html")


def test_queue_links_only_what_the_template_links(template):
    template(body="{% load mail %}{% link 'about' %}\n\n{{ name }}")
    typed = f"https://evil.example/ {SITE}/personvern/ {SITE}.evil.example/ {SITE}/om/../x www.evil.example a@b.no"
    page = body(queue(typed), "html")
    assert re.findall('href="([^"]*)"', page) == [f"{SITE}/om/"]
    assert typed in page


def test_queue_html_loads_nothing(template):
    tags = set(re.findall("<([^/!>]+)", body(queue("<img src=x>"), "html")))
    assert tags == {'html lang="nb"', "head", 'meta charset="utf-8"', "title", "body", "p"}


# Each of these folders has a test_emails.py with a row for every mail in it.
TESTED = {"accounts/emails", "joining/emails", "mailings/emails", "spaces/emails"}


@pytest.mark.parametrize("part", ["subject", "body"])
def test_every_mail_is_in_a_folder_whose_mails_are_tested(part):
    templates = settings.BASE_DIR / "templates"
    assert {str(path.parent.relative_to(templates)) for path in templates.rglob(f"*_{part}.txt")} == TESTED
