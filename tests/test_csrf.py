"""Forms that come without a valid CSRF token, as after cookies were cleared."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from members.joining.models import JoinRequest
from tests.factories import JoinRequestFactory
from tests.html_forms import fields_of
from tests.members.joining.form import SPACE, filled

pytestmark = pytest.mark.django_db

OTHER_SITE = {"headers": {"origin": "https://example.com"}}


@pytest.fixture
def strict():
    return Client(enforce_csrf_checks=True)


def test_join_form_comes_back_with_what_was_typed_and_can_be_sent(client, strict):
    typed = filled(client, SPACE, {"name": "Kaia", "town": "Bergen", "is_open": "False"}, message="Vi gleder oss")
    for values in (typed, typed | {"csrfmiddlewaretoken": "x" * 64}, typed | {"do": "remove-0"}):
        response = strict.post("/en/join/", values)
        assert response.status_code == 403
        assert "send it again" in response.content.decode()
        form = fields_of(response, "/en/join/")
        kept = {name: values for name, values in form.items() if name in typed}
        assert kept == {name: [str(value)] for name, value in typed.items()}
        assert not JoinRequest.objects.exists()
    assert strict.post("/en/join/", form | {"csrfmiddlewaretoken": token(response)}).status_code == 302
    assert [space.name for space in JoinRequest.objects.get().spaces.all()] == ["Loftet", "Kaia"]


def token(response):
    return response.context["csrf_token"]


def test_corrections_and_answers_come_back_too(strict):
    request = JoinRequestFactory(state="waiting", language="en")
    request.spaces.create(**SPACE)
    for page, field in {"correct": "community", "answer": "text"}.items():
        with translation.override("en"):
            address = reverse(f"join:{page}", args=[request.page_token])
        response = strict.post(address, {field: "Vi deler alt", "spaces-TOTAL_FORMS": 1, "spaces-INITIAL_FORMS": 0})
        assert response.status_code == 403, page
        assert "Vi deler alt" in response.content.decode(), page
    request.refresh_from_db()
    assert (request.state, request.community) == ("waiting", "Et fellesskap")


def test_other_forms_and_other_sites_are_told_what_to_do(strict):
    for address, headers in {"/en/join/link/": {}, "/en/join/": OTHER_SITE}.items():
        response = strict.post(address, {"name": "Fra et annet sted"}, **headers)
        assert response.status_code == 403
        assert "Fra et annet sted" not in response.content.decode()


def test_page_that_shows_no_form_is_answered_as_it_is(strict):
    request = JoinRequestFactory(state="approved")
    address = reverse("join:correct", args=[request.page_token])
    assert strict.post(address, {"community": "Vi deler alt"}).status_code == 302  # a 403 would be a blank page
    assert strict.post(reverse("join:answer", args=["forged"]), {"text": "Hei"}).status_code == 404
