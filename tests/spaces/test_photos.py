import re
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from spaces.photos import CleanPhoto, clean_photo, discard, rendition_widths, sources, store
from tests.pictures import encoded, picture

KEY = "0123456789abcdef0123456789abcdef"
SMALL = CleanPhoto(480, 360, {"480.avif": b"avif", "480.webp": b"webp", "480.jpg": b"jpg"})


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def files(root):
    return sorted(str(path.relative_to(root)) for path in Path(root).rglob("*"))


def test_store_ignores_the_name_of_the_upload(media):
    upload = SimpleUploadedFile("bilde.jpg", encoded(picture(480, 360)))
    upload._name = "../../../etc/cron.d/evil.php\0.jpg"
    key = store(clean_photo(upload))
    assert re.fullmatch("[0-9a-f]{32}", key)
    names = ["480.avif", "480.jpg", "480.webp"]
    assert files(media) == ["photos", f"photos/{key}", *(f"photos/{key}/{name}" for name in names)]


def test_store_shows_no_file_before_all_are_whole(media, monkeypatch):
    seen = []
    save = FileSystemStorage._save

    def watched(*args):
        seen.extend(path.name for path in media.glob("photos/*"))
        return save(*args)

    monkeypatch.setattr(FileSystemStorage, "_save", watched)
    key = store(SMALL)
    assert set(seen) == {f"{key}.part"}
    assert (media / "photos" / key / "480.webp").read_bytes() == b"webp"


def test_store_failing_leaves_no_file(media, monkeypatch):
    save = FileSystemStorage._save

    def disk_full(self, name, content):
        saved = save(self, name, content)
        if name.endswith("480.webp"):
            raise OSError("No space left on device")
        return saved

    monkeypatch.setattr(FileSystemStorage, "_save", disk_full)
    with pytest.raises(OSError, match="No space left"):
        store(SMALL)
    assert files(media) == ["photos"]


def test_store_and_discard_in_another_storage(settings):
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    key = store(SMALL)
    assert default_storage.open(f"photos/{key}/480.jpg").read() == b"jpg"
    discard(key, (480,))
    assert default_storage.listdir("photos") == ([], [])


def test_discard_leaves_other_photos(media):
    key, other = store(SMALL), store(SMALL)
    discard(key, (480,))
    assert [path.name for path in media.glob("photos/*")] == [other]


def test_discard_what_is_gone_already(media):
    key = store(SMALL)
    (media / "photos" / key / "480.webp").unlink()
    discard(key, (480,))
    discard(key, (480,))
    assert files(media) == ["photos"]


def test_sources_of_a_large_photo():
    large = sources(KEY, rendition_widths(1600))
    folder = f"/media/photos/{KEY}"
    assert large.avif == f"{folder}/480.avif 480w, {folder}/960.avif 960w, {folder}/1600.avif 1600w"
    assert large.webp == f"{folder}/480.webp 480w, {folder}/960.webp 960w, {folder}/1600.webp 1600w"
    assert large.jpg == f"{folder}/480.jpg 480w, {folder}/960.jpg 960w, {folder}/1600.jpg 1600w"
    assert large.fallback == f"{folder}/960.jpg"


def test_sources_of_a_small_photo():
    small = sources(KEY, rendition_widths(700))
    assert small.avif == f"/media/photos/{KEY}/480.avif 480w, /media/photos/{KEY}/700.avif 700w"
    assert small.fallback == f"/media/photos/{KEY}/700.jpg"
