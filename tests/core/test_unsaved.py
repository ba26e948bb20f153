"""A long edit that is sent after the session ended is shown again after the login, and saved by its writer alone."""

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core import unsaved
from spaces.models import Space
from tests.factories import CoordinatorFactory, JoinRequestFactory, PhotoFactory
from tests.html_forms import fields_of

pytestmark = pytest.mark.django_db

TEXT = "Et langt avsnitt om huset"


@pytest.fixture
def space(db):
    return PhotoFactory().space


def edit(client, space, **fields):
    """Open the form, let the session end, and send what was typed."""
    address = reverse("admin:spaces_space_change", args=[space.pk])
    form = fields_of(client.get(address), "space_form") | {"description_nb": TEXT, "photos-0-alt_nb": TEXT} | fields
    client.cookies.pop("sessionid")
    response = client.post(address, form)
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")
    return address


def test_edit_is_shown_after_the_login_and_saved_when_sent(client, coordinator, space):
    client.force_login(coordinator)
    address = edit(client, space)
    client.force_login(coordinator)
    shown = client.get(address)
    assert "Du ble logget ut før dette var lagret." in shown.content.decode()
    form = fields_of(shown, "space_form")
    assert (form["description_nb"], form["photos-0-alt_nb"]) == ([TEXT], [TEXT])
    assert not Space.objects.exclude(description_nb="").exists()
    assert "description_nb" not in str(client.session.items())
    assert client.post(address, form).status_code == 302
    space.refresh_from_db()
    assert (space.description_nb, space.photos.get().alt_nb) == (TEXT, TEXT)
    assert TEXT not in str(client.session.items())


def test_edit_of_another_is_dropped(client, coordinator, space):
    client.force_login(coordinator)
    address = edit(client, space)
    client.force_login(CoordinatorFactory())
    client.get(reverse("admin:index"))
    assert unsaved.SESSION_KEY not in client.session
    assert TEXT not in client.get(address).content.decode()


def test_edit_meets_what_was_saved_meanwhile(client, coordinator, space):
    client.force_login(coordinator)
    address = edit(client, space, name="Kaia")
    Space.objects.filter(pk=space.pk).update(town="Moss", description_nb="En annens tekst")
    client.force_login(coordinator)
    shown = client.get(address)
    page = shown.content.decode()
    assert "Du ble logget ut før dette var lagret." in page
    for text in ("Slik det ble lagret i mellomtiden", "En annens tekst", "Slik du skrev det", "Oslo →"):
        assert text in page, text
    form = fields_of(shown, "space_form")
    assert client.post(address, form).status_code == 200
    assert client.post(address, form | {"choice-description_nb": "mine"}).status_code == 302
    space.refresh_from_db()
    assert (space.name, space.town, space.description_nb) == ("Kaia", "Moss", TEXT)


def test_texts_about_a_join_request_are_shown_again(client, coordinator):
    request = JoinRequestFactory(state="in_review")
    for step in ("ask", "assess"):
        client.force_login(coordinator)
        opened_by = unsaved.signer.sign(coordinator.pk)
        client.cookies.pop("sessionid")
        address = reverse(f"admin:members_joinrequest_{step}", args=[request.pk])
        client.post(address, {"seen": 0, "text": TEXT, "opened_by": opened_by})
        client.force_login(coordinator)
        assert TEXT in client.get(address).content.decode(), step
    assert not request.events.exists()


def test_strangers_large_posts_passwords_and_other_sites_leave_nothing(client, coordinator, space):
    address = reverse("admin:spaces_space_change", args=[space.pk])
    signed = {"opened_by": unsaved.signer.sign(coordinator.pk)}
    for fields in ({"name": "x"}, {"opened_by": str(coordinator.pk)}, signed | {"name": "x" * unsaved.MAX_BYTES}):
        client.post(address, fields)
    assert Client(enforce_csrf_checks=True).post(address, signed).status_code == 403
    assert not Session.objects.exists()
    client.post(reverse("admin:auth_user_add"), signed | {"password1": "riktig hest", "username": "kari"})
    assert client.session[unsaved.SESSION_KEY]["fields"].keys() == {"opened_by", "username"}
    assert Session.objects.get().expire_date <= timezone.now() + settings.SESSION_IDLE_TIMEOUT
