from datetime import timedelta
from html import unescape
from io import BytesIO

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone
from PIL import Image

from core.bin.models import Deletion
from core.models import KeptFile
from spaces.models import Photo, Space
from tests.client import StaffClient
from tests.factories import CoordinatorFactory, OrganisationFactory, PhotoFactory
from tests.html_forms import fields_of

from .conftest import form_of
from .test_admin import reasons
from .test_delete_orphaned_files import delete_orphans

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


def test_photos_chosen_at_once_wait_for_their_texts_and_no_other_fault_loses_them(
    send, coordinator_client, client, media
):
    refused = send(name="", new_photos=[picture(), picture(kind="PNG"), SimpleUploadedFile("x.heic", b"x")])
    shown = refused.content.decode()
    assert "“x.heic” was not taken. The file is not a picture we can use" in unescape(shown)
    assert "Write what the picture shows" in shown
    rows = {name: values[0] for name, values in fields_of(refused, "space_form").items() if name.startswith("photos-")}
    assert [rows[f"photos-{row}-position"] for row in range(2)] == ["1", "2"]
    tokens = [rows[f"photos-{row}-kept"] for row in range(2)]
    address = f"/en/admin/spaces/space/kept/{tokens[0]}/"
    assert address in shown
    assert coordinator_client.get(address).content.startswith(b"\xff\xd8\xff")
    other = StaffClient()
    other.force_login(CoordinatorFactory())
    assert other.get(address).status_code == 404, "what is kept is its sender's alone"
    assert client.get(address).status_code in (302, 200)
    texts = {"photos-0-alt_nb": "Et rom", "photos-1-alt_nb": "En stol"}
    placed = {"photos-0-position": "2", "photos-1-position": "1", "photos-0-focus_x": "33", "photos-0-focus_y": ""}
    stolen = form_of(OrganisationFactory(), slug="tatt", **rows | texts)
    other.post("/en/admin/spaces/space/add/", stolen)
    assert not Photo.objects.exists()
    assert send(**rows | texts | placed).faults == {}
    assert [photo.alt_nb for photo in Photo.objects.all()] == ["En stol", "Et rom"]
    assert not KeptFile.objects.exists()
    page = coordinator_client.get(Space.objects.get().get_absolute_url()).content.decode()
    assert 'class="focus-x-30"' in page


def test_photo_of_a_row_is_kept_where_another_field_is_wrong_and_by_a_look_up(send, coordinator_client, media):
    row = with_photo(picture(), alt_nb="")
    for response in (
        send(**row),
        coordinator_client.post(
            "/en/admin/spaces/space/add/", form_of(OrganisationFactory(), _add_photos="yes", **with_photo(picture()))
        ),
    ):
        fields = fields_of(response, "space_form")
        assert fields["photos-0-kept"][0]
        assert not Space.objects.exists()
    assert "errornote" not in response.content.decode()


def test_kept_files_are_bounded_and_expire(coordinator, monkeypatch):
    monkeypatch.setattr(KeptFile, "MAX_FILES", 2)
    for content in (b"1", b"2", b"3"):
        last = KeptFile.objects.keep(coordinator, "photo", content)
    assert {bytes(kept.content) for kept in KeptFile.objects.all()} == {b"2", b"3"}
    monkeypatch.setattr(KeptFile, "MAX_BYTES", 3)
    KeptFile.objects.keep(coordinator, "photo", b"four")
    assert bytes(KeptFile.objects.get().content) == b"four", "the newest is kept however large it is"
    assert KeptFile.objects.with_token(last) is None
    with time_machine.travel(timezone.now() + timedelta(hours=13)):
        assert not KeptFile.objects.of(coordinator, "photo").exists()
        call_command("erase_expired")
    assert not KeptFile.objects.exists()


