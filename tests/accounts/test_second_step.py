"""Setting up the second step, which everybody must who may enter the admin."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse
from post_office.models import Email

from accounts import credentials
from tests.client import StaffClient, code

pytestmark = pytest.mark.django_db(transaction=True)


def set_up_app(client):
    """Read the secret off the page, and type what an app would show."""
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search('class="login-secret">(.+?)<', page)[1].replace(" ", "")
    assert f"secret={secret}" in page
    return client.post(reverse("mfa_activate_totp"), {"code": code(secret)}, follow=True)


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize(
    "page", ["", "spaces/space/", "spaces/space/import/", "my-mail/", "password_change/", "nothing/"]
)
def test_password_alone_opens_nothing_of_the_admin(kari, visitor, type_password, page, language):
    type_password()
    answer = visitor.get(f"{language}/admin/{page}", follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0].endswith(reverse("mfa_index").removeprefix("/login"))
    assert answer.resolver_match.url_name == "mfa_index"


def test_superuser_has_no_other_way(django_user_model, visitor):
    Client.force_login(visitor, django_user_model.objects.create_superuser("root"))
    assert visitor.get("/admin/")["Location"].startswith("/admin/login/")
    assert visitor.get("/admin/login/")["Location"] == reverse("mfa_index")


def test_session_without_the_step_makes_up_for_it(enrolled, visitor, inside):
    Client.force_login(visitor, enrolled)
    answer = visitor.get("/admin/", follow=True)
    assert answer.resolver_match.url_name == "mfa_reauthenticate"
    visitor.post(reverse("mfa_reauthenticate"), {"code": code()})
    assert inside()


def test_one_who_may_not_enter_is_refused_and_not_sent_round(django_user_model, visitor):
    Client.force_login(visitor, django_user_model.objects.create_user("nobody"))
    answer = visitor.get("/admin/", follow=True)
    assert answer.status_code == 403
    assert "Til kartet" in answer.content.decode()


def test_setting_up_an_app_shows_recovery_codes_and_lets_in(kari, visitor, type_password, inside, logged):
    type_password()
    page = set_up_app(visitor).content.decode()
    assert len(re.findall(r"<code>\d{8}</code>", page)) == 10
    assert inside()
    assert not re.findall(r"<code>\d{8}</code>", visitor.get(reverse("mfa_view_recovery_codes")).content.decode())
    assert logged() == [("logged_in", "kari"), ("step_added", "kari")]
    mail = Email.objects.get()
    assert (mail.to, "kari" in mail.message) == (["kari@example.org"], True)


def test_app_with_a_wrong_code_is_not_set_up(kari, visitor, type_password, inside):
    type_password()
    visitor.get(reverse("mfa_activate_totp"))
    visitor.post(reverse("mfa_activate_totp"), {"code": "abcdef"})
    assert not Authenticator.objects.exists()
    assert not inside()


def test_setting_up_the_first_step_ends_sessions_that_had_none(kari, visitor, type_password, inside):
    elsewhere = StaffClient()
    type_password(client=elsewhere)
    type_password()
    set_up_app(visitor)
    assert elsewhere.get(reverse("mfa_index")).status_code == 302
    assert inside()


def test_removing_the_only_step_leaves_no_session_inside(enrolled, visitor, type_password, inside, logged):
    enter(visitor, type_password)
    visitor.prove_second_step()
    visitor.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists()
    assert not inside()
    assert visitor.get("/admin/", follow=True).resolver_match.url_name == "mfa_index"
    assert logged()[-1] == ("step_removed", "kari")


def enter(visitor, type_password):
    type_password()
    visitor.post(reverse("mfa_authenticate"), {"code": code()})


@pytest.mark.parametrize("name", ["mfa_deactivate_totp", "mfa_generate_recovery_codes", "mfa_add_webauthn"])
def test_change_asks_again_after_five_minutes(enrolled, visitor, type_password, name):
    enter(visitor, type_password)
    visitor.prove_second_step()
    session = visitor.session
    key = "account_authentication_methods"
    session[key] = [record | {"at": record["at"] - 6 * 60} for record in session[key]]
    session.save()
    answer = visitor.post(reverse(name), follow=True)
    assert answer.resolver_match.url_name == "mfa_reauthenticate"
    assert Authenticator.objects.count() == 1


def test_step_taken_away_while_it_is_asked_for_begins_anew(enrolled, visitor, type_password):
    type_password()
    credentials.remove_second_step(enrolled)
    assert visitor.get("/admin/", follow=True).resolver_match.url_name == "account_login"
    assert type_password(follow=True).resolver_match.url_name == "mfa_index"


def test_new_recovery_codes_replace_the_old(kari, visitor, type_password, logged):
    type_password()
    old = re.findall(r"<code>(\d{8})</code>", set_up_app(visitor).content.decode())
    page = visitor.post(reverse("mfa_generate_recovery_codes"), follow=True).content.decode()
    new = re.findall(r"<code>(\d{8})</code>", page)
    assert len(new) == 10
    assert not set(new) & set(old)
    assert logged()[-1] == ("codes_renewed", "kari")


def test_list_of_sessions_knows_no_whole_address(enrolled, visitor, type_password):
    enter(visitor, type_password)
    assert UserSession.objects.get().ip == "192.0.2.0"


JUNK = ["", "null", "1", "[]", "{}", '{"id": 1}', '"x"', '{"id": "x", "response": 1}', "{"]


@pytest.mark.parametrize("credential", JUNK)
@pytest.mark.parametrize("name", ["mfa_authenticate", "mfa_add_webauthn"])
def test_passkey_that_is_none_is_refused(enrolled, visitor, type_password, inside, name, credential):
    type_password()
    if name == "mfa_add_webauthn":
        visitor.post(reverse("mfa_authenticate"), {"code": code()})
        visitor.prove_second_step()
    visitor.get(reverse(name))
    assert visitor.post(reverse(name), {"credential": credential, "name": "x"}).status_code == 200
    assert Authenticator.objects.count() == 1
    assert inside() == (name == "mfa_add_webauthn")
