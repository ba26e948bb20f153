"""While the database or the disk fails, readers get a page of the site that says so, and nobody gets a mail."""

from errno import ENOSPC
from unittest.mock import Mock

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test.utils import CaptureQueriesContext

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
    monkeypatch.setattr("spaces.map.views.network_data", Mock(side_effect=error))
    response = client.get("/")
    assert (response.status_code, response["Retry-After"], response["Cache-Control"]) == (503, "10", "no-store")
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert [record.getMessage() for record in caplog.records] == [f"Answered 503: {type(error).__name__}"]


@pytest.mark.parametrize("error", [OSError(2, "no such file"), ValueError("gone")])
def test_other_faults_are_no_outage(client, monkeypatch, error):
    monkeypatch.setattr("spaces.map.views.network_data", Mock(side_effect=error))
    assert client.get("/").status_code == 500


@pytest.mark.parametrize(("address", "language"), [("/", "nb"), ("/en/", "en"), ("/en/admin/", "en")])
def test_page_is_in_the_readers_language_and_in_the_sites_style(coordinator_client, client, address, language):
    client.raise_request_exception = False
    with connection.execute_wrapper(failing):
        response = client.get(address)
    page = response.content.decode()
    assert (response.status_code, response["Content-Language"]) == (503, language)
    assert (f'<html lang="{language}">' in page, 'class="page-section error-page"' in page) == (True, True)
    assert {"nb": "Til kartet", "en": "To the map"}[language] in page
    assert "send it again" not in page


def test_who_sent_something_is_told_to_send_it_again(client, database_down):
    response = client.post("/en/join/link/", {"email": "kari@example.org"})
    assert (response.status_code, "send it again" in response.content.decode()) == (503, True)


def test_nothing_is_shown_that_may_be_out_of_date(client):
    for address in ("/", "/en/spaces/?q=oslo", "/kart/punkter.json?z=4&b=4,57,32,72"):
        assert client.get(address).status_code == 200, address
        with connection.execute_wrapper(failing):
            assert client.get(address).status_code == 503, address
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize("cookie", ["", "a" * 32])
def test_pages_without_data_are_shown_all_the_same(client, database_down, settings, cookie):
    """Nor do they ask the database while it is up, which may hang; also where the browser has a session."""
    statuses = {"/healthz": 200, "/robots.txt": 200, "/.well-known/security.txt": 200}
    statuses |= {"/static/none.css": 404, "/nothing-here/": 404, "/en/nothing-here/": 404, "/kart/1/1/1.png": 404}
    settings.CONTACT_EMAIL = "post@example.org"
    if cookie:
        client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    for address, status in statuses.items():
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == status, address
        assert not asked.captured_queries, address
