"""The real server on a synthetic network: a database is built, the static files are collected, gunicorn started."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
SEED = 4
TIMEOUT = 300  # seconds; gunicorn's 30 would end a slow page before it is measured
DATABASES = ("sqlite", "postgresql")


class Site(NamedTuple):
    """A built site, ready to be served; `folder` holds its database, files and log."""

    environment: dict
    folder: Path

    @property
    def static(self) -> Path:
        return self.folder / "static"

    def manage(self, *arguments):
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(command, cwd=ROOT, env=self.environment, check=True, stdout=sys.stderr)

    def start(self, *command, **options) -> subprocess.Popen:
        return subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=self.environment, **options)

    @contextmanager
    def served(self):
        """By two workers, as in production; gives the port on 127.0.0.1."""
        port = self.environment["SITE_URL"].rpartition(":")[2]
        command = ["gunicorn", "--config", "deploy/gunicorn.conf.py", "--bind", f"127.0.0.1:{port}", "--workers", "2"]
        with (self.folder / "log").open("w") as log:
            server = self.start(*command, "--timeout", str(TIMEOUT), "--log-level", "warning", stderr=log)
            try:
                wait_for(int(port), server)
                yield int(port)
            finally:
                server.terminate()
                server.wait(TIMEOUT)


def exit_on_sigterm():
    """Let a terminated script stop what it started and remove what it wrote."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))


@contextmanager
def built_site(kind: str, spaces: int, folder: Path):
    """A Site with so many spaces on a new database of that kind, gone afterwards."""
    folder.mkdir()
    with _database(kind, folder) as url:
        site = Site(_environment(url, folder), folder)
        site.manage("migrate", "--verbosity", "0")
        site.manage("simulate", "--spaces", str(spaces), "--seed", str(SEED), "--verbosity", "0")
        if kind == "postgresql":
            _vacuum(url)
        _collect(site)
        yield site
    shutil.rmtree(folder)


def _environment(url, folder):
    unset = ("PRODUCTION", "DEBUG")
    return {name: value for name, value in os.environ.items() if name not in unset} | {
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "DATABASE_URL": url,
        "DATA_DIR": str(folder),
        "SITE_URL": f"http://127.0.0.1:{free_port()}",
    }


@contextmanager
def _database(kind, folder):
    if kind == "sqlite":
        yield f"sqlite:///{folder}/coworking.sqlite3"
        return
    command = ["tests/with_postgres", "sh", "-c", 'echo "$DATABASE_URL"; cat']
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        yield server.stdout.readline().strip()
        server.stdin.close()


def _vacuum(url):
    """What PostgreSQL's own daemon would have done by the time that visitors come; and deploy/install."""
    commands = ["--command=VACUUM ANALYZE", "--command=ALTER ROLE CURRENT_USER SET random_page_cost = 1.1"]
    subprocess.run(["psql", "--quiet", *commands, url], check=True)


def _collect(site):
    """Once for all sites: compressing takes a while and no database changes the files."""
    collected, names = site.folder.parent / "static", "staticfiles.json"
    if not collected.exists():
        site.manage("collectstatic", "--noinput", "--verbosity", "0")
        shutil.copytree(site.static, collected)
        shutil.copy(site.folder / names, collected.parent / names)
    shutil.copytree(collected, site.static, dirs_exist_ok=True)
    shutil.copy(collected.parent / names, site.folder / names)


def free_port():
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(port, server):
    for _ in range(300):
        with closing(HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)) as visitor:
            try:
                visitor.request("GET", "/robots.txt")
                return visitor.getresponse().read()
            except ConnectionRefusedError:
                time.sleep(0.1)
        if server.poll() is not None:
            break
    raise RuntimeError("The server did not start; its log tells why.")
