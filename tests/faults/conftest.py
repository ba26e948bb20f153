import os
import subprocess
import sys

import pytest

from tests.conftest import database_url
from tests.stand_ins import MailServer


@pytest.fixture
def server(settings):
    server = MailServer()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    smtp = {"default": "mail.smtp.EmailBackend"}
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
