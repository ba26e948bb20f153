"""Each of our checks is silent where all is well, and speaks where it is not."""

import pytest
from django.contrib.auth import get_user_model
from django.core.checks import WARNING, run_checks

SAFE = {
    "EMAIL_HOST": "mail.example.org",
    "EMAIL_USE_TLS": True,
    "EMAIL_HOST_USER": "site",
    "EMAIL_HOST_PASSWORD": "k9PzV0",
    "ADMINS": [("", "operator@example.org")],
    "CONTACT_EMAIL": "post@example.org",
}


@pytest.fixture
def found(settings):
    """Return the messages of our checks."""
    for name, value in SAFE.items():
        setattr(settings, name, value)

    def run():
        messages = run_checks(include_deployment_checks=True)
        return [message for message in messages if message.id.startswith("coworking_norge.")]

    return run


def test_silent_where_all_is_well(found):
    assert found() == []


@pytest.mark.parametrize(
    ("number", "name", "value"),
    [
        ("W004", "EMAIL_USE_TLS", False),
        ("W008", "EMAIL_HOST_PASSWORD", "Password"),
        ("W008", "EMAIL_HOST_PASSWORD", "site"),
        ("W012", "CONTACT_EMAIL", "post@coworking.local"),
    ],
)
def test_warns_of_a_setting(found, settings, number, name, value):
    setattr(settings, name, value)
    assert [message.id for message in found()] == [f"coworking_norge.{number}"]


def test_warns_of_a_weak_password_of_the_database(found, settings, monkeypatch):
    monkeypatch.setitem(settings.DATABASES["default"], "USER", "coworking_site")
    monkeypatch.setitem(settings.DATABASES["default"], "PASSWORD", "Coworking_Site")
    (message,) = found()
    assert (message.id, "DATABASE_URL" in message.msg) == ("coworking_norge.W008", True)


@pytest.mark.parametrize(("name", "value"), [("ADMINS", []), ("CONTACT_EMAIL", "")])
def test_only_mentions_that_nobody_is_told(found, settings, name, value):
    setattr(settings, name, value)
    (message,) = found()
    assert name in message.msg
    assert message.level < WARNING


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_mail_may_reach_this_machine_in_the_clear(found, settings, host):
    settings.EMAIL_USE_TLS, settings.EMAIL_HOST = False, host
    assert found() == []


@pytest.mark.parametrize(
    ("name", "password", "warns"),
    [
        ("kari", "k9PzV0-and-more", False),
        ("kari", "kari", True),
        ("kari", "koordinator", True),
        ("kari", None, False),
    ],
)
def test_warns_of_staff_with_a_password_that_anybody_would_try(db, name, password, warns):
    get_user_model().objects.create_user(name, password=password, is_staff=True)
    get_user_model().objects.create_user("stranger", password="password")
    found = run_checks(include_deployment_checks=True, databases=["default"], tags=["database"])
    assert {message.id for message in found} == ({"coworking_norge.W009"} if warns else set())
    assert name not in str(found)


def test_names_accounts_that_share_an_address(db):
    create = get_user_model().objects.create_user
    first, second = create("kari", "kari@blåbær.example"), create("kari2", "KARI@xn--blbr-roah.example")
    for name in ("ola", "per"):
        create(name)
    found = run_checks(include_deployment_checks=True, databases=["default"], tags=["database"])
    assert [(message.id, message.hint) for message in found] == [
        ("coworking_norge.I011", f"Give nos. {first.pk}, {second.pk} one each.")
    ]
