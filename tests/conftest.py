import os
import shutil
import time

import pytest
from django.db import connection
from django.test import Client
from werkzeug import Response

from spaces import tiles

from .client import StaffClient
from .factories import CoordinatorFactory
from .tiles import TILE

PRODUCTION_HOST = "coworking.example.org"


def needs(program: str) -> str:
    """The path of a system program; without it the test is skipped, or fails where nothing may be skipped."""
    path = shutil.which(program)
    if path is None:
        (pytest.fail if os.environ.get("NOTHING_SKIPPED") else pytest.skip)(f"{program} is not installed")
    return path


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory):
    """SQLite's test database is a file, so that the browser tests' server can open it too."""
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
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
    settings.PRODUCTION = settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS, settings.SITE_URL = [PRODUCTION_HOST], f"https://{PRODUCTION_HOST}"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    return Client(raise_request_exception=False, headers={"host": PRODUCTION_HOST, "x-forwarded-proto": "https"})


@pytest.fixture
def tile_folder(settings, tmp_path):
    """Where street tiles are kept; no service is asked yet."""
    folder = tmp_path / "tiles"
    settings.CACHES = settings.CACHES | {"tiles": settings.CACHES["tiles"] | {"LOCATION": folder}}
    settings.TILES_URL = ""
    return folder


@pytest.fixture
def tile_service(settings, tile_folder, httpserver, monkeypatch):
    """Answers with `tile_service.answer`, after `tile_service.seconds`, and has all the time that it needs."""

    def answer(request):
        time.sleep(httpserver.seconds)
        return httpserver.answer

    monkeypatch.setattr(tiles, "FETCH", 60)
    httpserver.answer, httpserver.seconds = Response(TILE, mimetype="image/png"), 0
    httpserver.expect_request("/map").respond_with_handler(answer)
    settings.TILES_URL = httpserver.url_for("/map?{z}/{y}/{x}")
    return httpserver
