"""The README's two commands on a Debian that has python3, make and git, and nothing else."""

import shutil
import socket
import tempfile
from http.client import HTTPConnection
from pathlib import Path

import pytest
from django.conf import settings

from .debian import CHECKOUT, SUITES, Debian, bare_root, output


class Newcomer(Debian):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.port = free_port()
        self.environment |= {"PORT": self.port}

    def site_answers(self):
        site = HTTPConnection("127.0.0.1", int(self.port), timeout=20)
        try:
            site.request("GET", "/")
            return site.getresponse().status == 200
        except ConnectionError:
            return False
        finally:
            site.close()

    def is_installing(self):
        return any((self.root / CHECKOUT[1:]).glob(".venv/lib/python3.*/site-packages/django/apps"))


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


@pytest.fixture(params=SUITES)
def newcomer(request, roots):
    with tempfile.TemporaryDirectory(dir=roots, prefix="newcomer-") as folder:
        machine = Newcomer(bare_root(roots, request.param), roots / "pip", Path(folder, "root"))
        check_out(machine.root / CHECKOUT[1:])
        yield machine


def check_out(folder):
    names = output("git", "ls-files", "-co", "--exclude-standard", cwd=settings.BASE_DIR).splitlines()
    for name in names:
        if (settings.BASE_DIR / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(settings.BASE_DIR / name, folder / name)


def test_newcomer_installs_runs_and_tests_the_site(newcomer):
    environment = newcomer.root / CHECKOUT[1:] / ".venv"

    assert "sudo apt install python3-venv" in newcomer.run("make run", succeeds=False)
    assert not environment.exists()

    newcomer.run("python3 -m venv .venv", succeeds=False)
    assert environment.exists()
    newcomer.run("apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes python3-venv")
    newcomer.run_until("make run", newcomer.is_installing)
    newcomer.run("PIP_NO_INDEX=1 PIP_FIND_LINKS= make run", succeeds=False)
    assert not environment.exists()

    printed = newcomer.run_until("make run", newcomer.site_answers)
    assert "16 organisations, 19 spaces, 14 amenities loaded" in printed
    assert " passed" in newcomer.run("make test ARGS='-k test_seed'")
