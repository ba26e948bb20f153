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


def test_systemd_understands_what_nginx_is_given():
    needs("nginx")
    result = analyze("verify", "--man=no", "nginx.service")
    assert not [line for line in result.stderr.splitlines() if "coworking" in line]


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
    assert not [name for name in services if "first_coordinator" in str(services[name].get("command"))], (
        "it would be logged"
    )
    for service in services.values():
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"]
        assert "no-new-privileges:true" in service["security_opt"]
    for volume in (mount.split(":")[0] for service in services.values() for mount in service.get("volumes", [])):
        assert volume in compose["volumes"] or volume.startswith("./") or (DEPLOY / "container" / volume).exists()


def test_images_are_built_of_files_that_exist_on_one_base():
    text = (DEPLOY / "container/Containerfile").read_text()
    base = re.search(r"^ARG BASE=(\S+)$", text, re.MULTILINE)[1]
    assert set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) == {"$BASE"}
    for service in yaml.safe_load((DEPLOY / "container/compose.yaml").read_text())["services"].values():
        assert service["build"]["args"]["BASE"] == f"${{BASE:-{base}}}"
        assert f"FROM $BASE AS {service['build']['target']}\n" in text
    taken = [line[1:] for line in Path(".dockerignore").read_text().splitlines() if line.startswith("!")]
    copied = [name for line in text.splitlines() if line.startswith("COPY ") for name in line.split()[1:-1]]
    assert all(Path(name).exists() for name in [*taken, *copied] if not name.startswith(("--from", "/")))
    assert "deploy/gunicorn.conf.py" in text.splitlines()[-1]
    for private in (".env", ".git", "var", "tests", "deploy", "deploy/container"):
        assert private not in taken


@pytest.mark.parametrize("name", ["install", "upgrade", "backup", "restore", "with_database", "container/database"])
def test_script_can_be_run(name):
    assert os.access(DEPLOY / name, os.X_OK)
    if (DEPLOY / name).read_text().startswith("#!/usr/bin/env bash"):
        subprocess.run(["bash", "-n", DEPLOY / name], check=True)
