"""The drill: a backup, everything lost, brought back by deploy/; counts and hashes equal, the site boots on it."""

import os
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import needs

# Every row of every table, and every uploaded file.
DUMP = (
    "setpriv --reuid=postgres --regid=postgres --init-groups sh -c 'cd / && pg_dump --data-only --inserts coworking' "
    "| grep '^INSERT' | LC_ALL=C sort"
)
FILES = "cd /var/lib/coworking/media && find . -type f -exec sha256sum {} + | sort -k2"
STATE = f"{DUMP} | cut -d' ' -f3 | uniq -c; {DUMP} | sha256sum; {FILES}"
PHOTOGRAPHED = """
from io import BytesIO
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from spaces import photos
file = BytesIO()
Image.effect_noise((700, 500), 50).convert("RGB").save(file, "PNG")
print(photos.store(photos.clean_photo(SimpleUploadedFile("a.png", file.getvalue()))))
"""


def test_everything_comes_back_from_a_backup(site):
    site.run("rm -rf /var/lib/coworking/media/*")
    site.run("coworking shell", input=PHOTOGRAPHED)
    site.run("systemctl start coworking-backup.service")
    before = site.run(STATE)
    assert before.count("./photos/") == 6
    assert "public.spaces_space" in before

    site.run(
        "rm -rf /var/lib/coworking/media/photos;"
        " coworking shell -c 'from spaces.models import Space; Space.objects.all().delete()'"
    )
    assert site.run(STATE) != before
    told = site.run("/srv/coworking/current/deploy/restore")
    assert site.run(STATE) == before
    assert site.get("/")[0] == 200
    photo = before.split("./photos/")[1].split()[0]
    assert site.get(f"/media/photos/{photo}")[0] == 200
    settings_of_that_day = told.split("The settings of that day are in ")[1].split(". ")[0]
    site.run(f"cmp /etc/coworking/env {settings_of_that_day}")
    print(f"restored with equal hashes:\n{before}")


THAT_DAY = """
from datetime import timedelta
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from mail import outbox
from django.core.mail import EmailMessage
from post_office.models import Email
SessionStore().create()
mail = outbox.put(EmailMessage("Ventet", "Hei", "post@example.org", ["kari@example.org"]))
Email.objects.filter(pk=mail.pk).update(scheduled_time=timezone.now() + timedelta(days=1))
"""
AFTER_IT = """
from accounts.models import LoginEvent
from django.contrib.auth import get_user_model
LoginEvent.add("password_changed", get_user_model().objects.get(username="koordinator"), "192.0.2.0")
"""


def test_restore_ends_sessions_holds_mails_and_tells_which_logins_were_changed_since(site):
    site.run("coworking shell", input=THAT_DAY)
    site.run("systemctl start coworking-backup.service")
    site.run("coworking shell", input=AFTER_IT)
    told = site.run("/srv/coworking/current/deploy/restore")
    assert "1 sessions ended" in told
    assert "1 mails held" in told
    assert told.index("  koordinator: changed –") < told.index("  koordinator: changed the password")
    left = "from django.contrib.sessions.models import Session; from mail import outbox"
    assert (
        site.run(f"coworking shell -v0 -c '{left}; print(Session.objects.count(), outbox.claim())'").strip() == "0 None"
    )


@pytest.mark.parametrize("address", ["postgres://site:secret@db.example.org/coworking", "sqlite:////tmp/x"])
def test_restore_of_a_database_elsewhere_is_refused(site, address):
    """Before anything is touched."""
    site.run(f"cp -p /etc/coworking/env /root/env && echo 'DATABASE_URL={address}' >> /etc/coworking/env")
    before = site.run(f"{STATE}; ls /var/lib/coworking /var/lib/coworking-backup")
    try:
        assert "docs/operations.md" in site.run("/srv/coworking/current/deploy/restore", code=1)
    finally:
        site.run("cp -p /root/env /etc/coworking/env")
    assert site.run(f"{STATE}; ls /var/lib/coworking /var/lib/coworking-backup") == before


