import fcntl
import os
import shutil
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
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from playwright.sync_api import expect

from tests.conftest import database_url, needs

# Playwright's own event loop runs in this thread; the tests use the database beside it, never inside.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

expect.set_options(timeout=30_000)  # as long as Playwright waits for what it presses; a machine may be busy

QUIET = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
AXE = {"preload": False, "resultTypes": ["violations"]}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# The admin's links fade from one colour to the next, which would be judged in between.
COLOURS_SETTLED = "document.getAnimations().forEach((fade) => fade.finish())"
# Of a form's buttons, which stay in view: what they cover can be scrolled to.
NOTHING_COVERED = """
document.querySelectorAll(".change-form .submit-row").forEach((row) => { row.style.position = "static"; });
"""
# Each width and each colour scheme once: all four together find no more than these two.
WINDOWS = [(360, "light"), (1440, "dark")]


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The headless shell takes a third of the time of a whole Chromium, which has windows that nobody sees."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    program = shutil.which("chromium-headless-shell") or needs("chromium")
    return browser_type_launch_args | {"executable_path": program, "args": QUIET + sandbox}


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def register(make_httpserver):
    """Stands in for the registers that the server asks."""
    return make_httpserver


@pytest.fixture(scope="session")
def static_files(tmp_path_factory, worker_id):
    """The folder with the collected files, once for all processes: compressing them takes as long as many tests."""
    folder = tmp_path_factory.getbasetemp()
    folder = (folder if worker_id == "master" else folder.parent) / "collected"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            environment = os.environ | {"DATA_DIR": str(folder)}
            environment.pop("DJANGO_SETTINGS_MODULE", None)
            subprocess.run(
                [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"],
                env=environment,
                cwd=settings.BASE_DIR,
                check=True,
            )
    return folder


@pytest.fixture(scope="session")
def start(django_db_setup, data_dir, static_files, register):
    """Starts real servers, as `make run` does, on the tests' database, and says where each answers."""
    environment = os.environ | {
        "DATA_DIR": str(data_dir),
        "DATABASE_URL": database_url(),
        "CONTACT_EMAIL": "",
        "ORGANISATION_REGISTER_URL": register.url_for(""),
        "ADDRESS_SEARCH_URL": register.url_for(""),
        "LOOKUP_SECONDS": "20",
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    for name in ("static", "staticfiles.json"):
        (data_dir / name).symlink_to(static_files / name)
    # Browsers open connections that they may need later, and one would hold a worker without threads.
    threads = ["--workers", "2", "--threads", "8", "--keep-alive", "0"]
    command = [sys.executable, "-m", "gunicorn", "coworking_norge.wsgi", "--bind", "127.0.0.1:0", *threads]
    with ExitStack() as started:

        def starting(**variables):
            log = data_dir / f"log-{uuid4()}"
            process = subprocess.Popen(
                command, env=environment | variables, stderr=started.enter_context(log.open("w")), cwd=settings.BASE_DIR
            )
            started.callback(process.wait, 60)
            started.callback(process.terminate)
            return address_in(log)

        yield starting


@pytest.fixture(scope="session")
def server(start):
    return start(TILES_URL="")


def address_in(log):
    """Where gunicorn says that it listens, once it answers there."""
    for _ in range(600):
        told = [line for line in log.read_text().splitlines() if "Listening at:" in line]
        if told:
            address = told[0].split("Listening at: ")[1].split()[0]
            urllib.request.urlopen(f"{address}/robots.txt", timeout=60).close()
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


@pytest.fixture(scope="session")
def content_types():
    """Their keys, which the server remembers."""
    return {}


@pytest.fixture(autouse=True)
def database(django_db_reset_sequences, content_types, data_dir):
    """What the tests write is committed, so that the server sees it, and removed after each.

    A service that had no answers for the test before is asked again.

    Content types keep the keys that the server remembers: a database that has been emptied gives others than a new one,
    and again others after a test that is not the browser's and lets the sequences run on.
    """
    if content_types != dict(ContentType.objects.values_list("pk", "model")):
        call_command("flush", interactive=False, verbosity=0)
        content_types.update(ContentType.objects.values_list("pk", "model"))
    for failures in (data_dir / "circuits").glob("*"):
        failures.unlink()


@pytest.fixture
def site(page):
    """A page that fails its test when anything goes wrong in it: a script's error, a refused or a foreign request."""
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    page.on("request", lambda request: faults.append(request.url) if not is_ours(request.url) else None)
    yield page
    assert not faults


def is_ours(address):
    return address.startswith(("http://127.0.0.1:", "http://localhost:", "blob:", "about:"))


@pytest.fixture(params=WINDOWS, ids=["narrow and light", "wide and dark"])
def fits_the_window(page, request):
    """Look at the page in each of the windows; returns a check that nothing on it is wider."""
    width, scheme = request.param
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    return lambda: page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.fixture
def axe():
    """Looks at a page that has its styles and stands still."""

    def check(page, *more):
        page.wait_for_load_state()
        page.evaluate(COLOURS_SETTLED)
        page.evaluate(NOTHING_COVERED)
        page.evaluate(Axe().axe_script)
        options = AXE | {"runOnly": [*RULES, *more]}
        found = page.evaluate("options => axe.run(options).then(results => results.violations)", options)
        assert not [(page.url, fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found]

    return check


@pytest.fixture
def logged_in(site, base_url, coordinator_client):
    session = {"name": "sessionid", "value": coordinator_client.cookies["sessionid"].value, "url": base_url}
    site.context.add_cookies([session])
    return site
