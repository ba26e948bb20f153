import os
import subprocess
import sys

import pytest

from tests.browser.conftest import database_url
from tests.faults.servers import Postgres, Web
from tests.stand_ins import MailServer

TOLD = pytest.StashKey[list[str]]()


@pytest.fixture
def lost(request):
    """Says at the end of the run what a fault lost; the test fails where that is anything."""

    def tell(fault, missing):
        request.config.stash.setdefault(TOLD, []).append(f"{fault}: lost {sorted(missing) or 'nothing'}")
        assert not missing, fault

    return tell


def pytest_terminal_summary(terminalreporter, config):
    for line in config.stash.get(TOLD, []):
        terminalreporter.write_line(line)


@pytest.fixture
def web(tmp_path, transactional_db):
    """A server on the tests' database, where all is committed."""
    server = Web(tmp_path, database_url())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def postgres():
    """A database server that a test may kill, whichever database the tests run on."""
    server = Postgres()
    server.start()
    yield server
    server.remove()


@pytest.fixture
def server(settings):
    server = MailServer()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    smtp = {"default": "members.mail_server.EmailBackend"}
    settings.POST_OFFICE = settings.POST_OFFICE | {"BACKENDS": smtp, "MAX_RETRIES": 2}
    yield server
    server.stop()


@pytest.fixture
def senders(server, tmp_path):
    """Starts manage.py send_mail in a process of its own; none outlives the test."""
    started = []

    def start(*arguments):
        environment = os.environ | {
            "DATA_DIR": str(tmp_path),
            "DATABASE_URL": database_url(),
            "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
        }
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        command = [sys.executable, "-W", "error", "manage.py", "send_mail", *arguments]
        started.append(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()
