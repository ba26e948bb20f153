"""What deploy/ hands to PostgreSQL's programs: the password is on no command line."""

import os
import subprocess

import pytest

PROGRAM = """#!/bin/sh
printf '%s\\n' "$PGPASSWORD" "${DATABASE_URL-unset}" "$@" >> "$TOLD"
"""
PASSWORD = "s:cr@t/%#?"


@pytest.fixture
def told(tmp_path):
    """Runs a command with programs that write down what they are told, and gives that."""
    for name in ("pg_dump", "pg_restore", "restic"):
        (tmp_path / name).write_text(PROGRAM if name != "restic" else "#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)

    def run(*command, **environment):
        path = f"{tmp_path}:{os.environ['PATH']}"
        environment = (
            os.environ | {"PATH": path, "TOLD": str(tmp_path / "told"), "STATE_DIRECTORY": str(tmp_path)} | environment
        )
        subprocess.run(command, env=environment, check=True)
        return (tmp_path / "told").read_text().splitlines()

    return run


def test_password_is_on_no_command_line(told):
    for address, without in [
        ("postgres://site:s%3Acr%40t%2F%25%23%3F@db.example.org:5433/x", "postgres://site@db.example.org:5433/x"),
        (
            "postgres://site@db/x?password=s%3Acr%40t%2F%25%23%3F&sslmode=require",
            "postgres://site@db/x?sslmode=require",
        ),
    ]:
        lines = told("deploy/with_database", "pg_restore", "--no-owner", DATABASE_URL=address)
        assert lines[-4:] == [PASSWORD, "unset", f"--dbname={without}", "--no-owner"]


def test_address_without_a_password_stays_as_it_is(told):
    address = "postgres://coworking-backup@%2Fvar%2Frun%2Fpostgresql/coworking"
    assert told("deploy/with_database", "pg_dump", DATABASE_URL=address) == ["", "unset", f"--dbname={address}"]


def test_backup_names_no_password(told):
    lines = told("deploy/backup", DATABASE_URL="postgres://site:secret@db.example.org/x", RESTIC_PASSWORD="x")
    assert lines[:3] == ["secret", "unset", "--dbname=postgres://site@db.example.org/x"]
    assert "secret" not in lines[1:]
