"""A password that is forgotten, and one that is changed."""

import re

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from post_office.models import Email

from accounts import limits
from accounts.models import LoginEvent
from core.client_ip import anonymise_ip
from tests.mail.test_emails import body

pytestmark = pytest.mark.django_db

NEW = "helt andre fire ord"


@pytest.fixture
def request_code(visitor):
    def post(email="kari@example.org", client=visitor):
        return client.post(reverse("account_reset_password"), {"email": email}, follow=True)

    return post


@pytest.fixture
def answer_code(visitor):
    def answered(code, client=visitor):
        return client.post(reverse("account_confirm_password_reset_code"), {"code": code}, follow=True)

    return answered


def code_in_mail(mail=None):
    mail = mail or Email.objects.latest("pk")
    return re.search(r"^([A-Z]{4}-[A-Z]{4})$", body(mail), re.MULTILINE)[1]


def choose(client):
    page = reverse("account_complete_password_reset")
    return client.post(page, {"password1": NEW, "password2": NEW}, follow=True)


def test_forgotten_password_is_replaced_by_a_mailed_code(enrolled, visitor, request_code, answer_code, inside, logged):
    request_code()
    answer_code(code_in_mail())
    choose(visitor)
    enrolled.refresh_from_db()
    assert enrolled.check_password(NEW)
    assert not inside()
    assert logged() == [("reset_asked", "kari"), ("password_changed", "kari")]


def test_new_password_does_not_replace_the_second_step(enrolled, visitor, request_code, answer_code, type_password):
    request_code()
    answer_code(code_in_mail())
    choose(visitor)
    assert type_password(password=NEW)["Location"] == reverse("mfa_authenticate")


def test_new_password_ends_every_session(enrolled, coordinator_client, visitor, request_code, answer_code):
    elsewhere = type(visitor)()
    elsewhere.force_login(enrolled)
    request_code()
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
def test_code_holds_for_ten_minutes(kari, visitor, request_code, answer_code, seconds, holds):
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        request_code()
        clock.shift(seconds)
        answer_code(code_in_mail())
        choose(visitor)
    kari.refresh_from_db()
    assert kari.check_password(NEW) == holds


def test_third_wrong_code_ends_it(kari, visitor, request_code, answer_code):
    request_code()
    for _ in range(3):
        answer_code("BBBB-BBBB")
    answer_code(code_in_mail())
    choose(visitor)
    kari.refresh_from_db()
    assert not kari.check_password(NEW)


@pytest.mark.usefixtures("few_tries")
def test_tries_at_a_code_are_limited_at_once_too(kari, visitor, request_code, answer_code):
    """The count of three stands in the session, which requests at once may read together."""
    request_code()
    state = dict(visitor.session)
    for _ in range(limits.MAX_CODES_PER_RESET):
        answer_code("BBBB-BBBB")
        session = visitor.session
        session.update(state)
        session.save()
    answer_code(code_in_mail())
    choose(visitor)
    kari.refresh_from_db()
    assert not kari.check_password(NEW)


@pytest.mark.usefixtures("few_tries")
def test_stranger_spends_nobodys_tries_at_a_code(kari, visitor, request_code, answer_code):
    request_code()
    for _ in range(limits.MAX_CODES_PER_RESET):
        stranger = Client(REMOTE_ADDR="198.51.100.1")
        request_code(client=stranger)
        answer_code("BBBB-BBBB", client=stranger)
    answer_code(code_in_mail(Email.objects.earliest("pk")))
    choose(visitor)
    kari.refresh_from_db()
    assert kari.check_password(NEW)


@pytest.mark.usefixtures("few_tries")
def test_stranger_spends_nobodys_mails_where_they_have_logged_in_before(kari, request_code):
    LoginEvent.add("logged_in", kari, anonymise_ip("192.0.2.1"))
    for _ in range(limits.MAX_RESET_MAILS):
        request_code(client=Client(REMOTE_ADDR="198.51.100.1"))
    request_code()
    assert Email.objects.count() == limits.MAX_RESET_MAILS + 1


def test_code_is_worth_nothing_in_another_browser(kari, request_code, answer_code):
    request_code()
    elsewhere = Client()
    request_code("nobody@example.org", client=elsewhere)
    answer_code(code_in_mail(), client=elsewhere)
    choose(elsewhere)
    kari.refresh_from_db()
    assert not kari.check_password(NEW)


@pytest.mark.parametrize("is_typed", [False, True])
def test_code_that_went_to_an_earlier_address_is_worth_nothing(kari, visitor, request_code, answer_code, is_typed):
    request_code()
    if is_typed:
        answer_code(code_in_mail())
    kari.email = "new@example.org"
    kari.save()
    answer_code(code_in_mail())
    choose(visitor)
    kari.refresh_from_db()
    assert not kari.check_password(NEW)


def test_answer_is_the_same_whoever_asks(django_user_model, kari, request_code):
    django_user_model.objects.create_user("ola", "ola@example.org", is_active=False)
    django_user_model.objects.create_user("per", "per@example.org")
    pages = set()
    for email in ("kari@example.org", "ola@example.org", "per@example.org", "nobody@example.org"):
        page = request_code(email, client=Client()).content.decode()
        pages.add(re.sub(f'csrfmiddlewaretoken" value="[^"]+"|{email}', "", page))
    assert len(pages) == 1
    assert [mail.to for mail in Email.objects.all()] == [["kari@example.org"]]


@pytest.mark.usefixtures("few_tries")
def test_one_mailbox_gets_few_mails(kari, request_code):
    answers = {request_code(client=Client()).status_code for _ in range(limits.MAX_RESET_MAILS + 2)}
    assert answers == {200}
    assert Email.objects.count() == limits.MAX_RESET_MAILS


@pytest.mark.usefixtures("few_tries")
def test_one_client_asks_seldom(kari, request_code):
    for number in range(limits.MAX_RESETS_PER_CLIENT):
        request_code(f"somebody-{number}@example.org")
    request_code()
    assert not Email.objects.exists()


def test_account_without_a_password_gets_its_first_so(django_user_model, visitor, request_code, answer_code):
    user = django_user_model.objects.create_user("ny", "ny@example.org", is_staff=True)
    request_code("ny@example.org")
    answer_code(code_in_mail())
    choose(visitor)
    user.refresh_from_db()
    assert user.check_password(NEW)


@pytest.mark.parametrize("password", ["kort ord", "kari@example.org", "q1w2e3r4t5y6"])
def test_weak_password_is_refused(kari, visitor, request_code, answer_code, password):
    request_code()
    answer_code(code_in_mail())
    page = reverse("account_complete_password_reset")
    visitor.post(page, {"password1": password, "password2": password})
    kari.refresh_from_db()
    assert not kari.check_password(password)


def test_new_password_gives_nothing_back_that_was_taken_meanwhile(
    enrolled, django_user_model, visitor, request_code, answer_code, monkeypatch
):
    """The account is shut out while its new password is hashed."""
    request_code()
    answer_code(code_in_mail())
    taken = {"is_active": False, "is_staff": False, "email": ""}

    def hash_slowly(password):
        django_user_model.objects.filter(pk=enrolled.pk).update(**taken)
        return make_password(password)

    monkeypatch.setattr("django.contrib.auth.base_user.make_password", hash_slowly)
    choose(visitor)
    enrolled.refresh_from_db()
    assert enrolled.check_password(NEW)
    assert {name: getattr(enrolled, name) for name in taken} == taken
