"""A machine of its own, a Debian that boots with its own systemd, on which deploy/install puts the site."""

import json
import os
import signal
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

from .debian import OF_ITS_OWN, PATH

HERE = Path(__file__).parent
HOST = "coworking.example.org"
SOURCE = "/srv/source"
MAIL = {"submission://user:password@mail.example.org": "smtp://127.0.0.1:2525"}
SECONDS_TO_BOOT = 120
ENVIRONMENT = ["env", "-i", f"PATH={PATH}", "HOME=/root", "LANG=C.UTF-8"]


class Machine:
    """Commands run in it as root. Nothing that they do reaches the machine below."""

    def __init__(self, root, folder):
        self.log, self.started = folder.with_suffix(".log").open("w+"), []
        self.process = subprocess.Popen(
            [*OF_ITS_OWN, HERE / "boot", root, folder],
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
        )
        self.wait_for_systemd()

    def wait_for_systemd(self):
        end = time.monotonic() + SECONDS_TO_BOOT
        while time.monotonic() < end:
            if self.run_quietly("systemctl is-system-running").strip() in ("running", "degraded"):
                return
            assert self.process.poll() is None, Path(self.log.name).read_text()
            time.sleep(0.2)
        self.end()
        raise TimeoutError(Path(self.log.name).read_text())

    def reboot(self):
        booted = "cat /proc/sys/kernel/random/boot_id"
        before, end = self.run(booted), time.monotonic() + SECONDS_TO_BOOT
        self.run_quietly("systemctl reboot")
        while self.run_quietly(booted) in ("", before):
            assert time.monotonic() < end, Path(self.log.name).read_text()
            self.wake_started()
            time.sleep(0.2)
        self.wait_for_systemd()

    def wake_started(self):
        """Let nsenter see the end of what it began.

        At a reboot systemd stops every process for a moment, nsenter then stops itself, and nobody wakes it: what it
        began is never reaped, and the machine waits for that.
        """
        for process in self.started:
            process.send_signal(signal.SIGCONT)

    def nspawn(self) -> int:
        boot = child(self.process.pid)
        return child(boot)

    def entering(self):
        """Return the beginning of a command within, by the first process that systemd-nspawn has started."""
        namespaces = ["--mount", "--net", "--pid", "--ipc", "--uts", "--cgroup", "--root", "--wd"]
        return ["nsenter", f"--target={child(self.nspawn())}", *namespaces, *ENVIRONMENT]

    def start(self, *command, **options):
        self.started.append(subprocess.Popen([*self.entering(), *command], text=True, **options))
        return self.started[-1]

    def run(self, command, code=0, **options):
        """What a shell command prints."""
        done = subprocess.run(
            [*self.entering(), "bash", "-c", command],
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
            **options,
        )
        assert done.returncode == code, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}\n{self.logs()}"
        return done.stdout + done.stderr

    def logs(self):
        return self.run_quietly("journalctl --no-pager -o cat -n 20 -u 'coworking-*'; tail -n 4 /var/log/nginx/*.log")

    def run_quietly(self, command):
        """Return what it prints; blank where the machine goes down meanwhile."""
        with suppress(subprocess.TimeoutExpired):
            return subprocess.run(
                [*self.entering(), "bash", "-c", command], capture_output=True, text=True, check=False, timeout=60
            ).stdout
        return ""

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
        return self.run(f"cd {SOURCE} && git log -1 --format=%cd-%h --date=format:%Y%m%d-%H%M%S").strip()

    def upgrade(self, *arguments, code=0):
        return self.run(f"{SOURCE}/deploy/upgrade {' '.join(arguments)}", code=code)

    def master(self):
        return self.run("systemctl show --property=MainPID --value coworking-web.service").strip()

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
        os.kill(self.nspawn(), signal.SIGKILL)
        self.process.wait()
        self.log.close()


def child(process: int) -> int:
    """Return the first child of a process; 0 if there is none."""
    children = Path(f"/proc/{process}/task/{process}/children")
    with suppress(FileNotFoundError):
        return int((children.read_text().split() or [0])[0])
    return 0


def lay_in(machine):
    """The checkout as it stands."""
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
    machine.first = machine.commit()