@pytest.fixture
def half(site):
    """A database that breaks off in the middle."""
    told = '#!/bin/sh\nhead -c 100000 | /usr/bin/pg_restore "$@"\n'
    site.run("cat > /usr/local/bin/pg_restore && chmod 755 /usr/local/bin/pg_restore", input=told)
    yield
    site.run("rm /usr/local/bin/pg_restore")


def test_backup_that_is_half_leaves_the_site_as_it_was(site, half):
    site.run("systemctl start coworking-backup.service")
    before, master = site.run(STATE), site.master()
    assert "the site is as it was" in site.run("/srv/coworking/current/deploy/restore", code=1)
    assert (site.run(STATE), site.master()) == (before, master)
    assert site.get("/")[0] == 200


def test_way_back_from_a_restore_is_told(site):
    """The mail worker's user is gone, so that it does not start."""
    site.run("systemctl start coworking-backup.service")
    site.run("touch /var/lib/coworking/media/later; coworking createsuperuser --noinput --username later --email ''")
    before, unit = site.run(STATE), "/etc/systemd/system/coworking-mail.service"
    site.run(f"sed -i s/^User=.*/User=nobody-at-all/ {unit}; systemctl daemon-reload")
    try:
        told = site.run("/srv/coworking/current/deploy/restore", code=1)
    finally:
        site.run(f"sed -i s/^User=.*/User=coworking/ {unit}; systemctl daemon-reload")
    assert site.run(STATE) != before
    site.run("set -e" + told.partition("or go back:")[2])
    assert site.run(STATE) == before
    assert site.get("/")[0] == 200
    site.run("pgrep -u coworking -f 'manage.py send_mail --loop'")


def test_restic_logs_in_elsewhere_as_the_backups_own_user(site):
    """Whose keys lead there: those of /var/lib/coworking-backup/.ssh."""
    site.run("systemctl start coworking-backup.service && mv /usr/bin/restic /usr/bin/restic.real")
    told = '#!/bin/sh\necho $(id -un) $HOME >> /tmp/restic.log\nexec /usr/bin/restic.real "$@"\n'
    site.run(
        "cat > /usr/bin/restic && chmod 755 /usr/bin/restic && install -m 666 /dev/null /tmp/restic.log", input=told
    )
    try:
        site.run("/srv/coworking/current/deploy/restore")
        assert set(site.run("cat /tmp/restic.log").splitlines()) == {"coworking-backup /var/lib/coworking-backup"}
    finally:
        site.run("mv /usr/bin/restic.real /usr/bin/restic")


def test_photos_in_a_bucket_are_not_silently_left_out(site):
    site.run("cp -p /etc/coworking/env /root/env; cp -p /etc/coworking/backup /root/backup")
    site.run("echo S3_BUCKET=coworking >> /etc/coworking/env")
    try:
        site.run("systemctl start coworking-backup.service", code=1)
        site.run("echo BUCKET_KEPT_BY=versioning >> /etc/coworking/backup; systemctl start coworking-backup.service")
    finally:
        site.run("cp -p /root/env /etc/coworking/env; cp -p /root/backup /etc/coworking/backup")


def test_backup_can_be_read_with_the_password_alone(site):
    site.run("systemctl start coworking-backup.service")
    site.run("! RESTIC_PASSWORD=wrong restic -r /var/backups/coworking --no-cache snapshots")
    for user in ("coworking", "www-data"):
        site.run(f"setpriv --reuid={user} --regid={user} --init-groups ls /var/backups/coworking", code=2)
    assert site.run("grep -rlE 'Blender|SECRET_KEY' /var/backups/coworking || true") == ""
    assert site.run("ls /var/lib/coworking-backup").split()[0] == "cache"


