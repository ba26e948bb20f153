"""The way in: password, then the second step; for those who may enter the admin."""

import re
import sys

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.conf import settings
from django.core.cache import cache
from django.core.signals import got_request_exception
from django.urls import reverse
from django.utils import translation
from django.views.debug import ExceptionReporter

from core import unsaved
from tests.client import SECRET, code

from .conftest import PASSWORD

pytestmark = pytest.mark.django_db


def test_login_asks_for_the_code_and_then_lets_in(visitor, enrolled, type_password, type_code, inside, logged):
    assert type_password()["Location"] == reverse("mfa_authenticate")
    assert not inside()
    assert type_code(code())["Location"] == "/admin/"
    assert inside()
    assert logged() == [("logged_in", "kari")]


def test_login_leads_to_the_page_that_was_asked_for(visitor, enrolled, type_code):
    page = visitor.get("/admin/spaces/space/", follow=True)
    assert page.redirect_chain[-1][0] == f"{reverse('account_login')}?next=/admin/spaces/space/"
    field = re.search('name="next" value="([^"]+)"', page.content.decode())[1]
    visitor.post(reverse("account_login"), {"login": "kari", "password": PASSWORD, "next": field})
    assert type_code(code())["Location"] == "/admin/spaces/space/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_login_leads_nowhere_else(visitor, enrolled, type_code, elsewhere):
    visitor.post(reverse("account_login"), {"login": "kari", "password": PASSWORD, "next": elsewhere})
    assert type_code(code())["Location"] == "/admin/"


def test_login_with_a_wrong_code_lets_nobody_in(enrolled, type_password, type_code, inside, logged):
    type_password()
    assert 'aria-invalid="true"' in type_code("abcdef").content.decode()
    assert not inside()
    assert logged() == [("wrong_code", "kari")]


@pytest.mark.parametrize("spelling", ["{}{}", "{} {}", "{}-{}"])
def test_code_is_worth_something_once(enrolled, visitor, type_password, type_code, inside, spelling):
    type_password()
    used = code()
    type_code(used)
    visitor.post(reverse("account_logout"))
    type_password()
    cache.clear()  # as another process has it
    assert type_code(spelling.format(used[:3], used[3:])).status_code == 200
    assert not inside()


@pytest.fixture
def recovery_codes(enrolled):
    data = {"seed": encrypt("seed"), "used_mask": 0}
    return Authenticator.objects.create(user=enrolled, type=Authenticator.Type.RECOVERY_CODES, data=data).wrap()


def test_recovery_code_lets_in_once(recovery_codes, visitor, type_password, type_code, inside):
    spare = recovery_codes.get_unused_codes()[0]
    type_password()
    type_code(spare)
    assert inside()
    visitor.post(reverse("account_logout"))
    type_password()
    type_code(spare)
    assert not inside()


@pytest.mark.parametrize(("left", "text"), [(9, "9 er igjen"), (1, "én er igjen"), (0, "0 er igjen")])
def test_spent_recovery_code_is_announced(left, text, recovery_codes, visitor, type_password, type_code):
    *spent, spare = recovery_codes.get_unused_codes()[: 10 - left]
    assert all(map(recovery_codes.validate_code, spent))
    type_password()
    type_code(spare)
    page = visitor.get(reverse("admin:index")).content.decode()
    assert text in page


def test_session_gets_another_key_at_login(enrolled, visitor, type_password, type_code, inside):
    type_password()
    before = visitor.session.session_key
    type_code(code())
    assert visitor.session.session_key != before
    assert inside()


REFUSALS = {
    "unknown name": ("ola", PASSWORD, {}),
    "wrong password": ("kari", "x", {}),
    "not staff": ("kari", PASSWORD, {"is_staff": False}),
    "closed account": ("kari", PASSWORD, {"is_active": False}),
}


