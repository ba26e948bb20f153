import os
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import connection

from tests.conftest import needs

# Playwright's own event loop runs in this thread; the tests use the database beside it, never inside.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

QUIET = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "preload": False}


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return browser_type_launch_args | {"executable_path": needs("chromium"), "args": QUIET + sandbox}


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def register(make_httpserver):
    """Stands in for the registers that the server asks."""
    return make_httpserver


@pytest.fixture(scope="session")
def start(django_db_setup, data_dir, register):
    """Starts real servers, as `make run` does, on the tests' database, and says where each answers."""
    environment = os.environ | {
        "DATA_DIR": str(data_dir),
        "DATABASE_URL": database_url(),
        "CONTACT_EMAIL": "",
        "ORGANISATION_REGISTER_URL": register.url_for(""),
        "ADDRESS_SEARCH_URL": register.url_for(""),
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    python = Path(sys.executable)
    subprocess.run([python, "manage.py", "collectstatic", "--noinput", "-v0"], env=environment, check=True)
    command = [python, "-m", "gunicorn", "coworking_norge.wsgi", "--bind", "127.0.0.1:0", "--workers", "2"]
    with ExitStack() as started:

        def starting(**variables):
            log = data_dir / f"log-{uuid4()}"
            process = subprocess.Popen(
                command, env=environment | variables, stderr=started.enter_context(log.open("w")), cwd=settings.BASE_DIR
            )
            started.callback(process.wait, 10)
            started.callback(process.terminate)
            return address_in(log)

        yield starting


@pytest.fixture(scope="session")
def server(start):
    return start(TILES_URL="")


def database_url():
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    return os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{database['NAME']}"


def address_in(log):
    """Where gunicorn says that it listens, once it answers there."""
    for _ in range(100):
        told = [line for line in log.read_text().splitlines() if "Listening at:" in line]
        if told:
            address = told[0].split("Listening at: ")[1].split()[0]
            urllib.request.urlopen(f"{address}/robots.txt", timeout=10).close()
            return address
        time.sleep(0.1)
    raise RuntimeError(log.read_text())


@pytest.fixture
def media(settings, data_dir):
    settings.MEDIA_ROOT = data_dir / "media"
    return settings.MEDIA_ROOT


@pytest.fixture(scope="session")
def base_url(server):
    return server


@pytest.fixture(autouse=True)
def database(django_db_reset_sequences):
    """What the tests write is committed, so that the server sees it, and removed after each.

    Sequences start anew because the server remembers the keys of content types.
    """


@pytest.fixture
def site(page):
    """A page that fails its test when anything goes wrong in it: a script's error, a refused or a foreign request."""
    faults = []
    page.set_default_timeout(8_000)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda message: faults.append(message.text) if message.type in ("error", "warning") else None,
    )
    page.on("request", lambda request: faults.append(request.url) if not is_ours(request.url) else None)
    yield page
    assert not faults


def is_ours(address):
    return address.startswith(("http://127.0.0.1:", "http://localhost:", "blob:", "about:"))


@pytest.fixture
def axe():
    def check(page, *more):
        found = Axe().run(page, options=AXE | {"runOnly": [*AXE["runOnly"], *more]}).response["violations"]
        assert not [(page.url, fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found]

    return check


@pytest.fixture
def logged_in(site, base_url, coordinator_client):
    session = {"name": "sessionid", "value": coordinator_client.cookies["sessionid"].value, "url": base_url}
    site.context.add_cookies([session])
    return site
