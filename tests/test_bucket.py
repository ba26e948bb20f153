"""Uploaded files in a bucket, against a stand-in for a service that speaks S3."""

import re
from io import BytesIO

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import override_settings
from PIL import Image
from werkzeug import Response

from spaces import photos

from .factories import OrganisationFactory, PhotoFactory
from .test_settings import PRODUCTION, check

SMALL = photos.CleanPhoto(480, 360, {"480.avif": b"avif", "480.webp": b"webp", "480.jpg": b"jpg"})


@pytest.fixture
def bucket(httpserver):
    """The objects in it, by key."""
    kept = {}

    def answer(request):
        name = request.path.removeprefix("/photos-of-ours/")
        if request.method == "PUT":
            body = request.data
            if "aws-chunked" in request.headers.get("Content-Encoding", ""):
                body = unchunked(body)
            kept[name] = body
            return Response(headers={"ETag": '"x"'})
        if request.method == "DELETE":
            kept.pop(name, None)
            return Response(status=204)
        if "prefix" in request.args:
            return Response(listing(kept, request.args["prefix"]), mimetype="application/xml")
        if name not in kept:
            return Response(status=404)
        return Response(kept[name], headers={"ETag": '"x"', "Last-Modified": "Mon, 23 Nov 2026 10:00:00 GMT"})

    httpserver.expect_request("/photos-of-ours").respond_with_handler(answer)
    httpserver.expect_request(re.compile("/photos-of-ours/.*")).respond_with_handler(answer)
    options = {
        "bucket_name": "photos-of-ours",
        "endpoint_url": httpserver.url_for("").rstrip("/"),
        "region_name": "here",
        "access_key": "key",
        "secret_key": "secret",
    }
    backend = {"BACKEND": "coworking_norge.bucket.BucketStorage", "OPTIONS": options}
    with override_settings(
        STORAGES={
            "default": backend,
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        }
    ):
        yield kept


def listing(kept, prefix):
    """What lies in a folder: its files, and its folders."""
    inside = [name.removeprefix(prefix).partition("/") for name in kept if name.startswith(prefix)]
    folders = {
        f"<CommonPrefixes><Prefix>{prefix}{name}/</Prefix></CommonPrefixes>" for name, slash, _ in inside if slash
    }
    files = [f"<Contents><Key>{prefix}{name}</Key></Contents>" for name, slash, _ in inside if not slash]
    return f"<ListBucketResult>{''.join([*files, *folders])}<IsTruncated>false</IsTruncated></ListBucketResult>"


def unchunked(body):
    found = b""
    while body:
        size, _, rest = body.partition(b"\r\n")
        size = int(size.split(b";")[0], 16)
        if not size:
            break
        found, body = found + rest[:size], rest[size + 2 :]
    return found


def test_photo_is_kept_in_the_bucket_and_named_on_our_own_origin(bucket):
    file = BytesIO()
    Image.new("RGB", (600, 400), "teal").save(file, "PNG")
    key = photos.store(photos.clean_photo(SimpleUploadedFile("a.png", file.getvalue())))
    assert sorted(bucket) == sorted(
        f"photos/{key}/{width}.{kind}" for width in (480, 600) for kind in ("avif", "webp", "jpg")
    )
    assert Image.open(BytesIO(bucket[f"photos/{key}/480.jpg"])).size == (480, 320)
    assert photos.sources(key, (480, 600)).fallback == f"/media/photos/{key}/600.jpg"
    photos.discard(key, (480, 600))
    assert not bucket


def test_file_in_the_bucket_is_read_and_never_replaced(bucket):
    storage = storages["default"]
    name = storage.save("logos/a.png", ContentFile(b"one"))
    with storage.open(name) as file:
        assert file.read() == b"one"
    assert storage.save("logos/a.png", ContentFile(b"two")) != name


@pytest.mark.django_db
@pytest.mark.parametrize(("now", "left"), [("2026-11-24T09:00Z", 9), ("2026-11-24T11:00Z", 4)])
def test_bucket_is_swept(bucket, now, left):
    """Everything in it is from 10:00 the day before."""
    kept, _stray = photos.store(SMALL), photos.store(SMALL)
    PhotoFactory(key=kept)
    OrganisationFactory(logo=default_storage.save("logos/kept.png", ContentFile(b"png")))
    default_storage.save("logos/stray.png", ContentFile(b"png"))
    bucket["photos/half/480.jpg"] = b"jpg"
    with time_machine.travel(now, tick=False):
        call_command("delete_orphaned_files")
    assert len(bucket) == left
    assert {f"photos/{kept}/480.jpg", "logos/kept.png"} <= bucket.keys()


def test_production_starts_with_a_bucket_and_a_shared_cache():
    chosen = {"S3_BUCKET": "photos", "S3_ENDPOINT_URL": "https://s3.example.org", "CACHE_URL": "redis://cache:6379/0"}
    result = check("--deploy", "--fail-level=WARNING", **PRODUCTION | chosen)
    assert result.returncode == 0, result.stderr
    assert check(**PRODUCTION | {"S3_ENDPOINT_URL": "nonsense"}).returncode
    assert check(**PRODUCTION | {"CACHE_URL": "nonsense://"}).returncode