def test_refusal_is_the_same_for_all(django_user_model, kari, type_password, inside):
    pages = set()
    for name, password, state in REFUSALS.values():
        django_user_model.objects.update(is_staff=True, is_active=True)
        django_user_model.objects.update(**state)
        answer = type_password(name, password)
        page = re.sub(f'(csrfmiddlewaretoken" value=)"[^"]+"|value="{name}"', "", answer.content.decode())
        pages.add((answer.status_code, page))
        assert PASSWORD not in page
        assert not inside()
    assert len(pages) == 1
    assert 'role="alert"' in page


def test_refusals_are_written_down_with_what_is_known(django_user_model, kari, type_password, logged):
    for name, password, state in REFUSALS.values():
        django_user_model.objects.update(is_staff=True, is_active=True)
        django_user_model.objects.update(**state)
        type_password(name, password)
    assert logged() == [("wrong_password", ""), ("wrong_password", "kari"), ("may_not", "kari"), ("may_not", "kari")]


def test_nobody_signs_up(visitor):
    for language in ("nb", "en"):
        with translation.override(language):
            login = reverse("account_login")
        for page in ("signup", "email", "confirm-email", "password/reset"):
            assert visitor.get(f"{login}{page}/").status_code == 404, page


def test_pages_are_kept_and_found_by_nobody(visitor, enrolled, coordinator_client):
    for name in ("account_login", "account_reset_password"):
        response = visitor.get(reverse(name))
        assert "no-store" in response["Cache-Control"]
        assert response["X-Robots-Tag"] == "noindex"
    assert "no-store" in coordinator_client.get(reverse("mfa_index"))["Cache-Control"]


def test_log_out_ends_the_session_and_leaves_no_cookie(enrolled, visitor, type_password, type_code, inside, logged):
    type_password()
    type_code(code())
    answer = visitor.post("/admin/logout/")
    assert answer["Location"] == reverse("account_login")
    assert not inside()
    assert not visitor.cookies[settings.SESSION_COOKIE_NAME].value
    assert logged()[-1] == ("logged_out", "kari")


def test_secrets_are_encrypted_where_they_lie(enrolled):
    row = Authenticator.objects.get(user=enrolled)
    assert SECRET not in str(row.data)
    assert row.wrap().validate_code(code())


def test_secrets_of_another_key_open_nothing(enrolled, settings):
    settings.SECRET_KEY = "another"
    app = Authenticator.objects.get(user=enrolled).wrap()
    assert not app.validate_code(code())
    assert not app.validate_code(code(secret=""))


TYPED = [("account_login", "password"), ("account_change_password", "oldpassword"), ("mfa_reauthenticate", "code")]


@pytest.mark.parametrize(("name", "field"), TYPED)
def test_report_of_an_error_holds_nothing_that_was_typed(visitor, coordinator, name, field, monkeypatch):
    reported = []

    def note(request, **_):
        reported.append(ExceptionReporter(request, *sys.exc_info()).get_traceback_text())

    monkeypatch.setattr("django.forms.BaseForm.is_valid", None)
    visitor.raise_request_exception = False
    got_request_exception.connect(note)
    if name != "account_login":
        visitor.force_login(coordinator)
        visitor.prove_second_step()
    visitor.post(reverse(name), {field: "s3cret"})
    got_request_exception.disconnect(note)
    assert len(reported) == 1
    assert "s3cret" not in reported[0]


def test_login_leads_back_to_what_was_typed_before_it(visitor, enrolled, type_code):
    enrolled.is_superuser = True
    enrolled.save()
    address = reverse("admin:auth_group_add")
    page = visitor.post(address, {"name": "Halvferdig", "opened_by": unsaved.signer.sign(enrolled.pk)}, follow=True)
    field = re.search('name="next" value="([^"]+)"', page.content.decode())[1]
    visitor.post(reverse("account_login"), {"login": "kari", "password": PASSWORD, "next": field})
    assert 'value="Halvferdig"' in visitor.get(type_code(code())["Location"]).content.decode()
