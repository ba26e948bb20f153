"""What can be said of deploy/ without running it."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

from tests.conftest import needs

DEPLOY = Path("deploy")
UNITS = DEPLOY / "systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))


def analyze(*arguments):
    needs("systemd-analyze")
    environment = os.environ | {"SYSTEMD_UNIT_PATH": f"{UNITS.absolute()}:", "SYSTEMD_LOG_LEVEL": "warning"}
    return subprocess.run(["systemd-analyze", *arguments], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", sorted(path.name for path in UNITS.glob("*.*") if path.is_file()))
def test_systemd_understands_the_unit(name):
    result = analyze("verify", "--man=no", str(UNITS / name.replace("@.", "@x.")))
    told = [line for line in result.stderr.splitlines() if "coworking" in line and "is not executable" not in line]
    assert not told


@pytest.mark.parametrize("name", SERVICES)
def test_service_may_do_little(name):
    """The only marks against it: a network, a disk, and databases behind sockets."""
    told = analyze("security", "--offline=true", "--no-pager", str(UNITS / name)).stdout
    assert float(re.search(r"Overall exposure level for \S+: ([\d.]+)", told)[1]) <= 2.0


def test_units_and_containers_run_commands_that_exist():
    jobs = [
        re.search(r"^Unit=coworking-job@(\w+)\.service", path.read_text(), re.MULTILINE)
        for path in UNITS.glob("*.timer")
    ]
    named = {job[1] for job in jobs if job}
    for path in [*UNITS.glob("*.service"), *DEPLOY.glob("container/*")]:
        named |= set(re.findall(r"manage\.py\"?,? \"?([a-z]\w+)", path.read_text()))
    in_containers = re.search(r"for job in ([\w ]+);", (DEPLOY / "container/compose.yaml").read_text())[1].split()
    assert set(in_containers) == {job[1] for job in jobs if job}
    assert named <= set(get_commands())
    assert len(named) > 6


@pytest.mark.parametrize("script", ["upgrade", "restore"])
def test_script_names_every_timer(script):
    for names in re.findall(r"coworking-\{([\w,]+)\}\.timer", (DEPLOY / script).read_text()):
        assert {f"coworking-{name}.timer" for name in names.split(",")} == {path.name for path in UNITS.glob("*.timer")}


def test_compose_has_what_the_units_have():
    compose = yaml.safe_load((DEPLOY / "container/compose.yaml").read_text())
    services = compose["services"]
    assert set(services) == {"database", "setup", "web", "mail", "jobs", "nginx"}
    checked = re.findall(r"manage (check .*)", (DEPLOY / "upgrade").read_text())
    assert [words.replace(" --verbosity 0", "") for words in checked] == re.findall(
        r"manage\.py (check [^;]*)", services["setup"]["command"][-1]
    )
    assert " ".join(services["mail"]["command"][1:]) in (UNITS / "coworking-mail.service").read_text()
    for name in ("setup", "web", "mail", "jobs"):
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["read_only"]
    for volume in (mount.split(":")[0] for service in services.values() for mount in service.get("volumes", [])):
        assert volume in compose["volumes"] or volume.startswith("./") or (DEPLOY / "container" / volume).exists()


def test_image_is_built_of_files_that_exist():
    lines = (DEPLOY / "container/Containerfile").read_text().splitlines()
    copied = [line.split()[1] for line in lines if line.startswith("COPY")]
    assert all(Path(name).exists() for name in copied)
    assert "deploy/gunicorn.conf.py" in lines[-1]
    assert {".env", ".git", "var"} <= set(Path(".containerignore").read_text().splitlines())


@pytest.mark.parametrize("name", ["install", "upgrade", "backup", "restore"])
def test_script_can_be_run(name):
    assert os.access(DEPLOY / name, os.X_OK)
    subprocess.run(["bash", "-n", DEPLOY / name], check=True)
