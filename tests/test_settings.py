import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PRODUCTION = {
    "PRODUCTION": "true",
    "SECRET_KEY": "0123456789" * 5,
    "SITE_URL": "https://coworking.example.org",
    "DATABASE_URL": "postgres://site@localhost/site",
    "EMAIL_URL": "submission://site:secret@localhost",
    "MAIL_FROM": "Coworking Norge <post@example.org>",
    "CONTACT_EMAIL": "post@example.org",
    "ADMINS": "operator@example.org",
}


def check(*arguments, **environment):
    """The result of manage.py check in a process of its own with this environment only."""
    return subprocess.run(
        [sys.executable, "manage.py", "check", *arguments],
        env={"PATH": os.environ["PATH"]} | environment,
        capture_output=True,
        text=True,
    )


def test_laptop_needs_no_variable():
    assert check().returncode == 0


def test_production_starts_and_passes_the_deployment_checks():
    result = check("--deploy", "--fail-level=WARNING", **PRODUCTION)
    assert result.returncode == 0, result.stderr


def test_production_names_everything_that_is_missing_at_once():
    result = check(PRODUCTION="true")
    assert result.returncode != 0
    for name in ("SECRET_KEY", "SITE_URL", "DATABASE_URL", "EMAIL_URL", "MAIL_FROM", ".env.example"):
        assert name in result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SITE_URL", "http://coworking.example.org"),
        ("SITE_URL", "coworking.example.org"),
        ("DATABASE_URL", "nonsense"),
        ("EMAIL_URL", "nonsense"),
        ("EMAIL_URL", "console:"),
        ("MAIL_FROM", "Coworking Norge"),
        ("CONTACT_EMAIL", "nobody"),
        ("ADMINS", "operator@example.org,nobody"),
        ("READY_TOKEN", "short"),
        ("TILES_URL", "https://tiles.example.org/{z}/{x}.png"),
        ("TILES_URL", "https://tiles.example.org/{z}/{y}/{x}/{token}.png"),
        ("TILES_URL", "ftp://tiles.example.org/{z}/{y}/{x}.png"),
        ("DEBUG", "true"),
        ("DEBUG", "perhaps"),
    ],
)
def test_production_refuses(name, value):
    result = check(**PRODUCTION | {name: value})
    assert result.returncode != 0
    assert name in result.stderr


def test_example_names_every_variable():
    settings = Path("coworking_norge/settings.py").read_text()
    example = Path(".env.example").read_text()
    assert set(re.findall(r'env\.\w+\("(\w+)"', settings)) == set(re.findall(r"^#?(\w+)=", example, re.MULTILINE))
