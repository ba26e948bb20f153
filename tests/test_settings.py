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
    return manage("check", *arguments, **environment)


def manage(*arguments, **environment):
    """Run manage.py in a process of its own with this environment only."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env={"PATH": os.environ["PATH"]} | environment,
        capture_output=True,
        text=True,
    )


def test_laptop_needs_no_variable():
    assert check().returncode == 0


def test_production_starts_and_passes_the_deployment_checks():
    result = check("--deploy", "--fail-level=WARNING", **PRODUCTION)
    assert result.returncode == 0, result.stderr


def test_production_cannot_be_undone_by_another_host_or_a_script():
    lines = manage("diffsettings", "--all", **PRODUCTION).stdout.splitlines()
    values = dict(line.removeprefix("### ").split(" = ", 1) for line in lines)
    wanted = {"SECURE": "True", "HTTPONLY": "True", "SAMESITE": "'Lax'", "PATH": "'/'", "DOMAIN": "None"}
    for kind in ("SESSION", "CSRF"):
        assert values[f"{kind}_COOKIE_NAME"].startswith("'__Host-")
        assert {name: values[f"{kind}_COOKIE_{name}"] for name in wanted} == wanted, kind
    assert values["SECURE_HSTS_SECONDS"] == "63072000"


def test_sessions_hold_no_pickles():
    lines = manage("diffsettings", "--all", **PRODUCTION).stdout.splitlines()
    values = dict(line.removeprefix("### ").split(" = ", 1) for line in lines)
    assert values["SESSION_SERIALIZER"] == "'django.contrib.sessions.serializers.JSONSerializer'"
    assert values["SESSION_ENGINE"] == "'accounts.sessions'", "not in the cache, which pickles"


def test_production_hands_out_no_uploaded_file_itself():
    result = manage("shell", "-c", "from django.urls import resolve; resolve('/media/hostile.svg')", **PRODUCTION)
    assert "Resolver404" in result.stderr


@pytest.mark.parametrize(
    ("library", "variables"),
    [("redis", {"CACHE_URL": "redis://cache:6379/0"}), ("storages", {"S3_BUCKET": "photos"})],
)
def test_what_servers_need_may_be_missing_unless_it_is_asked_for(library, variables):
    code = f"import sys; sys.modules[{library!r}] = None; import coworking_norge.settings"
    without = [sys.executable, "-c", code]
    assert subprocess.run(without, env={"PATH": os.environ["PATH"]}).returncode == 0
    asked = subprocess.run(without, env=variables, capture_output=True, text=True)
    assert asked.stderr.splitlines()[-1].endswith("pip install --require-hashes -r requirements-servers.txt")


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
        ("SECURITY_EMAIL", "nobody"),
        ("ADMINS", "operator@example.org,nobody"),
        ("READY_TOKEN", "short"),
        ("TILES_URL", "https://tiles.example.org/{z}/{x}.png"),
        ("TILES_URL", "https://tiles.example.org/{z}/{y}/{x}/{token}.png"),
        ("TILES_URL", "ftp://tiles.example.org/{z}/{y}/{x}.png"),
        ("SESSION_IDLE_MINUTES", "0"),
        ("DEBUG", "true"),
        ("DEBUG", "perhaps"),
    ],
)
def test_production_refuses(name, value):
    result = check(**PRODUCTION | {name: value})
    assert result.returncode != 0
    assert name in result.stderr


def test_nothing_that_another_may_write_is_unpickled():
    """Django's caches do, but for Redis; what a process has in its own memory is written by nobody else."""
    shown = (
        "from django.conf import settings; print(settings.CACHES['default']['BACKEND'], settings.SESSION_SERIALIZER)"
    )
    json_session = "django.contrib.sessions.serializers.JSONSerializer"
    own, shared = "django.core.cache.backends.locmem.LocMemCache", "coworking_norge.shared_cache.SharedCache"
    for url, backend in (("", own), ("db://cache?max_entries=20000", own), ("redis://cache:6379/0", shared)):
        result = manage("shell", "-v0", "-c", shown, **({"CACHE_URL": url} if url else {}))
        assert result.stdout.split() == [backend, json_session], result.stderr
    for url in ("file:///tmp/cache", "pymemcache://127.0.0.1:11211"):
        assert "CACHE_URL" in check(CACHE_URL=url).stderr, url


def test_example_names_every_variable():
    settings = Path("coworking_norge/settings.py").read_text()
    example = Path(".env.example").read_text()
    assert set(re.findall(r'env\.\w+\("(\w+)"', settings)) == set(re.findall(r"^#?(\w+)=", example, re.MULTILINE))
