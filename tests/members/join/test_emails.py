import re
from datetime import datetime

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from post_office.models import Email

from members.join import emails
from members.models import JoinRequest, MailPreference
from tests.factories import CoordinatorFactory, JoinRequestFactory
from tests.members.test_emails import body, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

SITE = "https://coworking.example"
TYPED = "x https://evil.example/ https://coworking.example/admin/ www.evil.example a@b.no {{ 7|add:7 }} {% if %} <b>"
SPACE = {"name": "Loftet", "town": "Oslo"}
CONFIRM, PAGE = "join:confirm", "join:page"


def lost(request):
    emails.links(JoinRequest.objects.filter(pk=request.pk))


# What happens to a request in which state, the subject of the mail to the applicant, and the pages that it links to.
TO_APPLICANT = {
    "submitted": ("unconfirmed", emails.confirm_address, "Confirm your e-mail address", {CONFIRM}),
    "waited": ("unconfirmed", emails.remind_to_confirm, "Do you still want to join Coworking Norge?", {CONFIRM}),
    "lost": ("unconfirmed", lost, "The link to your request to join", {CONFIRM}),
    "lost-later": ("waiting", lost, "The link to your request to join", {PAGE}),
    "confirm": ("unconfirmed", JoinRequest.confirm, "We have received your request to join", {PAGE}),
    "take": (
        "received",
        lambda request: request.take(by=CoordinatorFactory()),
        "A coordinator is reading your request to join",
        {PAGE},
    ),
    "ask": (
        "received",
        lambda request: request.ask(TYPED, by=CoordinatorFactory()),
        "We have a question about your request to join",
        {PAGE},
    ),
    "answer": ("waiting", lambda request: request.answer(TYPED), "We have received your answer", {PAGE}),
    "correct": (
        "received",
        lambda request: request.correct({"message": TYPED}, []),
        "Your request to join is corrected",
        {PAGE},
    ),
    "withdraw": ("received", JoinRequest.withdraw, "Your request to join is withdrawn", {PAGE}),
    "decline": (
        "received",
        lambda request: request.decline(TYPED, by=CoordinatorFactory()),
        "About your request to join",
        {PAGE},
    ),
    "approve": (
        "received",
        lambda request: request.approve(by=CoordinatorFactory()),
        "Welcome to Coworking Norge",
        {"about", "spaces:space"},
    ),
}
# The same of the mails to a coordinator.
TO_COORDINATOR = {
    "confirm": ("unconfirmed", lambda request, _: request.confirm(), "%(organisation)s asks to join"),
    "answer": ("waiting", lambda request, _: request.answer(TYPED), "%(organisation)s has answered"),
    "overdue": ("received", emails.overdue, "%(organisation)s is still waiting for an answer"),
    "digest": (
        "received",
        lambda request, coordinator: emails.digest(coordinator, [request], []),
        "What is new among the requests to join",
    ),
}
steps_to_applicant = pytest.mark.parametrize("step", TO_APPLICANT)
steps_to_coordinator = pytest.mark.parametrize("step", TO_COORDINATOR)


@pytest.fixture(autouse=True)
def site(settings):
    """With time stopped, so that a token made anew is the one in the mail."""
    settings.SITE_URL = SITE
    with time_machine.travel(datetime(2026, 11, 20, 12), tick=False):
        yield settings


@pytest.fixture
def reachable(db):
    return CoordinatorFactory(email="berit@example.org")


def make(state, **fields):
    request = JoinRequestFactory(state=state, meets_all=True, **fields)
    request.spaces.create(**SPACE)
    return request


def mail_to_applicant(step, **fields):
    state, happen, _subject, _links = TO_APPLICANT[step]
    request = make(state, **fields)
    happen(request)
    return request, request.mails.get(to=request.contact_email)


def mail_to_coordinator(step, coordinator, **fields):
    state, happen, _subject = TO_COORDINATOR[step]
    request = make(state, **fields)
    happen(request, coordinator)
    return request, request.mails.get(to=coordinator.email)


def address(page, request):
    """In the language in force."""
    arguments = {CONFIRM: lambda: [request.confirm_token], PAGE: lambda: [request.page_token]}
    arguments["spaces:space"] = lambda: [request.member.spaces.get().slug]
    arguments["admin:members_joinrequest_change"] = lambda: [request.pk]
    return SITE + reverse(page, args=arguments.get(page, list)())


def links(email):
    return set(re.findall('href="([^"]*)"', body(email, "html")))


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


