"""While the database or the disk fails, readers get a page of the site that says so, and nobody gets a mail."""

from errno import ENOSPC

import pytest
from django.db import InterfaceError, OperationalError, connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client):
    client.raise_request_exception = False
    return client


def failing(*_):
    raise OperationalError("server closed the connection unexpectedly")


@pytest.fixture
def database_down():
    """Every query fails, whoever makes it."""
    with connection.execute_wrapper(failing):
        yield


@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("gone"), OSError(ENOSPC, "full")])
def test_outage_is_told_as_one_wherever_it_is_met(client, monkeypatch, caplog, error):
    def fail():
        raise error

    monkeypatch.setattr("spaces.views.network_data", fail)
    response = client.get("/")
    assert (response.status_code, response["Retry-After"], response["Cache-Control"]) == (503, "10", "no-store")
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert [record.getMessage() for record in caplog.records] == [f"Answered 503: {type(error).__name__}"]


@pytest.mark.parametrize("error", [OSError(2, "no such file"), ValueError("gone")])
def test_other_faults_are_no_outage(client, monkeypatch, error):
    def fail():
        raise error

    monkeypatch.setattr("spaces.views.network_data", fail)
    assert client.get("/").status_code == 500


@pytest.mark.parametrize(("address", "language"), [("/", "nb"), ("/en/", "en"), ("/en/admin/", "en")])
def test_page_is_in_the_readers_language_and_in_the_sites_style(coordinator_client, client, address, language):
    client.raise_request_exception = False
    with connection.execute_wrapper(failing):
        response = client.get(address)
    page = response.content.decode()
    assert (response.status_code, response["Content-Language"]) == (503, language)
    assert (f'<html lang="{language}">' in page, 'class="wide lost"' in page) == (True, True)
    assert {"nb": "Til kartet", "en": "To the map"}[language] in page
    assert "send it once more" not in page


def test_who_sent_something_is_told_to_send_it_again(client, database_down):
    response = client.post("/en/join/link/", {"email": "kari@example.org"})
    assert (response.status_code, "send it once more" in response.content.decode()) == (503, True)


@pytest.mark.parametrize("address", ["/", "/en/spaces/?q=oslo", "/kart/punkter.json?z=4&b=4,57,32,72"])
def test_nothing_is_shown_that_may_be_out_of_date(client, address):
    assert client.get(address).status_code == 200
    with connection.execute_wrapper(failing):
        assert client.get(address).status_code == 503
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", ["/om/", "/en/privacy/", "/robots.txt"])
def test_pages_without_data_are_shown_all_the_same(client, database_down, address):
    assert client.get(address).status_code == 200
