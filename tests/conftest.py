import os
import shutil
from itertools import count
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation
from werkzeug import Response

from core import page_cache
from pages import network
from spaces.map import tiles

from .client import StaffClient
from .factories import CoordinatorFactory
from .tiles import TILE

NUMBERS = count()
PRODUCTION_HOST = "coworking.example.org"
TESTS = Path(__file__).parent
# What the run on PostgreSQL leaves out, for no database can make it differ: headers and pages as they are rendered, who
# may ask for what, settings, files, stand-ins for services. It takes all else that uses a database, new tests too:
# collation, search, constraints, locks, JSON, dates, numbers too large and NUL bytes are the databases' own.
SAME_ON_EVERY_DATABASE = [
    *("bench", "browser", "norway", "faults/test_mail_server.py", "spaces/map/test_tiles.py"),
    *("test_bucket.py", "test_canary.py", "test_checks.py", "test_error_mail.py", "test_headers.py", "test_logs.py"),
    *("test_media.py", "test_outage.py", "test_permissions.py", "test_privacy.py", "test_project.py"),
    *("spaces/test_admin_photos.py", "spaces/test_delete_orphaned_files.py", "spaces/test_photos.py"),
    *("core/test_hostile_images.py", "core/test_image_refusals.py", "core/test_images.py", "mail/test_emails.py"),
    *("members/joining/test_form_lookups.py", "accounts/test_second_step.py", "test_security_txt.py"),
]


def needs(program: str) -> str:
    """The path of a system program; without it the test is skipped, or fails where nothing may be skipped."""
    path = shutil.which(program)
    if path is None:
        skip(f"{program} is not installed")
    return path


def skip(reason: str):
    (pytest.fail if os.environ.get("NOTHING_SKIPPED") else pytest.skip)(reason)


def database_url() -> str:
    """Where a server of the tests finds the tests' database."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    return os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{database['NAME']}"


def pytest_collection_modifyitems(config, items):
    if connection.vendor == "postgresql":
        others = [item for item in items if not may_differ_on_postgresql(item)]
        items[:] = [item for item in items if may_differ_on_postgresql(item)]
        config.hook.pytest_deselected(items=others)


def may_differ_on_postgresql(item) -> bool:
    uses_database = item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(item.fixturenames)
    return uses_database and not any(item.path.is_relative_to(TESTS / path) for path in SAME_ON_EVERY_DATABASE)


def pytest_terminal_summary(terminalreporter):
    ended = [report for reports in terminalreporter.stats.values() for report in reports]
    for report in ended:
        if getattr(report, "when", "") == "teardown":  # every test has one, and its properties are complete
            for name, told in report.user_properties:
                terminalreporter.write_line(f"{name}: {told}")


@pytest.fixture
def lost(record_property):
    """Says at the end of the run what a fault lost; the test fails where that is anything."""

    def tell(fault, missing):
        record_property(fault, f"lost {sorted(missing) or 'nothing'}")
        assert not missing, fault

    return tell


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory, django_db_modify_db_settings_parallel_suffix):
    """Each process has its own; SQLite's is a file, so that the browser tests' server can open it too."""
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="session", autouse=True)
def release():
    """Each new client starts the middleware anew, which would look at every file of the release."""
    release = page_cache.release()
    with patch.object(page_cache, "release", lambda: release):
        yield


@pytest.fixture(autouse=True)
def no_pages():
    """Roll back the cache of pages with the database, whose versions come again."""
    caches["pages"].clear()
    network.forget()


@pytest.fixture(autouse=True)
def own_language():
    """Begin in the site's language, whatever the last request of the test before was in."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def data_dir_of_test(settings, tmp_path_factory):
    """A folder of the test's own, so that none finds the faults of services and the tiles of another."""
    settings.DATA_DIR = tmp_path_factory.getbasetemp() / f"data-{next(NUMBERS)}"
    settings.DATA_DIR.mkdir()


@pytest.fixture(autouse=True)
def media(settings, tmp_path_factory):
    """A folder of the test's own, which its first file makes."""
    settings.MEDIA_ROOT = tmp_path_factory.getbasetemp() / f"media-{next(NUMBERS)}"
    return settings.MEDIA_ROOT


@pytest.fixture
def client():
    return StaffClient()


@pytest.fixture
def admin_client(admin_user):
    client = StaffClient()
    client.force_login(admin_user)
    return client


@pytest.fixture
def coordinator(db):
    return CoordinatorFactory()


@pytest.fixture
def coordinator_client(client, coordinator):
    client.force_login(coordinator)
    return client


@pytest.fixture
def production(settings):
    """The site where PRODUCTION is set, behind the web server in front."""
    reverse("landing")  # reads the URLs, which stay: a later test of uploaded files needs those without PRODUCTION
    settings.PRODUCTION = settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS, settings.SITE_URL = [PRODUCTION_HOST], f"https://{PRODUCTION_HOST}"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    return Client(raise_request_exception=False, headers={"host": PRODUCTION_HOST, "x-forwarded-proto": "https"})


@pytest.fixture
def no_tiles(settings):
    """No service is fetched from."""
    settings.TILES_URL = ""


@pytest.fixture
def tile_service(settings, no_tiles, httpserver, monkeypatch):
    """Answers with `tile_service.answer`, and has all the time that it needs."""
    monkeypatch.setattr(tiles, "TIMEOUT", 60)
    httpserver.answer = Response(TILE, mimetype="image/png")
    httpserver.expect_request("/map").respond_with_handler(lambda request: httpserver.answer)
    settings.TILES_URL = httpserver.url_for("/map?{z}/{y}/{x}")
    return httpserver
