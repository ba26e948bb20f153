"""Uploaded files are handed out as pictures, and as nothing that acts."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from members.logos import clean_logo
from spaces.photos import store

from .factories import OrganisationFactory
from .pictures import cleaned, encoded, picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def photo():
    return store(cleaned(encoded(picture())))


def assert_is_inert(response, kind):
    assert response.status_code == 200
    assert response["Content-Type"] == kind
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Content-Disposition"] == "attachment"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert not response.cookies
    list(response)  # else the file stays open


def test_photo_is_inert(client, photo):
    for suffix, kind in {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg"}.items():
        for method in (client.get, client.head):
            assert_is_inert(method(f"/media/photos/{photo}/480.{suffix}"), kind)


def test_logo_is_inert(client):
    organisation = OrganisationFactory()
    organisation.change_logo(clean_logo(SimpleUploadedFile("logo.png", encoded(picture(300, 100), "PNG"))))
    assert_is_inert(client.get(organisation.logo.url), "image/png")


def test_file_that_the_site_never_makes_is_not_handed_out(client, media):
    media.mkdir(parents=True)
    for name in ("side.html", "bilde.svg", "bilde.jpg.html", "uten", ".jpg", "skript.js", "bilde.JPG"):
        (media / name).write_text("<script>alert(1)</script>")
        assert client.get(f"/media/{name}").status_code == 404, name


def test_folder_is_not_listed(client, photo):
    for path in ("", "photos", "photos/", f"photos/{photo}", f"photos/{photo}/"):
        assert client.get(f"/media/{path}").status_code == 404, path


def test_path_leads_to_nothing_outside(client, media):
    media.mkdir(parents=True)
    (media.parent / "secret.jpg").write_text("hemmelig")
    outside = ["../secret.jpg", "photos/../../secret.jpg", "%2e%2e/secret.jpg", "..%2fsecret.jpg", "/secret.jpg"]
    for path in [*outside, "\\..\\secret.jpg"]:
        response = client.get(f"/media/{path}")
        assert response.status_code in (400, 404), path
        assert b"hemmelig" not in response.content, path


def test_nothing_is_sent_to_a_picture(client, photo):
    assert client.post(f"/media/photos/{photo}/480.jpg").status_code == 405
