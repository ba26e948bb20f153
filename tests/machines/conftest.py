"""Whole servers to install, upgrade, kill, choke and bring back; `make machines` runs what is here."""

import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.conftest import database_url, needs, skip

from .debian import SUITES, server_root
from .machine import HOST, MAIL, SOURCE, Machine, lay_in
from .nginx import Nginx
from .servers import Postgres, Web

EVERYWHERE = ("test_machine", "test_road")


def pytest_generate_tests(metafunc):
    """Install, serve and take the documented road on each Debian; the rest on the newest."""
    if "machine" in metafunc.fixturenames:
        suites = SUITES if metafunc.module.__name__.endswith(EVERYWHERE) else SUITES[-1:]
        metafunc.parametrize("machine", suites, indirect=True, scope="session")


def pytest_collection_modifyitems(items):
    """Of workers that share the tests, one alone makes a machine."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(900))
        if "machine" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group(item.callspec.params["machine"]))


@pytest.fixture(scope="session")
def roots():
    """The folder of the Debians that were made already."""
    for program in ("debootstrap", "apt-get", "setpriv", "unshare", "systemd-nspawn"):
        needs(program)
    if os.geteuid() or subprocess.run(["unshare", "--mount", "true"], check=False).returncode:
        skip("only root can make a machine")
    folder = Path(os.environ.get("DEBIAN_ROOTS") or Path(tempfile.gettempdir(), "debian-roots"))
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / "pip").mkdir(exist_ok=True)
    assert folder.stat().st_uid == 0, f"{folder} is somebody else's"
    return folder


@pytest.fixture(scope="session")
def machine(request, roots, tmp_path_factory):
    machine = Machine(server_root(roots, request.param), tmp_path_factory.mktemp("machine"))
    try:
        lay_in(machine)
        yield machine
    finally:
        machine.end()


@pytest.fixture(scope="session")
def site(machine):
    """The machine with the site on line, laid out by two runs of deploy/install."""
    machine.told = [machine.run(f"{SOURCE}/deploy/install {HOST}")]
    for old, new in MAIL.items():
        machine.run(f"sed -i 's|{old}|{new}|' /etc/coworking/env")
    machine.told.append(machine.run(f"{SOURCE}/deploy/install {HOST}"))
    machine.run("coworking seed")
    return machine


@pytest.fixture
def web(tmp_path, transactional_db):
    """A server on the tests' database, where all is committed."""
    server = Web(tmp_path, database_url())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def nginx(tmp_path, web):
    """The web server in front of `web`."""
    needs("nginx")
    needs("openssl")
    server = Nginx(tmp_path, web.port)
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