@steps_to_coordinator
def test_mail_to_a_coordinator(reachable, step):
    with translation.override("en"):
        request, email = mail_to_coordinator(step, reachable, language="en")
    with translation.override("nb"):
        subject = translation.gettext(TO_COORDINATOR[step][2]) % {"organisation": request.name}
        expected = {address(page, request) for page in ("admin:members_joinrequest_change", "admin:my_mail")}
    assert email.subject == subject
    assert links(email) == expected
    assert all("/en/" not in link and link in body(email).split() for link in expected)
    assert '<html lang="nb">' in body(email, "html")
    assert request.name in body(email)
    assert sent(email)["Reply-To"] == request.contact_email
    assert request.contact_name not in body(email)


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


def assert_typed_is_text(email):
    assert not any("evil.example" in link or link == f"{SITE}/admin/" for link in links(email))
    assert TYPED in body(email).replace("\n", " ")
    assert "{{ 7|add:7 }} {% if %} &lt;b&gt;" in body(email, "html")


@pytest.mark.parametrize("step", [step for step, (*_, pages) in TO_APPLICANT.items() if pages != {CONFIRM}])
def test_what_is_typed_stays_text_for_the_applicant(step):
    _request, email = mail_to_applicant(step, name=TYPED, contact_name=TYPED)
    assert_typed_is_text(email)


@pytest.mark.parametrize("step", ["ask", "decline"])
def test_what_a_coordinator_types_stays_text(step):
    _request, email = mail_to_applicant(step)
    assert_typed_is_text(email)


@steps_to_coordinator
def test_what_is_typed_stays_text_for_the_coordinator(reachable, step):
    _request, email = mail_to_coordinator(step, reachable, name=TYPED)
    assert_typed_is_text(email)


def test_names_of_spaces_stay_text(reachable):
    request = JoinRequestFactory(meets_all=True)
    request.spaces.create(name=TYPED, town="Oslo")
    request.confirm()
    request.approve(by=reachable)
    assert_typed_is_text(request.mails.get(to=reachable.email))
    assert_typed_is_text(request.mails.order_by("pk").last())


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


def test_coordinators_are_told_at_once_unless_they_prefer_a_digest_or_cannot_be_reached(django_user_model):
    told = [CoordinatorFactory(email="a@example.org"), CoordinatorFactory(email="b@example.org")]
    MailPreference.objects.create(user=told[1], timing="at_once")
    digest = CoordinatorFactory(email="c@example.org")
    MailPreference.objects.create(user=digest, timing="digest")
    CoordinatorFactory(email="d@example.org", is_active=False)
    CoordinatorFactory(email="e@example.org", is_staff=False)
    CoordinatorFactory(email="")
    django_user_model.objects.create_user("f", email="f@example.org", is_staff=True)
    request = make("unconfirmed")
    request.confirm()
    request.ask("Hvem?", by=digest)
    request.answer("Vi.")
    to_others = request.mails.exclude(to=request.contact_email).order_by("pk")
    assert [mail.to for mail in to_others] == [["a@example.org"], ["b@example.org"]] * 2


def test_coordinator_whose_address_no_mail_can_name_holds_up_nothing(reachable):
    CoordinatorFactory(email='"a,b"@example.org')
    request = make("unconfirmed")
    request.confirm()
    assert ["berit@example.org"] in [mail.to for mail in request.mails.all()]


def test_new_request_names_its_spaces(reachable):
    _request, email = mail_to_coordinator("confirm", reachable)
    assert "Loftet, Oslo" in body(email)


@pytest.mark.parametrize("name", ["", "Ola"])
def test_coordinator_is_never_named_by_the_user_name(name):
    request = make("received", language="en")
    coordinator = CoordinatorFactory(username="ola1987", first_name=name)
    request.take(by=coordinator)
    text = body(request.mails.get())
    assert f"{name or 'A coordinator'} is reading the request" in text
    assert "ola1987" not in text


def test_digest_is_linked_to_all_its_requests_and_replies_to_none_of_several(reachable):
    new, old = make("received"), make("received")
    email = emails.digest(reachable, [new], [old])
    assert [request.mails.get() for request in (new, old)] == [email, email]
    assert sent(email)["Reply-To"] is None
    text = body(email)
    assert text.index(new.name) < text.index(address("admin:members_joinrequest_change", new)) < text.index(old.name)


@pytest.mark.parametrize(("new", "answered"), [(True, False), (False, True)])
def test_digest_has_only_the_heading_it_needs(reachable, new, answered):
    request = make("received")
    email = emails.digest(reachable, [request] * new, [request] * answered)
    with translation.override("nb"):
        headings = [translation.gettext(text) for text in ("These ask to join:", "These have answered our question:")]
    assert [heading in body(email) for heading in headings] == [new, answered]


def test_overdue_says_for_how_long(reachable, site):
    for days in (1, 7):
        site.DAYS_TO_DECIDE = days
        assert re.search(rf"\b{days} (dag|day)", body(emails.overdue(make("received"), reachable)))
