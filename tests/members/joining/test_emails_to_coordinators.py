import re

import pytest
from django.utils import translation

from members.joining import emails
from members.joining.models import MailPreference
from tests.factories import CoordinatorFactory, JoinRequestFactory
from tests.mail.test_emails import body, sent

from .mails import TYPED, address, assert_typed_is_text, links, make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]

# What happens to a request in which state, and the subject of the mail to a coordinator.
TO_COORDINATOR = {
    "confirm": ("unconfirmed", lambda request, _: request.confirm(), "%(organisation)s has applied to join"),
    "answer": ("waiting", lambda request, _: request.answer(TYPED), "%(organisation)s has answered"),
    "overdue": ("received", emails.overdue, "%(organisation)s is still waiting for an answer"),
    "digest": (
        "received",
        lambda request, coordinator: emails.digest(coordinator, [request], []),
        "What is new among the applications",
    ),
}
steps_to_coordinator = pytest.mark.parametrize("step", TO_COORDINATOR)


def mail_to_coordinator(step, coordinator, **fields):
    state, happen, _subject = TO_COORDINATOR[step]
    request = make(state, **fields)
    happen(request, coordinator)
    return request, request.mails.get(to=coordinator.email)


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


def test_digest_is_linked_to_all_its_requests_and_replies_to_none_of_several(reachable):
    new, old = make("received"), make("received")
    email = emails.digest(reachable, [new], [old])
    assert [request.mails.get() for request in (new, old)] == [email, email]
    assert sent(email)["Reply-To"] is None
    text = body(email)
    with translation.override("nb"):  # whatever language the test before has left
        link = address("admin:members_joinrequest_change", new)
    assert text.index(new.name) < text.index(link) < text.index(old.name)


@pytest.mark.parametrize(("new", "answered"), [(True, False), (False, True)])
def test_digest_has_only_the_heading_it_needs(reachable, new, answered):
    request = make("received")
    email = emails.digest(reachable, [request] * new, [request] * answered)
    with translation.override("nb"):
        headings = [
            translation.gettext(text) for text in ("These have applied to join:", "These have answered our question:")
        ]
    assert [heading in body(email) for heading in headings] == [new, answered]


def test_overdue_says_for_how_long(reachable, site):
    for days in (1, 7):
        site.DAYS_TO_DECIDE = days
        assert re.search(rf"\b{days} (dag|day)", body(emails.overdue(make("received"), reachable)))
