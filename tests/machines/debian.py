"""Debian as it is made, bare or as a server, kept between runs; commands in it before it boots."""

import ast
import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

CHECKOUT = "/root/coworking"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
SUITES = ["bookworm", "trixie"]  # Debian 12 with Python 3.11 and PostgreSQL 15, Debian 13 with 3.13 and 17

# What every Debian server has, and what the tests look with.
SERVER = ["systemd-sysv", "dbus", "iproute2", "procps"]
# The wheels of the locked versions, for machines without a network.
WHEELS = """
python3 -m venv /tmp/wheels && mkdir /var/lib/wheels
/tmp/wheels/bin/pip download --quiet --require-hashes --dest /var/lib/wheels --requirement /dev/stdin
rm -r /tmp/wheels
"""
PIP = "[global]\nno-index = true\nfind-links = /var/lib/wheels\n"

# Begins a command whose processes and mounts end with it, and with the test, however that ends.
OF_ITS_OWN = ["setpriv", "--pdeathsig=KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child"]
# Arguments: the root, pip's cache, folders to share, --, a command.
ENTER = """
cd "$1"
mount -t proc proc proc
mount --rbind /dev dev
mkdir -p root/.cache/pip
mount --bind "$2" root/.cache/pip
shift 2
while [ "$1" != -- ]; do
  mkdir -p "$PWD$1"
  mount -o bind,ro "$1" "$PWD$1"
  shift
done
shift
exec chroot . "$@"
"""


class Debian:
    """A copy of a bare root. It has this machine's network and what apt and pip are told about it here."""

    def __init__(self, bare, pip_cache, root):
        subprocess.run(["cp", "-a", "--reflink=auto", bare, root], check=True, timeout=120)
        self.root, self.pip_cache = root, pip_cache
        self.environment = network_environment()
        words = " ".join(self.environment.values()).replace("file://", "").split()
        shared = [Path(word) for word in [*words, CERTIFICATES, "/etc/resolv.conf"] if word.startswith("/")]
        for file in filter(Path.is_file, shared):
            (root / file.relative_to("/")).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, root / file.relative_to("/"))
        # The links of an index of packages may lead to the folder beside it.
        self.folders = [folder.parent if folder.name == "simple" else folder for folder in shared if folder.is_dir()]
        acquire = [line for line in output("apt-config", "dump").splitlines() if line.startswith("Acquire::")]
        self.apt = root / "etc/apt/apt.conf.d/99acquire"
        self.apt.write_text("\n".join(acquire) + "\n")
        (root / CHECKOUT[1:]).mkdir(exist_ok=True)

    def command(self, line):
        environment = {"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8", **self.environment}
        variables = [f"{name}={value}" for name, value in environment.items()]
        enter = ["sh", "-euc", ENTER, "enter", self.root, self.pip_cache, *self.folders, "--"]
        return [*OF_ITS_OWN, *enter, "env", "-i", f"--chdir={CHECKOUT}", *variables, "sh", "-euc", line]

    def run(self, line, succeeds=True, seconds=300, **options):
        """Return what a command line prints."""
        done = subprocess.run(
            self.command(line),
            **({"stdin": subprocess.DEVNULL} if "input" not in options else options),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert (done.returncode == 0) is succeeds, f"{line}: {done.returncode}\n{done.stdout}"
        return done.stdout

    def run_until(self, line, condition, seconds=300):
        """Kill a command, and all that it started, as soon as the condition is met; return what it printed."""
        with tempfile.TemporaryFile("w+") as printed, self.started(line, printed) as process:
            end = time.monotonic() + seconds
            while not (met := condition()) and process.poll() is None and time.monotonic() < end:
                time.sleep(0.05)
            printed.seek(0)
            text = printed.read()
            assert met, f"{line}: {process.returncode}\n{text}"
            return text

    @contextmanager
    def started(self, line, printed):
        process = subprocess.Popen(self.command(line), stdin=subprocess.DEVNULL, stdout=printed, stderr=printed)
        try:
            yield process
        finally:
            # The first process of the namespace is gone only when all the others are.
            if process.poll() is None:
                for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
                    os.kill(int(child), signal.SIGKILL)
                process.wait(30)


def output(*command, **options):
    return subprocess.run(command, capture_output=True, check=True, text=True, **options).stdout


def network_environment():
    """Return the variables that proxies are named in, and every option that pip has here as a variable."""
    environment = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
    for option in output(settings.BASE_DIR / ".venv/bin/python", "-m", "pip", "config", "list").splitlines():
        name, _, value = option.partition("=")
        environment["PIP_" + name.rpartition(".")[2].replace("-", "_").upper()] = ast.literal_eval(value)
    return environment


def debian_mirror():
    """Return the mirror of Debian that apt uses here, if any; debootstrap knows one."""
    return output("apt-get", "indextargets", "--format", "$(REPO_URI)", "Label: Debian").split()[:1]


@contextmanager
def new(root):
    """Give a folder in which to make a root, which then takes its place; None where it is there already."""
    with root.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if root.exists():
            yield None
            return
        with tempfile.TemporaryDirectory(dir=root.parent, prefix="new-") as folder:
            yield Path(folder, "root")
            Path(folder, "root").rename(root)


def bare_root(roots, suite):
    """Return a Debian with python3, make and git."""
    with new(roots / suite) as root:
        if root:
            options = ["--variant=minbase", "--include=python3,make,git,ca-certificates"]
            command = [*OF_ITS_OWN, "debootstrap", *options, suite, root, *debian_mirror()]
            subprocess.run(command, check=True, timeout=900, stdout=subprocess.DEVNULL)
    return roots / suite


def server_root(roots, suite):
    """Return a Debian server with the packages of deploy/install and the locked wheels, and no network."""
    packages = SERVER + re.search(r"^packages=\((.+)\)", Path("deploy/install").read_text(), re.MULTILINE)[1].split()
    locked = "".join(Path(name).read_text() for name in ("requirements.txt", "requirements-servers.txt"))
    made_from = hashlib.sha256(f"{packages}{locked}{WHEELS}".encode()).hexdigest()[:12]
    server = roots / f"{suite}-server-{made_from}"
    bare = bare_root(roots, suite)
    for outdated in set(roots.glob(f"{suite}-server-*")) - {server, server.with_suffix(".lock")}:
        subprocess.run(["rm", "-rf", outdated], check=False, timeout=120)  # other tests may run in it
    with new(server) as root:
        if root:
            debian = Debian(bare, roots / "pip", root)
            no_services = root / "usr/sbin/policy-rc.d"
            no_services.write_text("#!/bin/sh\nexit 101\n")
            no_services.chmod(0o755)
            install = "DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends"
            debian.run(f"apt-get update && {install} python3-venv {' '.join(packages)}", seconds=900)
            debian.run(WHEELS, input=locked, seconds=900)
            no_services.unlink()
            debian.apt.unlink()
            (root / "etc/pip.conf").write_text(PIP)
    return server
