from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest
import time_machine
from django.db import connections
from django.test import Client
from django.utils import timezone
from post_office.models import Email

from members.joining.models import JoinRequest

from .form import QUICKLY, filled, submission_in

pytestmark = pytest.mark.django_db


def test_sent_again_after_it_was_confirmed_is_explained_and_then_another_request(client):
    data = filled(client)
    client.post("/bli-med/", data)
    JoinRequest.objects.get().confirm()
    response = client.post("/bli-med/", data | {"name": "Et annet hus"})
    page = unescape(response.content.decode())
    assert 'value="Et annet hus"' in page
    assert 'class="error-summary"' in page
    with time_machine.travel(timezone.now() + QUICKLY * 5, tick=False):
        again = data | {"name": "Et annet hus", "submission": submission_in(response)}
        assert client.post("/bli-med/", again).status_code == 302
    assert set(JoinRequest.objects.values_list("name", flat=True)) == {"Ærlig hus", "Et annet hus"}


def test_sent_twice_is_one_request_and_one_mail(client):
    data = filled(client)
    first, second = client.post("/bli-med/", data), client.post("/bli-med/", data)
    assert first.status_code == second.status_code == 302
    assert JoinRequest.objects.get().spaces.count() == 1
    assert Email.objects.count() == 1


def test_sent_again_with_a_mended_address_is_still_one_request(client):
    data = filled(client, contact_email="tset@example.org")
    client.post("/bli-med/", data)
    wrong = JoinRequest.objects.get().confirm_token
    client.post("/bli-med/", data | {"contact_email": "test@example.org"})
    assert JoinRequest.objects.get().contact_email == "test@example.org"
    assert [email.to for email in Email.objects.order_by("pk")] == [["tset@example.org"], ["test@example.org"]]
    assert client.get(f"/bli-med/bekreft/{wrong}/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_are_one_request_and_one_mail(client):
    data = filled(client)

    def post(_):
        try:
            return Client().post("/bli-med/", data).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(post, range(20))) == {302}
    assert JoinRequest.objects.get().spaces.count() == 1
    assert Email.objects.count() == 1
