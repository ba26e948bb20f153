import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts import limits
from accounts.models import LoginEvent
from tests.client import StaffClient, enrol

PASSWORD = "riktig hest batteri stift"


@pytest.fixture(autouse=True)
def codes_unused():
    """This process remembers used codes by user, and users' keys come again."""
    cache.clear()


@pytest.fixture
def few_tries(monkeypatch):
    """Limits that are reached by few requests; test_limits.py knows the real figures."""
    monkeypatch.setattr(limits, "MAX_PASSWORDS_PER_CLIENT", 5)
    monkeypatch.setattr(limits, "MAX_PASSWORDS_PER_ACCOUNT_AND_CLIENT", 2)
    monkeypatch.setattr(limits, "MAX_PASSWORDS_PER_ACCOUNT", 3)
    monkeypatch.setattr(limits, "MAX_CODES", 2)
    monkeypatch.setattr(limits, "MAX_RESETS_PER_CLIENT", 5)
    monkeypatch.setattr(limits, "MAX_RESET_MAILS", 2)
    monkeypatch.setattr(limits, "MAX_CODES_PER_RESET", 4)


@pytest.fixture
def kari(django_user_model):
    """Has a password and no second step yet."""
    return django_user_model.objects.create_user("kari", "kari@example.org", PASSWORD, is_staff=True)


@pytest.fixture
def enrolled(kari):
    enrol(kari)
    return kari


@pytest.fixture
def visitor():
    return StaffClient(REMOTE_ADDR="192.0.2.77")


@pytest.fixture
def logged():
    """What was written down, the first thing first: what happened and to whom."""
    return lambda: [(event.kind, str(event.user or "")) for event in LoginEvent.objects.order_by("pk")]


@pytest.fixture
def type_password(visitor):
    def typed(name="kari", password=PASSWORD, client=visitor, **options):
        return client.post(reverse("account_login"), {"login": name, "password": password}, **options)

    return typed


@pytest.fixture
def type_code(visitor):
    def typed(code, **options):
        return visitor.post(reverse("mfa_authenticate"), {"code": code}, **options)

    return typed


@pytest.fixture
def inside(visitor):
    """Whether the admin lets the visitor in."""
    return lambda: visitor.get("/admin/").status_code == 200
