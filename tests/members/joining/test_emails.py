import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test.signals import template_rendered
from django.utils import translation
from post_office.models import Email

from members.joining import emails
from members.joining.models import JoinRequest
from tests.factories import CoordinatorFactory
from tests.mail.test_emails import body, sent

from .mails import CONFIRM, PAGE, TYPED, address, assert_typed_is_text, links, make
from .test_emails_to_coordinators import TO_COORDINATOR, mail_to_coordinator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]


def lost(request):
    emails.links(JoinRequest.objects.filter(pk=request.pk))


def together(request):
    emails.confirm_addresses([request])


# What happens to a request in which state, the subject of the mail to the applicant, and the pages that it links to.
TO_APPLICANT = {
    "submitted": ("unconfirmed", emails.confirm_address, "Confirm your e-mail address", {CONFIRM}),
    "crowded": ("unconfirmed", together, "Confirm your e-mail address", {CONFIRM}),
    "waited": ("unconfirmed", emails.remind_to_confirm, "Do you still want to join Coworking Norge?", {CONFIRM}),
    "lost": ("unconfirmed", lost, "The link to your application", {CONFIRM}),
    "lost-later": ("waiting", lost, "The link to your application", {PAGE}),
    "confirm": ("unconfirmed", JoinRequest.confirm, "We have received your application", {PAGE}),
    "start_review": (
        "received",
        lambda request: request.start_review(by=CoordinatorFactory()),
        "A coordinator is reading your application",
        {PAGE},
    ),
    "ask": (
        "received",
        lambda request: request.ask(TYPED, by=CoordinatorFactory()),
        "We have a question about your application",
        {PAGE},
    ),
    "answer": ("waiting", lambda request: request.answer(TYPED), "We have received your answer", {PAGE}),
    "correct": (
        "received",
        lambda request: request.correct({"message": TYPED}, []),
        "Your application has been corrected",
        {PAGE},
    ),
    "withdraw": ("received", JoinRequest.withdraw, "Your application has been withdrawn", {PAGE}),
    "decline": (
        "received",
        lambda request: request.decline(TYPED, by=CoordinatorFactory()),
        "About your application",
        {PAGE},
    ),
    "approve": (
        "received",
        lambda request: request.approve(by=CoordinatorFactory()),
        "Welcome to Coworking Norge",
        {"about", "spaces:space"},
    ),
}
steps_to_applicant = pytest.mark.parametrize("step", TO_APPLICANT)


def mail_to_applicant(step, **fields):
    state, happen, _subject, _links = TO_APPLICANT[step]
    request = make(state, **fields)
    happen(request)
    return request, request.mails.get(to=request.contact_email)


@pytest.mark.parametrize("language", ["nb", "en"])
@steps_to_applicant
def test_mail_to_the_applicant(step, language):
    request, email = mail_to_applicant(step, language=language)
    _state, _happen, subject, pages = TO_APPLICANT[step]
    assert Email.objects.get() == email
    with translation.override(language):
        assert email.subject == translation.gettext(subject)
        expected = {address(page, request) for page in pages | {"landing"}}
    assert links(email) == expected
    assert all(link in body(email).split() for link in expected)
    assert all(("/en/" in link) == (language == "en") for link in expected)
    assert f'<html lang="{language}">' in body(email, "html")
    is_confirmed = pages != {CONFIRM}
    assert (request.name in body(email)) == is_confirmed, "nothing typed goes to an address that nobody confirmed"
    assert (request.contact_name in body(email)) == (is_confirmed and step != "lost-later")


@pytest.fixture
def rendered():
    names = set()

    def add(sender, template, **kwargs):
        names.add(template.name)

    template_rendered.connect(add)
    yield names
    template_rendered.disconnect(add)


def test_every_mail_stands_in_a_table(rendered):
    for step in TO_APPLICANT:
        mail_to_applicant(step)
    for step in TO_COORDINATOR:
        mail_to_coordinator(step, CoordinatorFactory(email=f"{step}@example.org"))
    emails.many_requests()  # test_notices.py has these two, which are of no request
    emails.undelivered(CoordinatorFactory(email="last@example.org"), 1)
    folder = settings.BASE_DIR / "templates"
    mails = {str(path.relative_to(folder)) for path in folder.glob("joining/emails/*_body.txt")}
    assert mails
    assert mails - rendered == set()


@pytest.mark.parametrize("contact", ["", "post@example.org"])
@steps_to_applicant
def test_applicant_replies_to_the_network_where_it_has_an_address(site, step, contact):
    site.CONTACT_EMAIL = contact
    _request, email = mail_to_applicant(step)
    assert sent(email)["Reply-To"] == (contact or None)


@pytest.mark.parametrize("contact", ["", "post@example.org"])
def test_reply_is_asked_for_only_where_it_arrives(site, contact):
    site.CONTACT_EMAIL = contact
    _request, email = mail_to_applicant("approve", language="en")
    assert ("Reply to this e-mail" in body(email)) == bool(contact)


@pytest.mark.parametrize("step", [step for step, (*_, pages) in TO_APPLICANT.items() if pages != {CONFIRM}])
def test_what_is_typed_stays_text_for_the_applicant(step):
    _request, email = mail_to_applicant(step, name=TYPED, contact_name=TYPED)
    assert_typed_is_text(email)


@pytest.mark.parametrize("step", ["ask", "decline"])
def test_what_a_coordinator_types_stays_text(step):
    _request, email = mail_to_applicant(step)
    assert_typed_is_text(email)


@steps_to_applicant
@pytest.mark.django_db(transaction=True)
def test_mail_is_undone_with_what_it_tells_of(step):
    state, happen, _subject, _links = TO_APPLICANT[step]
    CoordinatorFactory(email="berit@example.org")
    request = make(state)
    with transaction.atomic():
        happen(request)
        assert Email.objects.exists()
        transaction.set_rollback(True)
    assert not Email.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_no_mail_is_kept_whose_request_is_erased_at_the_same_moment():
    request, coordinator = make("unconfirmed"), CoordinatorFactory(email="berit@example.org")
    JoinRequest.objects.get().erase()
    for write in (emails.received, lambda request: emails.overdue(request, coordinator)):
        with pytest.raises(IntegrityError):
            write(request)
    assert not Email.objects.exists()


@pytest.mark.parametrize("name", ["", "Ola"])
def test_coordinator_is_never_named_by_the_user_name(name):
    request = make("received", language="en")
    coordinator = CoordinatorFactory(username="ola1987", first_name=name)
    request.start_review(by=coordinator)
    text = body(request.mails.get())
    assert f"{name or 'A coordinator'} is reading the application" in text
    assert "ola1987" not in text
