"""The images are built, and the services of the compose file started from them in their order."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from tests.conftest import needs
from tests.test_settings import PRODUCTION

from .containers import Composition
from .images import Images

pytestmark = [pytest.mark.own_database, pytest.mark.xdist_group("containers")]
HOST = "noticeboard.example.org"
PASSWORD = "it's-obviously-made-up"
ENVIRONMENT = PRODUCTION | {
    "SITE_URL": f"https://{HOST}",
    "DATABASE_URL": "postgres://coworking:it%27s-obviously-made-up@database/coworking",
}
MAX_MEGABYTES = 250


@pytest.fixture(scope="module")
def compose(tmp_path_factory):
    """Return the compose file of a copy of the code, with what an operator puts beside it."""
    checkout = tmp_path_factory.mktemp("checkout")
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listed, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True).stdout
    for name in filter(None, files.split("\0")):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        if Path(name).exists():
            shutil.copy2(name, checkout / name)
    (checkout / ".env").write_text("SECRET_KEY=of-a-laptop\n")
    folder = checkout / "deploy/container"
    (folder / "env").write_text("".join(f"{name}={value}\n" for name, value in ENVIRONMENT.items()))
    (folder / "database.env").write_text(f"POSTGRES_PASSWORD={PASSWORD}\n")
    told = re.search(
        r"^# - `nginx\.conf`: sed '(.+)' (\S+) >(\S+)$", (folder / "compose.yaml").read_text(), re.MULTILINE
    )
    script, source, target = told.groups()
    with (checkout / target).open("w") as made:
        subprocess.run(["sed", script.replace("<your host>", HOST), checkout / source], stdout=made, check=True)
    shutil.copy(checkout / "deploy/nginx/tile-service.conf", folder)
    (folder / "tls").mkdir()
    pair = ["-keyout", folder / "tls/privkey.pem", "-out", folder / "tls/fullchain.pem"]
    options = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}", *pair]
    command = ["openssl", "req", *options, "-addext", f"subjectAltName=DNS:{HOST}"]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "compose.yaml"


@pytest.fixture(scope="module")
def images(roots, compose):
    for program in ("buildah", "curl", "ip", "nsenter", "openssl"):
        needs(program)
    return Images(roots, compose)


@pytest.fixture(scope="module")
def mounted(images):
    with images.mounted() as mounted:
        yield mounted


@pytest.fixture
def composition(images, mounted, tmp_path):
    composition = Composition(images, mounted, tmp_path)
    try:
        yield composition
    finally:
        composition.end()


def test_image_is_small_and_holds_the_code_alone(mounted):
    root, says = mounted["coworking"]
    size = subprocess.run(["du", "-sb", root], capture_output=True, text=True, check=True).stdout.split()[0]
    assert int(size) <= MAX_MEGABYTES * 1_000_000
    assert says["User"] == "coworking"
    code = root / "srv/coworking"
    held = {path.relative_to(code) for path in code.rglob("*") if path.is_file()}
    held = {path for path in held if path.parts[0] != ".venv" and path.suffix != ".pyc"}
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True).stdout.split("\n")
    assert {str(path) for path in held} <= set(listed) - {".env.example"}
    assert not {path.parts[0] for path in held} & {"tests", "docs", "bench"}
    for name, (root, _) in mounted.items():
        for made in ("etc/pip.conf", "etc/apt/apt.conf.d/99acquire"):
            assert not (root / made).exists() or not (root / made).read_text(), name
        assert not list((root / "var/lib/apt/lists").glob("*")), name
        assert not (root / "root/.cache").exists(), name


def ask(composition, path):
    """Return a page's body, once nginx and the site are there: until then it answers 503."""
    certificate = composition.images.context / "tls/fullchain.pem"
    options = ["--silent", "--show-error", "--location", "--cacert", certificate, "--resolve", f"{HOST}:443:127.0.0.1"]
    patience = ["--max-time", "60", "--retry", "30", "--retry-delay", "1", "--retry-connrefused"]
    command = [*composition.in_network, "curl", *options, *patience, "--write-out", "\n%{http_code}"]
    command.append(f"https://{HOST}{path}")
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=150)
    body, _, status = done.stdout.rpartition("\n")
    assert status == "200", (
        f"{path}: {done.stdout}{done.stderr[-200:]}\n{composition.log('web')}\n{composition.log('nginx')}"
    )
    return body


def test_services_start_in_order_and_the_site_is_on_line(composition):
    composition.up()
    assert composition.order == ["database", "setup", "web", "mail", "jobs", "nginx"]
    assert composition.waits == [
        ("setup", "service_healthy", "database"),
        ("web", "service_completed_successfully", "setup"),
        ("mail", "service_completed_successfully", "setup"),
        ("jobs", "service_completed_successfully", "setup"),
        ("nginx", "service_started", "web"),
    ]
    first = composition.run("web", "python", "manage.py", "first_coordinator")
    password = re.search(r"password\s+(\S+)", first.stdout)[1]
    assert "<style>" in ask(composition, "/")
    style = re.search(r'href="(/static/[^"]+\.css)"', ask(composition, "/om/"))[1]
    assert "{" in ask(composition, style)
    assert ask(composition, "/readyz") == "ok"
    assert "Passord" in ask(composition, "/admin/login/")
    assert not [name for name in composition.order if password in composition.log(name)]
    stopped = composition.down()
    assert stopped == dict.fromkeys(stopped, 0)

    composition.up()
    assert not composition.run("web", "python", "manage.py", "first_coordinator").stdout, "the database was lost"
    assert ask(composition, style)
