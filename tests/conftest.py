import os
import shutil

import pytest
from django.db import connection
from django.test import Client

from .client import StaffClient
from .factories import CoordinatorFactory

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
