"""What an account is reached or proved by changes only where the second step was proved anew; its owner is told."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.management import call_command
from django.urls import reverse
from django.utils import translation
from post_office.models import Email

from accounts.models import LoginEvent
from accounts.people import get_by_email
from core.versions import version_of
from tests.at_once import at_once
from tests.client import StaffClient, code, enrol
from tests.html_forms import fields_of

from .conftest import PASSWORD

pytestmark = pytest.mark.django_db

NEW = "helt andre fire ord"
MY_MAIL = "/admin/my-mail/"
USERS = "/admin/auth/user/"


def my_mail(client, email="new@example.org"):
    opened = fields_of(client.get(MY_MAIL), "my_mail_form")
    return opened | {"first_name": "Kari", "last_name": "Nordmann", "email": email, "timing": "at_once"}


def account(user, **fields):
    """Return what the form of the user's account holds."""
    when = {"last_login_0": "", "last_login_1": "", "date_joined_0": "2026-01-01", "date_joined_1": "12:00"}
    there = {"username": user.username, "email": user.email, "is_active": "on", "is_staff": "on"}
    return there | {"version": version_of(user)} | when | fields


@pytest.fixture
def inside_as_kari(visitor, enrolled):
    visitor.force_login(enrolled)
    return visitor


@pytest.fixture
def superuser(django_user_model):
    return django_user_model.objects.create_superuser("root", "root@example.org", PASSWORD)


@pytest.fixture
def inside_as_superuser(superuser):
    client = StaffClient(REMOTE_ADDR="192.0.2.78")
    client.force_login(superuser)
    return client


@pytest.fixture
def elsewhere(enrolled):
    """Another browser where kari is logged in."""
    client = StaffClient(REMOTE_ADDR="198.51.100.9")
    client.force_login(enrolled)
    key = client.session.session_key
    UserSession.objects.create(user=enrolled, ip="198.51.100.0", session_key=key, user_agent="")
    return client


def everything(django_user_model):
    users = django_user_model.objects.order_by("pk").values("username", "email", "password", "is_superuser")
    return [*users, *Authenticator.objects.order_by("pk").values("pk", "user", "type", "data")]


def test_session_alone_changes_nothing_of_its_account(inside_as_kari, enrolled, django_user_model):
    passwords = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    before = everything(django_user_model)
    for page, data in {
        MY_MAIL: my_mail(inside_as_kari),
        reverse("account_change_password"): passwords,
        reverse("mfa_deactivate_totp"): {},
        reverse("mfa_add_webauthn"): {"name": "x", "credential": "{}"},
        reverse("mfa_generate_recovery_codes"): {},
    }.items():
        answer = inside_as_kari.post(page, data)
        assert answer["Location"].startswith(reverse("mfa_reauthenticate")), page
        assert everything(django_user_model) == before, page
        assert NEW not in str(dict(inside_as_kari.session)), page


def test_superusers_session_alone_changes_no_account(inside_as_superuser, enrolled, django_user_model):
    before = everything(django_user_model)
    for page, data in {
        f"{USERS}{enrolled.pk}/change/": account(enrolled, email="evil@example.org", is_superuser="on"),
        f"{USERS}{enrolled.pk}/delete/": {"post": "yes"},
        USERS: {"action": "reset_second_step", "_selected_action": [enrolled.pk]},
    }.items():
        answer = inside_as_superuser.post(page, data)
        assert answer["Location"].startswith(reverse("mfa_reauthenticate")), page
        assert everything(django_user_model) == before, page
        assert NEW not in str(dict(inside_as_superuser.session)), page


def test_password_does_not_stand_in_for_the_second_step(inside_as_kari, enrolled):
    inside_as_kari.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    inside_as_kari.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(user=enrolled).exists()


def test_login_does_not_stand_in_for_the_second_step(enrolled, visitor, type_password, type_code):
    type_password()
    type_code(code())
    visitor.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(user=enrolled).exists()


def test_what_was_typed_is_saved_after_the_code(inside_as_kari, enrolled, logged, elsewhere):
    asked = inside_as_kari.post(MY_MAIL, my_mail(inside_as_kari))
    inside_as_kari.post(asked["Location"], {"code": code()})
    enrolled.refresh_from_db()
    assert (enrolled.email, enrolled.first_name) == ("new@example.org", "Kari")
    assert logged() == [("email_changed", "kari")]
    assert Email.objects.get().to == ["kari@example.org"]
    assert inside_as_kari.get(MY_MAIL).status_code == 200
    assert elsewhere.get(MY_MAIL).status_code == 302


def test_name_and_wish_for_mail_need_no_second_step(inside_as_kari, enrolled, logged):
    inside_as_kari.post(MY_MAIL, my_mail(inside_as_kari, "kari@EXAMPLE.org"))
    enrolled.refresh_from_db()
    assert (enrolled.email, enrolled.first_name) == ("kari@example.org", "Kari")
    assert not logged()
    assert not Email.objects.exists()


