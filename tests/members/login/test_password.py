"""A password that is forgotten, and one that is changed."""

import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from post_office.models import Email

from members.login import limits
from members.models import LoginEvent
from members.parties import neighbourhood

pytestmark = pytest.mark.django_db

NEW = "helt andre fire ord"


@pytest.fixture
def ask(visitor):
    def asked(email="kari@example.org", client=visitor):
        return client.post(reverse("account_reset_password"), {"email": email}, follow=True)

    return asked


@pytest.fixture
def answer_code(visitor):
    def answered(code, client=visitor):
        return client.post(reverse("account_confirm_password_reset_code"), {"code": code}, follow=True)

    return answered


def code_in_mail(mail=None):
    mail = mail or Email.objects.latest("pk")
    return re.search(r"^([A-Z]{4}-[A-Z]{4})$", mail.message, re.MULTILINE)[1]


def choose(client):
    page = reverse("account_complete_password_reset")
    return client.post(page, {"password1": NEW, "password2": NEW}, follow=True)


def test_forgotten_password_is_replaced_by_a_code_in_a_mail(enrolled, visitor, ask, answer_code, inside, logged):
    ask()
    answer_code(code_in_mail())
    choose(visitor)
    enrolled.refresh_from_db()
    assert enrolled.check_password(NEW)
    assert not inside()
    assert logged() == [("reset_asked", "kari"), ("password_changed", "kari")]


def test_new_password_does_not_stand_in_for_the_second_step(enrolled, visitor, ask, answer_code, type_password):
    ask()
    answer_code(code_in_mail())
    choose(visitor)
    assert type_password(password=NEW)["Location"] == reverse("mfa_authenticate")


def test_new_password_ends_every_session(enrolled, coordinator_client, visitor, ask, answer_code):
    elsewhere = type(visitor)()
    elsewhere.force_login(enrolled)
    ask()
    answer_code(code_in_mail())
    choose(visitor)
    assert elsewhere.get("/admin/").status_code == 302


@pytest.mark.parametrize("language", ["nb", "en"])
def test_mail_is_in_the_readers_language_and_its_text_is_shown_to_nobody(kari, visitor, admin_client, language):
    with translation.override(language):
        visitor.post(reverse("account_reset_password"), {"email": "kari@example.org"})
        greeting = {"nb": "Hei,", "en": "Hello,"}[language]
    mail = Email.objects.get()
    assert mail.message.startswith(greeting)
    assert "kari" in mail.message
    code = code_in_mail()
    assert code not in mail.subject
    for page in ("", f"{mail.pk}/change/"):
        assert code not in admin_client.get(f"/admin/post_office/email/{page}").content.decode()


@pytest.mark.parametrize(("seconds", "holds"), [(9 * 60 + 59, True), (10 * 60 + 1, False)])
def test_code_holds_for_ten_minutes(kari, visitor, ask, answer_code, seconds, holds):
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        ask()
        clock.shift(seconds)
        answer_code(code_in_mail())
        choose(visitor)
    kari.refresh_from_db()
    assert kari.check_password(NEW) == holds


def test_third_wrong_code_ends_it(kari, visitor, ask, answer_code):
    ask()
    for _ in range(3):
        answer_code("BBBB-BBBB")
    answer_code(code_in_mail())
    choose(visitor)
    kari.refresh_from_db()
    assert not kari.check_password(NEW)


def test_tries_at_a_code_are_limited_at_once_too(kari, visitor, ask, answer_code):
    """The count of three stands in the session, which requests at once may read together."""
    ask()
    state = dict(visitor.session)
    for _ in range(limits.RESET_CODES):
        answer_code("BBBB-BBBB")
        session = visitor.session
        session.update(state)
        session.save()
    answer_code(code_in_mail())
    choose(visitor)
    kari.refresh_from_db()
    assert not kari.check_password(NEW)


def test_stranger_spends_nobodys_tries_at_a_code(kari, visitor, ask, answer_code):
    ask()
    for _ in range(limits.RESET_CODES):
        stranger = Client(REMOTE_ADDR="198.51.100.1")
        ask(client=stranger)
        answer_code("BBBB-BBBB", client=stranger)
    answer_code(code_in_mail(Email.objects.earliest("pk")))
    choose(visitor)
    kari.refresh_from_db()
    assert kari.check_password(NEW)


def test_stranger_spends_nobodys_mails_where_they_have_logged_in_before(kari, ask):
    LoginEvent.add("logged_in", kari, neighbourhood("192.0.2.1"))
    for _ in range(limits.RESET_MAILS):
        ask(client=Client(REMOTE_ADDR="198.51.100.1"))
    ask()
    assert Email.objects.count() == limits.RESET_MAILS + 1


def test_code_is_worth_nothing_in_another_browser(kari, ask, answer_code):
    ask()
    elsewhere = Client()
    ask("nobody@example.org", client=elsewhere)
    answer_code(code_in_mail(), client=elsewhere)
    choose(elsewhere)
    kari.refresh_from_db()
    assert not kari.check_password(NEW)


def test_answer_is_the_same_whoever_asks(django_user_model, kari, ask):
    django_user_model.objects.create_user("ola", "ola@example.org", is_active=False)
    django_user_model.objects.create_user("per", "per@example.org")
    pages = set()
    for email in ("kari@example.org", "ola@example.org", "per@example.org", "nobody@example.org"):
        page = ask(email, client=Client()).content.decode()
        pages.add(re.sub(f'csrfmiddlewaretoken" value="[^"]+"|{email}', "", page))
    assert len(pages) == 1
    assert [mail.to for mail in Email.objects.all()] == [["kari@example.org"]]


def test_one_mailbox_gets_few_mails(kari, ask):
    answers = {ask(client=Client()).status_code for _ in range(limits.RESET_MAILS + 2)}
    assert answers == {200}
    assert Email.objects.count() == limits.RESET_MAILS


def test_one_client_asks_seldom(kari, ask):
    for number in range(limits.RESETS_OF_ONE):
        ask(f"somebody-{number}@example.org")
    ask()
    assert not Email.objects.exists()


def test_account_without_a_password_gets_its_first_so(django_user_model, visitor, ask, answer_code):
    user = django_user_model.objects.create_user("ny", "ny@example.org", is_staff=True)
    ask("ny@example.org")
    answer_code(code_in_mail())
    choose(visitor)
    user.refresh_from_db()
    assert user.check_password(NEW)


@pytest.mark.parametrize("password", ["kort ord", "kari@example.org", "q1w2e3r4t5y6"])
def test_weak_password_is_refused(kari, visitor, ask, answer_code, password):
    ask()
    answer_code(code_in_mail())
    page = reverse("account_complete_password_reset")
    visitor.post(page, {"password1": password, "password2": password})
    kari.refresh_from_db()
    assert not kari.check_password(password)