def test_numbers_that_are_none_and_files_of_others_are_nothing(send, coordinator_client, coordinator):
    other = KeptFile.objects.keep(CoordinatorFactory(), "photo", b"theirs")
    own = KeptFile.objects.keep(coordinator, "import", b"no picture")
    for token in (other, own):
        for row in (0, 100):
            fields = {"photos-TOTAL_FORMS": str(row + 1), f"photos-{row}-kept": token, f"photos-{row}-alt_nb": "Et rom"}
            send(**fields)
    send(**{"photos-TOTAL_FORMS": "1" * 5000, "photos-0-position": "1" * 5000})
    assert not Photo.objects.exists()


def test_photo_of_a_save_that_fails_is_an_orphan(send, media, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError

    monkeypatch.setattr("spaces.admin.SpaceAdmin.log_addition", fail)
    with pytest.raises(RuntimeError):
        send(**with_photo(picture()))
    assert not Photo.objects.exists()
    PhotoFactory()
    delete_orphans()
    assert files(media) == []


def test_photo_replaced_leaves_no_old_file(send, media, django_capture_on_commit_callbacks):
    send(**with_photo(picture()))
    space, photo = Space.objects.get(), Photo.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        send(space, **with_photo(picture((500, 400)), id=photo.pk, space=space.pk) | {"photos-INITIAL_FORMS": "1"})
    assert files(media) == sorted(f"{w}.{suffix}" for w in (480, 500) for suffix in ("avif", "webp", "jpg"))


def test_photo_goes_with_its_space(send, media, django_capture_on_commit_callbacks):
    send(**with_photo(picture()))
    with django_capture_on_commit_callbacks(execute=True):
        Space.objects.all().delete()
    assert files(media) == []


def test_history_tells_of_photos(send):
    send(**with_photo(picture()))
    assert reasons(Space.objects.get())[0] == "photo + Et rom"


def test_photo_deleted_is_in_the_bin_with_its_files(
    send, media, coordinator_client, django_capture_on_commit_callbacks
):
    send(**with_photo(picture()))
    space, photo, stored = Space.objects.get(), Photo.objects.get(), Photo.objects.values().get()
    row = with_photo("", id=photo.pk, space=space.pk, DELETE="on") | {"photos-INITIAL_FORMS": "1"}
    with django_capture_on_commit_callbacks(execute=True):
        assert send(space, **row).faults == {}
    assert not Photo.objects.exists()
    assert reasons(space)[0] == "photo − Et rom"
    assert "The photo is in the bin" in coordinator_client.get("/en/admin/log/").content.decode()
    deletion = Deletion.objects.get()
    assert deletion.label == f"Et rom ({space})"
    delete_orphans()
    page = coordinator_client.post(f"/admin/bin/deletion/{deletion.pk}/restore/")
    assert page["Location"] == f"/admin/spaces/space/{space.pk}/change/"
    restored = Photo.objects.values().get()
    assert restored.pop("key") != stored.pop("key")
    assert restored == stored
    assert len(files(media)) == 9
    assert reasons(space)[0] == "photo + Et rom"


def test_photo_replacement_that_fails_keeps_the_old_files(send, media, monkeypatch, django_capture_on_commit_callbacks):
    send(**with_photo(picture()))
    space, photo, before = Space.objects.get(), Photo.objects.get(), files(media)
    row = with_photo(picture((500, 400)), id=photo.pk, space=space.pk) | {"photos-INITIAL_FORMS": "1"}

    def fail(*_, **__):
        raise RuntimeError

    monkeypatch.setattr("spaces.admin.SpaceAdmin.log_change", fail)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError):
        send(space, **row)
    delete_orphans()
    assert files(media) == before


def test_photo_described_anew_is_not_said_to_be_added(send):
    send(**with_photo(picture()))
    space, photo = Space.objects.get(), Photo.objects.get()
    row = with_photo("", id=photo.pk, space=space.pk, alt_nb="Et annet rom") | {"photos-INITIAL_FORMS": "1"}
    send(space, **row)
    assert reasons(space)[0] == "photo ~ Et annet rom"