@pytest.mark.parametrize("email", ["ola@example.org", "OLA@Example.ORG"])
def test_address_of_another_account_is_refused(inside_as_kari, inside_as_superuser, enrolled, django_user_model, email):
    django_user_model.objects.create_user("ola", "Ola@example.org", is_active=False)
    for client, page, data in (
        (inside_as_kari, MY_MAIL, my_mail(inside_as_kari, email)),
        (inside_as_superuser, f"{USERS}{enrolled.pk}/change/", account(enrolled, email=email)),
    ):
        client.prove_second_step()
        with translation.override("en"):
            answer = client.post(f"/en{page}", data)
        assert "Another account has this address." in answer.content.decode(), page
    enrolled.refresh_from_db()
    assert enrolled.email == "kari@example.org"


def test_spellings_of_one_address_are_one_and_other_domains_are_not(inside_as_kari, enrolled, django_user_model):
    ola = django_user_model.objects.create_user("ola", "ola@xn--blbr-roah.example", is_staff=True)
    inside_as_kari.prove_second_step()
    assert inside_as_kari.post(MY_MAIL, my_mail(inside_as_kari, "ola@blåbær.example")).status_code == 200
    ola.email = "ola@inne.example"
    ola.save()
    for other in ("ola@\u0131nne.example", "o\u0131a@inne.example"):  # which PostgreSQL takes for i
        inside_as_kari.post(MY_MAIL, my_mail(inside_as_kari, other))
        assert get_by_email("ola@inne.example") == ola


def test_accounts_may_have_no_address(inside_as_kari, enrolled, coordinator):
    inside_as_kari.prove_second_step()
    assert inside_as_kari.post(MY_MAIL, my_mail(inside_as_kari, "")).status_code == 302
    enrolled.refresh_from_db()
    assert enrolled.email == coordinator.email == ""


@pytest.mark.django_db(transaction=True)
def test_two_accounts_do_not_take_one_address_at_once(django_user_model):
    clients = []
    for name in ("kari", "ola"):
        client = StaffClient()
        client.force_login(django_user_model.objects.create_user(name, f"{name}@example.org", is_staff=True))
        client.prove_second_step()
        clients.append(client)
    for number in range(5):
        spellings = f"both-{number}@example.org", f"BOTH-{number}@example.org"
        calls = zip(clients, spellings, strict=True)
        at_once(
            *(
                lambda client=client, email=email: client.post(MY_MAIL, my_mail(client, email))
                for client, email in calls
            )
        )
        emails = {email.casefold() for email in django_user_model.objects.values_list("email", flat=True)}
        assert len(emails) == 2
        assert spellings[0] in emails


def test_superuser_changes_an_address_and_its_owner_is_told(inside_as_superuser, enrolled, elsewhere, logged):
    inside_as_superuser.prove_second_step()
    inside_as_superuser.post(f"{USERS}{enrolled.pk}/change/", account(enrolled, email="new@example.org"))
    enrolled.refresh_from_db()
    assert enrolled.email == "new@example.org"
    assert Email.objects.get().to == ["kari@example.org"]
    assert logged() == [("email_changed", "kari")]
    assert elsewhere.get("/admin/").status_code == 302
    assert inside_as_superuser.get("/admin/").status_code == 200


def test_nobody_makes_an_account_or_sets_a_password_of_another(inside_as_superuser, enrolled):
    """Nor reads of LDAP: coordinators are invited, and choose their password with a mailed code."""
    inside_as_superuser.prove_second_step()
    assert inside_as_superuser.get(f"{USERS}{enrolled.pk}/password/", follow=True).redirect_chain[-1][0] == "/admin/"
    for page in (USERS, f"{USERS}{enrolled.pk}/change/"):
        shown = inside_as_superuser.get(page).content.decode()
        assert "kari" in shown
        for word in ("LDAP", "assord", f"{USERS}add/"):
            assert word not in shown.replace(reverse("account_change_password"), "").replace("Endre passord", ""), word
    assert inside_as_superuser.post(f"{USERS}add/", {"username": "evil"}).status_code == 403


def test_password_is_changed_after_the_second_step(inside_as_kari, enrolled, elsewhere, logged):
    inside_as_kari.prove_second_step()
    page = reverse("account_change_password")
    inside_as_kari.post(page, {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    enrolled.refresh_from_db()
    assert enrolled.check_password(NEW)
    assert logged() == [("password_changed", "kari")]
    assert Email.objects.get().to == ["kari@example.org"]
    assert inside_as_kari.get("/admin/").status_code == 200
    assert elsewhere.get("/admin/").status_code == 302
    assert UserSession.objects.count() == 1


def test_second_step_taken_away_is_told_to_its_owner(inside_as_superuser, enrolled, django_user_model):
    inside_as_superuser.prove_second_step()
    inside_as_superuser.post(USERS, {"action": "reset_second_step", "_selected_action": [enrolled.pk]})
    enrol(enrolled)
    call_command("reset_second_step", "kari")
    assert [mail.to for mail in Email.objects.all()] == [["kari@example.org"]] * 2
    assert LoginEvent.objects.filter(kind="step_removed", user=enrolled).count() == 2


@pytest.mark.django_db(transaction=True)
def test_new_recovery_codes_end_the_other_sessions(inside_as_kari, enrolled, elsewhere):
    inside_as_kari.prove_second_step()
    inside_as_kari.post(reverse("mfa_generate_recovery_codes"))
    assert elsewhere.get("/admin/").status_code == 302
    assert inside_as_kari.get("/admin/").status_code == 200
