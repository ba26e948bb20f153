"""A machine of its own, made of this one, on which deploy/install puts the site as it would on a new server."""

import json
import os
import subprocess
import sysconfig
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from tests.conftest import needs

HERE = Path(__file__).parent
HOST = "coworking.example.org"
SOURCE = "/srv/source"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
MAIL = {"submission://user:password@mail.example.org": "smtp://127.0.0.1:2525"}


class Machine:
    """Commands run in it as root. Nothing that they do reaches the machine below."""

    def __init__(self, folder):
        self.folder, self.root = folder, folder / "root"
        command = [
            "setpriv",
            "--pdeathsig=KILL",
            "unshare",
            "--mount",
            "--net",
            "--pid",
            "--fork",
            "--kill-child",
            HERE / "boot",
            folder,
            HERE / "init.py",
        ]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
        for _ in range(300):
            if (
                subprocess.run(
                    [*self.entering(), "test", "-S", "/run/init.sock"], capture_output=True, check=False
                ).returncode
                == 0
            ):
                return
            assert self.process.poll() is None, "the machine did not start"
            time.sleep(0.1)
        self.end()
        raise TimeoutError

    def entering(self):
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        first = children[0] if children else str(self.process.pid)
        return [
            "nsenter",
            f"--target={first}",
            "--mount",
            "--net",
            "--pid",
            "--root",
            "--wd",
            "env",
            "-i",
            f"PATH={PATH}",
            "HOME=/root",
        ]

    def start(self, *command, **options):
        return subprocess.Popen([*self.entering(), *command], text=True, **options)

    def run(self, command, code=0, **options):
        """What a shell command prints."""
        done = subprocess.run(
            [*self.entering(), "bash", "-c", command],
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
            **options,
        )
        assert done.returncode == code, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}\n{self.logs()}"
        return done.stdout + done.stderr

    def logs(self):
        return self.run_quietly("tail -n 4 /var/log/coworking-*.log /var/log/nginx/*.log")

    def run_quietly(self, command):
        return subprocess.run(
            [*self.entering(), "bash", "-c", command], capture_output=True, text=True, check=False
        ).stdout

    def visits(self, number, **like):
        """The visits with these fields that nginx logged, in no order: each of its workers writes its own part.

        Waits until there are as many as were made: a worker that is told to write does so when it has time.
        """
        self.run("nginx -s reopen")
        for _ in range(100):
            lines = [json.loads(line) for line in self.run("cat /var/log/nginx/coworking.log").splitlines()]
            found = [line for line in lines if like.items() <= line.items()]
            if len(found) >= number:
                break
            time.sleep(0.1)
        assert len(found) == number, lines[-9:]
        return found

    def get(self, path, *more, host=HOST):
        """Status, headers in small letters, body."""
        told = subprocess.run(
            [
                *self.entering(),
                "curl",
                "-ksi",
                "--max-time",
                "40",
                "--resolve",
                f"{host}:443:127.0.0.1",
                *more,
                f"https://{host}{path}",
            ],
            capture_output=True,
            check=False,
        ).stdout
        head, _, body = told.partition(b"\r\n\r\n")
        first, *lines = head.decode().splitlines()
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        return int(first.split()[1]), headers, body

    def commit(self, changes=None):
        """A new version of the site: files with their new text; gives the release's name."""
        for name, change in (changes or {}).items():
            file = f"{SOURCE}/{name}"
            self.run(f"cat > {file}", input=change(self.run(f"cat {file}")))
        author = "-c user.name=t -c user.email=t@example.org"
        self.run(f"cd {SOURCE} && git add -A && git {author} commit -q --allow-empty -m new")
        name = self.run(f"cd {SOURCE} && git log -1 --format=%cd-%h --date=format:%Y%m%d-%H%M%S").strip()
        venv = f"/srv/coworking/releases/{name}/.venv"
        # Without a network: the libraries that the tests run with, in place of pip's.
        self.run(
            f"mkdir -p {venv} && python3 -m venv --without-pip {venv} && touch {venv}/installed &&"
            f" echo /opt/libraries > {venv}/lib/python3.11/site-packages/libraries.pth"
        )
        return name

    def upgrade(self, *arguments, code=0):
        return self.run(f"{SOURCE}/deploy/upgrade {' '.join(arguments)}", code=code)

    def master(self):
        return self.run("systemctl pid coworking-web.service").strip()

    @contextmanager
    def visitors(self):
        """A function that ends them and tells what they met."""

        script = (HERE / "visitors.py").read_text()
        self.run("cat > /root/visitors.py", input=script)
        process = self.start(
            "/usr/bin/python3", "/root/visitors.py", HOST, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        time.sleep(1)
        yield lambda: json.loads(process.communicate(timeout=60)[0])
        process.kill()
        process.wait()

    def end(self):
        os.killpg(self.process.pid, 9)
        self.process.wait()


@pytest.fixture(scope="session")
def machine(tmp_path_factory):
    for program in ("unshare", "nsenter", "nginx", "restic", "openssl", "curl", "git", "pg_createcluster"):
        needs(program)
    if os.geteuid() or subprocess.run(["unshare", "--mount", "--net", "true"], check=False).returncode:
        (pytest.fail if os.environ.get("NOTHING_SKIPPED") else pytest.skip)("only root can make a machine")
    machine = Machine(tmp_path_factory.mktemp("machine"))
    try:
        lay_in(machine)
        yield machine
    finally:
        machine.end()


def lay_in(machine):
    """The checkout as it stands, and the libraries where the site's user can read them."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    files = "\n".join(name for name in listed.stdout.splitlines() if (settings.BASE_DIR / name).exists())
    tar = subprocess.run(
        ["tar", "-cT", "-"], cwd=settings.BASE_DIR, input=files.encode(), capture_output=True, check=True
    )
    subprocess.run(
        [*machine.entering(), "bash", "-c", f"mkdir {SOURCE} && tar -xC {SOURCE} && git init -q {SOURCE}"],
        input=tar.stdout,
        check=True,
    )
    libraries = sysconfig.get_path("purelib")
    machine.run(f"mkdir /opt/libraries && cp -r {libraries}/. /opt/libraries && chmod -R a+rX /opt/libraries")
    machine.run("mkdir -p /srv/coworking/releases")
    machine.first = machine.commit()


@pytest.fixture(scope="session")
def site(machine):
    """The machine with the site on line, laid out by two runs of deploy/install."""
    machine.told = [machine.run(f"{SOURCE}/deploy/install {HOST}")]
    for old, new in MAIL.items():
        machine.run(f"sed -i 's|{old}|{new}|' /etc/coworking/env")
    machine.told.append(machine.run(f"{SOURCE}/deploy/install {HOST}"))
    machine.run("coworking seed")
    return machine
