"""Real servers for the tests to kill, choke and bring back: gunicorn as in production, and a PostgreSQL."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import psycopg2
import time_machine
from django.conf import settings
from django.core.signing import TimestampSigner
from django.utils import timezone

from members.joining.forms import signer
from tests.conftest import needs
from tests.members.joining.form import ORGANISATION, SLOWLY, SPACE, rows
from tests.test_settings import PRODUCTION

CSRF = "c" * 32
COOKIES = f"csrftoken={CSRF}; __Host-csrftoken={CSRF}"
SECONDS = 120  # anything may take


class Answer(NamedTuple):
    status: int
    headers: dict  # names in lower case
    body: str


class Web:
    """gunicorn with two workers; `within` is a command that starts it in surroundings of its own."""

    def __init__(self, folder: Path, database_url: str, *within: str, **environment: str):
        self.log, self.within, self.process = folder / "gunicorn.log", within, None
        self.environment = os.environ | PRODUCTION | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
        self.environment |= {"DATA_DIR": str(folder), "DATABASE_URL": database_url}
        self.environment |= {"DATABASE_TIMEOUT": "5"} | environment

    def manage(self, *arguments):
        subprocess.run(
            [sys.executable, "manage.py", *arguments], env=self.environment, cwd=settings.BASE_DIR, check=True
        )

    def start(self):
        command = [
            *self.within,
            sys.executable,
            "-m",
            "gunicorn",
            "--config",
            "deploy/gunicorn.conf.py",
            "--bind",
            "127.0.0.1:0",
        ]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [*command, "--workers", "2"], env=self.environment, cwd=settings.BASE_DIR, stderr=log, stdout=log
            )
        self.port = wait_for(self._port, "gunicorn to listen")
        wait_for(lambda: len(children(self.process.pid)) == 2, "the workers")
        assert self.ask("/om/").status == 200, self.log.read_text()

    def _port(self):
        told = [line for line in self.log.read_text().splitlines() if "Listening at:" in line]
        return told and int(told[0].split()[-2].rpartition(":")[2])

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(SECONDS)

    def kill_workers(self):
        for worker in children(self.process.pid):
            os.kill(worker, signal.SIGKILL)

    def connect(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)

    def ask(self, path, form=None, body=None, client="192.0.2.1", through=None, **headers) -> Answer:
        """As the web server in front passes it on; a form is posted by a browser that the site knows."""
        sent = {"Host": urlsplit(PRODUCTION["SITE_URL"]).hostname, "X-Forwarded-Proto": "https"} | headers
        sent |= {"X-Forwarded-For": client, "Cookie": "; ".join(filter(None, [COOKIES, headers.get("Cookie")]))}
        if form is not None:
            body = urlencode(form | {"csrfmiddlewaretoken": CSRF})
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        if body is not None:
            sent["Origin"] = PRODUCTION["SITE_URL"]
        with closing((through or self).connect()) as connection:
            connection.request("GET" if body is None else "POST", path, body, sent)
            response = connection.getresponse()
            told = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, told, response.read().decode(errors="replace"))


def new_form(number: int) -> dict:
    """A join request as somebody has filled it in, at a page of the server above; its `submission` is known by it."""
    with time_machine.travel(timezone.now() - SLOWLY, tick=False):
        stamp = TimestampSigner(key=PRODUCTION["SECRET_KEY"], salt=signer.salt).sign(uuid4().hex)
    person = {"submission": stamp, "contact_email": f"nr-{number}@example.org", "name": f"Hus {number}"}
    return ORGANISATION | rows(SPACE) | person


def client_of(number: int) -> str:
    """An address for each ten forms, in a network (/16) of its own: no limit is reached."""
    return f"10.{number // 10}.0.1"


class Postgres:
    """In a folder of its own, which anybody may enter."""

    def __init__(self):
        self.folder, self.process = Path(tempfile.mkdtemp()), None
        self.programs = Path(
            max(Path("/usr/lib/postgresql").glob("*/bin/initdb"), default=None) or needs("initdb")
        ).parent
        self.user = []
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
            self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        self.url = f"postgres://tester@{str(self.folder).replace('/', '%2F')}/postgres"
        options = ["-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        self._run("initdb", *options, stdout=subprocess.DEVNULL).wait()
        self.folder.chmod(0o755)

    def _run(self, program, *options, within=(), **pipes):
        command = [*within, *self.user, self.programs / program, "-D", self.folder / "data", *options]
        return subprocess.Popen(command, cwd="/", **pipes)

    def start(self, *within):
        options = ["-k", self.folder, "-c", "listen_addresses=", "-c", "fsync=off"]
        with (self.folder / "log").open("w") as log:
            self.process = self._run("postgres", *options, within=within, stderr=log)
        wait_for(self.answers, "PostgreSQL")

    def answers(self) -> bool:
        try:
            psycopg2.connect(user="tester", dbname="postgres", host=str(self.folder)).close()
        except psycopg2.OperationalError:
            return False
        return True

    def kill(self):
        """With all that it has started, some of which may have just ended."""
        started = children(self.process.pid)
        self.process.kill()
        self.process.wait()
        for process in started:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def remove(self):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder)


def children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def allowing_for_load(seconds: float) -> float:
    """Return how long something may take now that takes so many seconds where a core has nothing else to do."""
    return seconds * max(1, os.getloadavg()[0] / os.cpu_count())


def wait_for(condition, what, seconds=SECONDS):
    """What the condition gives once it is true."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.05)
    raise TimeoutError(f"{what}: not within {timedelta(seconds=seconds)}")
