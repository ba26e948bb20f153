"""The disk is full where photos are kept, and where the database is."""

import os
import shutil
import sqlite3
from contextlib import closing
from io import BytesIO

import psycopg2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from PIL import Image

from core.versions import version_of
from spaces.models import Photo, Space
from tests.conftest import database_url, needs, skip
from tests.factories import SpaceFactory
from tests.spaces.conftest import form_of
from tests.spaces.test_admin_photos import with_photo
from tests.test_settings import PRODUCTION

from .disks import Disk
from .servers import CSRF, Postgres, Web, client_of, new_form


@pytest.fixture
def disk(tmp_path):
    needs("unshare")
    return Disk(tmp_path)


@pytest.fixture
def start(tmp_path):
    """Starts a server on a database and perhaps a disk."""
    started = []

    def starting(database_url, disk=None, **environment):
        server = Web(tmp_path, database_url, *(disk.within if disk else ()), **environment)
        started.append(server)
        server.start()
        if disk:
            disk.process = server.process
        return server

    yield starting
    for server in started:
        server.stop()


# Photos


@pytest.fixture
def session(settings, request):
    """The cookies of a coordinator whom the server knows."""
    settings.SECRET_KEY = PRODUCTION["SECRET_KEY"]
    key = request.getfixturevalue("coordinator_client").cookies[settings.SESSION_COOKIE_NAME].value
    return f"sessionid={key}; __Host-sessionid={key}"


def noise():
    """A picture that cannot be compressed much."""
    data = BytesIO()
    Image.effect_noise((1600, 1000), 90).save(data, "JPEG", quality=95)
    return SimpleUploadedFile("rom.jpg", data.getvalue(), "image/jpeg")


def upload(web, session, space):
    fields = form_of(space.organisation, **with_photo(noise())) | {"csrfmiddlewaretoken": CSRF, "name": "Nytt navn"}
    fields["version"] = version_of(Space.objects.get(pk=space.pk), ["photos"])
    body = encode_multipart(BOUNDARY, fields)
    address = f"/admin/spaces/space/{space.pk}/change/"
    return web.ask(address, body=body, **{"Content-Type": MULTIPART_CONTENT, "Cookie": session}).status


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("room", [0, 300_000], ids=["none", "for some of its files"])
def test_no_room_for_a_photo(disk, start, session, lost, room):
    web = start(database_url(), disk, DATA_DIR=str(disk.folder), TMPDIR=str(disk.folder))
    space = SpaceFactory(name="Gammelt navn")
    assert upload(web, session, space) == 302
    photos = disk.seen / "media/photos"
    before = contents(photos)
    disk.fill(leave=room)
    assert upload(web, session, space) == 503
    lost(f"Disk full, room left for a photo: {room} bytes", before - contents(photos))
    assert (contents(photos), Photo.objects.count()) == (before, 1), "and nothing of the new one is kept"
    disk.free()
    assert upload(web, session, space) == 302
    assert (Photo.objects.count(), len(contents(photos))) == (2, 2 * len(before))
    space.refresh_from_db()
    assert space.name == "Nytt navn"


def contents(folder):
    return {(path.relative_to(folder), path.read_bytes()) for path in folder.rglob("*") if path.is_file()}


# The database

ROOM = 50_000  # bytes
EVERY = "SELECT contact_email FROM members_joinrequest"
WHOLE = """SELECT r.contact_email FROM members_joinrequest r
    JOIN members_joinrequest_mails m ON m.joinrequest_id = r.id JOIN post_office_email e ON e.id = m.email_id"""


@pytest.mark.own_database
def test_no_room_for_the_sqlite_database(disk, start, tmp_path, lost):
    Web(tmp_path, f"sqlite:///{disk.laid}/site.sqlite3").manage("migrate", "-v0")
    web = start(f"sqlite:///{disk.folder}/site.sqlite3", disk)

    def stored(query):
        """Asked of a copy: SQLite would open the path that a link in /proc seems to lead to."""
        for name in ("site.sqlite3", "site.sqlite3-wal"):
            shutil.copy(disk.seen / name, tmp_path)
        with closing(sqlite3.connect(tmp_path / "site.sqlite3")) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            return [address for (address,) in database.execute(query)]

    fill_and_free(web, disk, stored, lost)


@pytest.mark.own_database
def test_no_room_for_the_postgresql_database(start, tmp_path, postgres_on_disk, lost):
    server, disk = postgres_on_disk
    Web(tmp_path, server.url).manage("migrate", "-v0")
    web = start(server.url)

    def stored(query):
        with closing(psycopg2.connect(server.url)) as database, database.cursor() as cursor:
            cursor.execute(query)
            return [address for (address,) in cursor.fetchall()]

    fill_and_free(web, disk, stored, lost)


@pytest.fixture
def postgres_on_disk():
    """A server that keeps its tables on the disk, and its log of them elsewhere."""
    if os.geteuid():
        skip("only root can give PostgreSQL, which refuses to be root itself, a disk of its own")
    server = Postgres()
    disk = Disk(server.folder)
    try:
        server.start(*disk.within)
        disk.process = server.process
        (disk.seen / "tables").mkdir()
        shutil.chown(disk.seen / "tables", "postgres")
        with closing(psycopg2.connect(server.url)) as database:
            database.autocommit = True
            database.cursor().execute(f"CREATE TABLESPACE small LOCATION '{disk.folder}/tables'")
            database.cursor().execute("ALTER DATABASE postgres SET default_tablespace = small")
        yield server, disk
    finally:
        server.remove()


def fill_and_free(web, disk, stored, lost):
    """What was taken is there. What was not is taken once there is room again; pages are shown all the time."""
    first = new_form(2000)
    assert send(web, first, 2000) == 302
    disk.fill(leave=ROOM)
    taken, refused = send_until_refused(web)
    taken.add(first["contact_email"])
    assert {web.ask(page).status for page in ("/", "/en/spaces/?q=hus")} == {200}
    lost(
        f"Disk full, {web.environment['DATABASE_URL'].split(':')[0]}, {len(taken)} forms taken",
        taken - set(stored(WHOLE)),
    )
    assert sorted(stored(EVERY)) == sorted(stored(WHOLE)) == sorted(taken)
    disk.free()
    assert send(web, refused, 1000) == 302
    assert sorted(stored(WHOLE)) == sorted(taken | {refused["contact_email"]})
    assert "Traceback" not in web.log.read_text()


def send_until_refused(web) -> tuple[set[str], dict]:
    """The addresses in the forms that were taken, and the form that was not."""
    taken = set()
    for number in range(180):
        form = new_form(number)
        status = send(web, form, number)
        if status != 302:
            assert status == 503
            return taken, form
        taken.add(form["contact_email"])
    raise AssertionError("The disk was never full.")


def send(web, form, number):
    return web.ask("/bli-med/", form, client=client_of(number)).status
