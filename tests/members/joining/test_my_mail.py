from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from members.joining.models import MailPreference
from tests.factories import CoordinatorFactory

from .deciding import text

pytestmark = pytest.mark.django_db


MY_MAIL = "/en/admin/my-mail/"


@pytest.fixture
def save_my_mail(coordinator_client):
    def save_my_mail(**fields):
        coordinator_client.prove_second_step()
        filled = {"first_name": "Kari", "last_name": "Nordmann", "email": "kari@example.org", "timing": "at_once"}
        return coordinator_client.post(MY_MAIL, filled | fields)

    return save_my_mail


def test_my_mail_is_saved(save_my_mail, coordinator):
    assert save_my_mail(timing="digest").status_code == 302
    coordinator.refresh_from_db()
    assert (coordinator.get_full_name(), coordinator.email) == ("Kari Nordmann", "kari@example.org")
    assert coordinator.mail_preference.timing == "digest"


def test_digest_tells_of_what_happens_from_now_on(save_my_mail, coordinator):
    long_ago = timezone.now() - timedelta(days=90)
    MailPreference.objects.create(user=coordinator, timing="at_once", digested_until=long_ago)
    before = timezone.now()
    save_my_mail(timing="digest")
    first = MailPreference.objects.get().digested_until
    assert first >= before
    save_my_mail(timing="digest")
    assert MailPreference.objects.get().digested_until == first


@pytest.mark.parametrize("email", ["kari", '"a,b"@example.org'])
def test_my_mail_refuses_what_is_no_mailbox(save_my_mail, coordinator, email):
    assert save_my_mail(email=email).context["form"].errors["email"]
    coordinator.refresh_from_db()
    assert not coordinator.email


def test_my_mail_is_for_staff_alone(client):
    assert client.get(MY_MAIL).status_code == 302
    user = get_user_model().objects.create_user("staff", is_staff=True)
    client.force_login(user)
    assert client.get(MY_MAIL).status_code == 200


def test_my_mail_changes_nobody_else(save_my_mail, coordinator):
    other = CoordinatorFactory(email="ola@example.org")
    save_my_mail(username="x", is_superuser="on", user=other.pk, pk=other.pk)
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
