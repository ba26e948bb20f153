from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from spaces.models import Photo, Space

from .test_admin import reasons

pytestmark = pytest.mark.django_db


def picture(size=(1000, 600), kind="JPEG"):
    data = BytesIO()
    Image.new("RGB", size, "green").save(data, kind)
    return SimpleUploadedFile("../../evil.php", data.getvalue(), "image/jpeg")


def with_photo(upload, **fields):
    return (
        {"photos-TOTAL_FORMS": "1", "photos-0-picture": upload, "photos-0-alt_nb": "Et rom"}
        | {"photos-0-position": "1"}
        | {f"photos-0-{name}": value for name, value in fields.items()}
    )


def files(media):
    return sorted(path.name for path in media.rglob("*") if path.is_file())


def test_photo_is_stored_in_every_width_and_format(send, media):
    send(**with_photo(picture()))
    photo = Photo.objects.get()
    assert (photo.width, photo.height) == (1000, 600)
    assert files(media) == sorted(f"{w}.{suffix}" for w in (480, 960, 1000) for suffix in ("avif", "webp", "jpg"))


@pytest.mark.parametrize(
    ("upload", "text"),
    [
        (
            SimpleUploadedFile("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
            "not a picture we can",
        ),
        (SimpleUploadedFile("x.jpg", b"\xff\xd8\xff\xe0 broken", "image/jpeg"), "cannot be read"),
        (SimpleUploadedFile("x.jpg", b"GIF89a", "image/jpeg"), "not a picture we can"),
        (SimpleUploadedFile("x.jpg", b"x" * 15_000_001, "image/jpeg"), "larger than 15 MB"),
        (picture((200, 200)), "at least 480 pixels"),
        ("", "Choose a picture"),
    ],
)
def test_photo_refused_says_why_and_leaves_nothing(send, media, upload, text):
    response = send(**with_photo(upload))
    assert text in response.content.decode()
    assert not Space.objects.exists()
    assert files(media) == []


def test_photo_of_a_save_that_fails_leaves_no_file(send, media, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError

    monkeypatch.setattr("spaces.admin.SpaceAdmin.log_addition", fail)
    with pytest.raises(RuntimeError):
        send(**with_photo(picture()))
    assert files(media) == []


def test_photo_replaced_leaves_no_old_file(send, media, django_capture_on_commit_callbacks):
    send(**with_photo(picture()))
    space, photo = Space.objects.get(), Photo.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        send(
            space,
            **with_photo(picture((500, 400)), id=photo.pk, space=space.pk) | {"photos-INITIAL_FORMS": "1"},
        )
    assert files(media) == sorted(f"{w}.{suffix}" for w in (480, 500) for suffix in ("avif", "webp", "jpg"))


def test_photo_goes_with_its_space(send, media, django_capture_on_commit_callbacks):
    send(**with_photo(picture()))
    with django_capture_on_commit_callbacks(execute=True):
        Space.objects.all().delete()
    assert files(media) == []


def test_history_tells_of_photos(send):
    send(**with_photo(picture()))
    assert reasons(Space.objects.get())[0] == "+ Et rom"


def test_photo_deleted_is_gone_with_its_files(send, media, django_capture_on_commit_callbacks):
    send(**with_photo(picture()))
    space, photo = Space.objects.get(), Photo.objects.get()
    row = with_photo("", id=photo.pk, space=space.pk, DELETE="on") | {"photos-INITIAL_FORMS": "1"}
    with django_capture_on_commit_callbacks(execute=True):
        assert send(space, **row).faults == {}
    assert not Photo.objects.exists()
    assert files(media) == []
    assert reasons(space)[0] == "− Et rom"


def test_photo_replacement_that_fails_keeps_the_old_files(send, media, monkeypatch, django_capture_on_commit_callbacks):
    send(**with_photo(picture()))
    space, photo, before = Space.objects.get(), Photo.objects.get(), files(media)
    row = with_photo(picture((500, 400)), id=photo.pk, space=space.pk) | {"photos-INITIAL_FORMS": "1"}

    def fail(*_, **__):
        raise RuntimeError

    monkeypatch.setattr("spaces.admin.SpaceAdmin.log_change", fail)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError):
        send(space, **row)
    assert files(media) == before


def test_photo_described_anew_is_not_said_to_be_added(send):
    send(**with_photo(picture()))
    space, photo = Space.objects.get(), Photo.objects.get()
    row = with_photo("", id=photo.pk, space=space.pk, alt_nb="Et annet rom") | {"photos-INITIAL_FORMS": "1"}
    send(space, **row)
    assert reasons(space)[0] == "~ Et annet rom"
