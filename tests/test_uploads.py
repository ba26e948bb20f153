"""Large bodies: nobody may make the site read one who may not enter the admin."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from .addresses import addresses
from .factories import CoordinatorFactory

pytestmark = pytest.mark.django_db
ADDRESSES = ["/", "/bli-med/", "/en/join/", "/logg-inn/", "/admin/", "/en/admin/spaces/space/import/"]
LARGE = 1024**2 + 1


class Unread:
    def read(self, *_size):
        pytest.fail("The body was read.")

    readline = read


def send(client, address, length=LARGE):
    body = {"wsgi.input": Unread(), "CONTENT_LENGTH": str(length), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    return client.generic("POST", address, **body)


def strangers():
    """Somebody without a session, with one that nobody has, and with a password alone."""
    forged = Client(enforce_csrf_checks=True)
    forged.cookies["sessionid"] = "x" * 32
    by_password = Client(enforce_csrf_checks=True)
    by_password.force_login(CoordinatorFactory())
    return Client(enforce_csrf_checks=True), forged, by_password


def test_large_body_of_a_stranger_is_refused_unread():
    for client in strangers():
        client.cookies["csrftoken"] = "c" * 32
        for address in ADDRESSES:
            response = send(client, address)
            assert response.status_code == 413, address
            title = "Too large" if address.startswith("/en/") else "For stort"
            assert f"<h1>{title}</h1>" in response.content.decode()


def test_large_body_of_a_coordinator_is_read(client):
    client.force_login(CoordinatorFactory())
    assert client.post(reverse("admin:spaces_space_import"), {"note": "x" * LARGE}).status_code == 200


def test_length_that_is_no_number_is_none(client):
    assert send(client, "/bli-med/", "much").status_code == 200


def test_nginx_knows_every_page_that_takes_a_file(admin_client):
    (pattern,) = re.findall(r"location ~ (\S+) {\s+auth_request", Path("deploy/nginx/coworking.conf").read_text())
    paths = [
        address.path({}, language) for address in addresses() if not address.parameters for language in ("nb", "en")
    ]
    takes_files = {path for path in paths if b'type="file"' in b"".join(admin_client.get(path))}
    assert len(takes_files) == 14, "adding and importing spaces and organisations, and adding texts"
    assert not [path for path in takes_files if not re.match(pattern, path)]