def test_backup_that_cannot_be_made_fails(site):
    """A broken database address, as after a move: systemd is told, and the last backup stays."""
    site.run("systemctl start coworking-backup.service && cp -p /etc/coworking/backup /root/backup")
    count = "set -a; . /root/backup; restic --no-cache snapshots --json | grep -o short_id | wc -l"
    before = site.run(count)
    site.run("sed -i 's|/coworking$|/nowhere|' /etc/coworking/backup")
    try:
        site.run("systemctl start coworking-backup.service", code=1)
    finally:
        site.run("cp -p /root/backup /etc/coworking/backup")
    assert site.run(count) == before


@pytest.fixture
def laptop(tmp_path):
    """A seeded site on SQLite and the environment that runs it."""
    environment = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    }
    environment |= {"DATA_DIR": str(tmp_path / "data"), "DATABASE_URL": f"sqlite:///{tmp_path}/data/site.sqlite3"}
    environment |= {
        "RESTIC_REPOSITORY": str(tmp_path / "repository"),
        "RESTIC_PASSWORD": "for a test",
        "STATE_DIRECTORY": str(tmp_path / "state"),
    }
    for command in ("migrate", "seed"):
        manage(environment, command)
    (tmp_path / "data/media").mkdir()
    (tmp_path / "data/media/a.jpg").write_bytes(os.urandom(10_000))
    return environment


def manage(environment, *command):
    return subprocess.run(
        [sys.executable, "manage.py", *command], env=environment, check=True, capture_output=True, text=True
    ).stdout


def rows(file):
    with closing(sqlite3.connect(file)) as database:
        return [line for line in database.iterdump() if line.startswith("INSERT")]


def test_run_that_was_cut_short_does_not_stop_those_that_follow(laptop, tmp_path):
    needs("restic")
    subprocess.run(["deploy/backup"], env=laptop, check=True)
    begun = subprocess.Popen(["restic", "backup", "--quiet", "--stdin"], env=laptop, stdin=subprocess.PIPE)
    folder = tmp_path / "repository/locks"

    def locks():
        return [lock for lock in folder.iterdir() if "tmp" not in lock.name]

    for _ in range(200):
        if locks():
            break
        time.sleep(0.1)
    begun.kill()
    begun.wait()
    begun.stdin.close()
    assert locks()
    subprocess.run(["deploy/backup"], env=laptop, check=True)
    assert not locks()


def test_sqlite_is_backed_up_while_it_is_written(laptop, tmp_path):
    needs("restic")
    file, ended = tmp_path / "data/site.sqlite3", threading.Event()
    before = rows(file)

    def write():
        with closing(sqlite3.connect(file, timeout=20, isolation_level=None)) as database:
            database.execute("CREATE TABLE pairs (number)")
            while not ended.is_set():
                database.execute("BEGIN IMMEDIATE")
                database.execute("INSERT INTO pairs VALUES (1)")
                database.execute("INSERT INTO pairs VALUES (2)")
                database.execute("COMMIT")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        subprocess.run(["deploy/backup"], env=laptop, check=True)
    finally:
        ended.set()
        writer.join()
    restored = tmp_path / "restored"
    subprocess.run(["restic", "restore", "latest", "--quiet", "--target", restored], env=laptop, check=True)
    copy = Path(f"{restored}{tmp_path}/state/now/database.sqlite3")
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        one, two = (
            database.execute("SELECT count(*) FROM pairs WHERE number = ?", [number]).fetchone()[0] for number in (1, 2)
        )
    assert one == two
    assert [row for row in rows(copy) if '"pairs"' not in row] == before
    assert Path(f"{restored}{tmp_path}/data/media/a.jpg").read_bytes() == (tmp_path / "data/media/a.jpg").read_bytes()
    booted = "from django.test import Client; print(Client().get('/', HTTP_HOST='localhost').status_code)"
    assert (
        manage(laptop | {"DATABASE_URL": f"sqlite:///{copy}", "DEBUG": "true"}, "shell", "-v0", "-c", booted).strip()
        == "200"
    )
