from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from members.models import MailPreference
from tests.factories import CoordinatorFactory

from .deciding import text

pytestmark = pytest.mark.django_db


MY_MAIL = "/en/admin/my-mail/"


@pytest.fixture
def settle(coordinator_client):
    def settle(**fields):
        filled = {"first_name": "Kari", "last_name": "Nordmann", "email": "kari@example.org", "timing": "at_once"}
        return coordinator_client.post(MY_MAIL, filled | fields)

    return settle


def test_my_mail_is_saved(settle, coordinator):
    assert settle(timing="digest").status_code == 302
    coordinator.refresh_from_db()
    assert (coordinator.get_full_name(), coordinator.email) == ("Kari Nordmann", "kari@example.org")
    assert coordinator.mail_preference.timing == "digest"


def test_digest_tells_of_what_happens_from_now_on(settle, coordinator):
    long_ago = timezone.now() - timedelta(days=90)
    MailPreference.objects.create(user=coordinator, timing="at_once", told_until=long_ago)
    before = timezone.now()
    settle(timing="digest")
    first = MailPreference.objects.get().told_until
    assert first >= before
    settle(timing="digest")
    assert MailPreference.objects.get().told_until == first


@pytest.mark.parametrize("email", ["kari", '"a,b"@example.org'])
def test_my_mail_refuses_what_is_no_mailbox(settle, coordinator, email):
    assert settle(email=email).context["form"].errors["email"]
    coordinator.refresh_from_db()
    assert not coordinator.email


def test_my_mail_is_for_staff_alone(client):
    assert client.get(MY_MAIL).status_code == 302
    user = get_user_model().objects.create_user("staff", is_staff=True)
    client.force_login(user)
    assert client.get(MY_MAIL).status_code == 200


def test_my_mail_changes_nobody_else(settle, coordinator):
    other = CoordinatorFactory(email="ola@example.org")
    settle(username="x", is_superuser="on", user=other.pk, pk=other.pk)
    other.refresh_from_db()
    coordinator.refresh_from_db()
    assert other.email == "ola@example.org"
    assert not coordinator.is_superuser


@pytest.mark.parametrize("email", ["", "kari@example.org"])
def test_start_page_tells_who_has_no_address(coordinator_client, coordinator, email):
    coordinator.email = email
    coordinator.save()
    page = text(coordinator_client.get("/en/admin/"))
    assert ("No mail from the site reaches you" in page) == (not email)
    assert f'href="{MY_MAIL}"' in page
