from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from members.joining.models import MailPreference
from tests.factories import CoordinatorFactory
from tests.html_forms import fields_of

from .deciding import text

pytestmark = pytest.mark.django_db


MY_MAIL = "/en/admin/my-mail/"
FILLED = {"first_name": "Kari", "last_name": "Nordmann", "email": "kari@example.org", "timing": "at_once"}


def open_my_mail(client):
    """Open the page; return what sends its form, with what is typed."""
    opened = fields_of(client.get(MY_MAIL), "my_mail_form")
    return lambda **typed: client.post(MY_MAIL, opened | typed)


def stored(coordinator):
    coordinator = get_user_model().objects.get(pk=coordinator.pk)
    return {name: getattr(coordinator, name) for name in ("first_name", "last_name", "email")} | {
        "timing": coordinator.mail_preference.timing
    }


@pytest.fixture
def save_my_mail(coordinator_client):
    def save_my_mail(**fields):
        coordinator_client.prove_second_step()
        return open_my_mail(coordinator_client)(**FILLED | fields)

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


def test_two_tabs_keep_what_each_of_them_changed(save_my_mail, coordinator_client, coordinator):
    save_my_mail()
    first, second = open_my_mail(coordinator_client), open_my_mail(coordinator_client)
    assert first(timing="digest", last_name="Hansen").status_code == 302
    assert second(first_name="Berit").status_code == 302
    assert stored(coordinator) == FILLED | {"first_name": "Berit", "last_name": "Hansen", "timing": "digest"}
    told = text(coordinator_client.get("/en/admin/"))
    assert "Somebody changed this while you had it open. That is kept too: Last name, News of join requests." in told


def test_two_tabs_that_change_the_same_are_asked_and_nothing_is_lost(save_my_mail, coordinator_client, coordinator):
    save_my_mail()
    for choice, name in (("theirs", "Hansen"), ("mine", "Olsen")):
        first, second = open_my_mail(coordinator_client), open_my_mail(coordinator_client)
        first(last_name="Hansen", timing="digest")
        asked = second(last_name="Olsen", first_name="Berit")
        assert asked.status_code == 200
        assert stored(coordinator) == FILLED | {"last_name": "Hansen", "timing": "digest"}
        assert "Choose above what is to stay" in text(asked)
        again = fields_of(asked, "my_mail_form")
        assert (again["last_name"], again["first_name"], again["timing"]) == (["Olsen"], ["Berit"], ["digest"])
        assert coordinator_client.post(MY_MAIL, again).status_code == 200, "nothing is chosen yet"
        assert coordinator_client.post(MY_MAIL, again | {"choice-last_name": choice}).status_code == 302
        assert stored(coordinator) == FILLED | {"first_name": "Berit", "last_name": name, "timing": "digest"}
        save_my_mail()


def test_form_that_names_no_version_is_asked(save_my_mail, coordinator_client, coordinator):
    save_my_mail()
    assert coordinator_client.post(MY_MAIL, FILLED | {"last_name": "Olsen"}).status_code == 200
    assert stored(coordinator) == FILLED
