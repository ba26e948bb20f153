"""A form of the admin that is sent twice, as by a double click, adds one row."""

import pytest
from django.urls import reverse

from members.mailings.models import Mailing
from members.models import Organisation
from pages.models import News
from tests.at_once import at_once
from tests.factories import CoordinatorFactory
from tests.html_forms import Form

FORMS = {
    Organisation: {"name": ["Loftet"]},
    News: {"title_nb": ["Nytt"], "text_nb": ["En tekst."], "slug": ["nytt"], "_publish": ["1"]},
    Mailing: {"subject": ["Hei"], "text": ["En tekst."]},
}


@pytest.fixture
def add(client):
    """Open the form of a model, with an address's query; return what sends it, with what is typed."""
    client.force_login(CoordinatorFactory())

    def opened(model, query=""):
        page = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
        form = Form(client.get(page).content.decode(), f"{model._meta.model_name}_form").fields
        return lambda **typed: client.post(page + query, form | FORMS[model] | typed)

    return opened


@pytest.mark.django_db
@pytest.mark.parametrize("model", FORMS)
def test_sent_twice_is_added_once(add, model):
    send, page = add(model), reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    first, second = send(), send()
    assert (first.status_code, second.status_code, second["Location"]) == (302, 302, page)
    assert model.objects.count() == 1
    add(model)(slug=["nytt-igjen"])  # from a form that was opened anew
    assert model.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_sent_twice_at_once_is_added_once(add):
    send = add(Organisation)
    assert [answer.status_code for answer in at_once(send, send)] == [302, 302]
    assert Organisation.objects.count() == 1


@pytest.mark.django_db
def test_corrected_and_sent_again_is_added(add):
    send = add(Organisation)
    assert send(name=[""]).status_code == 200
    assert send(name=[""]).status_code == 200
    assert send().status_code == 302
    assert send(name=["Et annet"]).status_code == 302  # by the browser's Back
    assert Organisation.objects.count() == 2


@pytest.mark.django_db
def test_added_in_a_window_of_its_own(add):
    assert "popup_response" in add(Organisation, "?_popup=1")(_popup=["1"]).content.decode()
