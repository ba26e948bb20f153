"""docs/operations.md, command by command, on a Debian that boots: upgraded, rebooted, backed up, brought back."""

import re
import textwrap
from pathlib import Path

from .machine import HOST, SOURCE

# Commands of the document that need a network, another machine or a person; why, or what stands for them here.
ELSEWHERE = {
    "apt-get": "no network; the packages are there",
    "git clone": "the checkout is laid in",
    "editor": "the fixture writes the mail server into the file",
    "certbot": "needs the certificate authority",
    "ln -sf /etc/letsencrypt": "follows certbot",
    "RESTIC_REPOSITORY=": "another machine's",
    "runuser -u coworking-backup -- ssh-keygen": "another machine's",
    "runuser -u coworking-backup -- sh -c 'ssh-keyscan": "another machine's",
    "install -d -m 700 -o coworking-backup": "another machine's",
    "cat id_ed25519.pub": "another machine's",
    "( set -a; . /etc/coworking/backup; cd / && runuser": "the database on another machine",
    "restic restore": "the database on another machine",
    "export DATABASE_URL": "the database on another machine",
    "pg_restore": "the database on another machine",
    "/var/lib/coworking-backup/restored": "the database on another machine",
    "/srv/source/deploy/with_database": "the database on another machine",
    "coworking migrate": "the database on another machine",
    "systemctl restart coworking-web coworking-mail": "the database on another machine",
    "sed 's|s3": "tests/machines/test_several_machines.py",
    "nginx -t && systemctl": "tests/machines/test_several_machines.py",
    "podman compose": "tests/machines/test_container.py, without an engine",
    "podman pull": "needs an engine and a registry",
    "podman image": "needs an engine and a registry",
    "export BASE=": "tests/machines/test_container.py, with a base of its own",
    "cd /srv/source && git pull": "the fixture commits instead of pulling",
}
RUN = [f"deploy/install {HOST}", "deploy/install", "coworking seed", "deploy/upgrade --back", "deploy/restore"]
RUN += ["systemctl start coworking-backup; journalctl -u coworking-backup -n 5"]
WATCHED = ["coworking-web", "coworking-mail", "nginx", "postgresql"]


def commands():
    """Return the lines of the document's indented blocks, without their comments."""
    text = Path("docs/operations.md").read_text()
    blocks = re.findall(r"(?:^ {4,}\S.*\n)+", text, re.MULTILINE)
    lines = "\n".join(textwrap.dedent(block) for block in blocks).splitlines()
    return [line.partition("  #")[0].strip() for line in lines if line.strip()]


def test_every_command_of_the_document_is_run_or_said_why_not():
    unknown = [line for line in commands() if line not in RUN and not line.startswith(tuple(ELSEWHERE))]
    assert not unknown


def test_site_goes_through_all_that_the_document_says(site):
    pages = {path: site.get(path)[0] for path in ("/", "/steder/", "/medlemmer/", "/bli-med/", "/admin/", "/readyz")}
    assert set(pages.values()) <= {200, 302}, pages

    site.run("coworking notify_admins 'A trial'")
    site.run("systemctl start coworking-backup; journalctl -u coworking-backup -n 5")

    old, new = site.first, site.commit()
    with site.visitors() as end:
        assert f"On line: {new}" in site.run(f"cd {SOURCE} && deploy/upgrade")
        assert f"On line: {old}" in site.run(f"cd {SOURCE} && deploy/upgrade --back")
        assert f"On line: {new}" in site.run(f"cd {SOURCE} && deploy/upgrade --back")
        met = end()
    assert met["met"].keys() == {"200"}, met

    site.reboot()
    site.run(f"systemctl is-active {' '.join(WATCHED)}")
    assert site.get("/")[0] == 200
    assert site.run("systemctl list-units --failed --plain --no-legend 'coworking-*'") == ""
    timers = site.run("systemctl list-timers --all --plain --no-legend 'coworking-*'")
    assert len(timers.splitlines()) == len(list(Path("deploy/systemd").glob("*.timer")))

    site.run("coworking shell -c 'from spaces.models import Space; Space.objects.all().delete()'")
    site.run(f"cd {SOURCE} && deploy/restore")
    assert b"Lillehammer" in site.get("/steder/")[2]


def test_reboot_in_the_middle_of_an_upgrade_leaves_a_site_that_answers(site):
    """The power fails while the new release is built and migrated; the next try finishes it."""
    new = site.commit()
    upgrade = site.start("bash", "-c", f"cd {SOURCE} && deploy/upgrade")
    site.run(f"until [ -e /srv/coworking/releases/{new}/manage.py ]; do sleep 0.05; done")
    site.reboot()
    upgrade.wait(60)
    assert site.get("/")[0] == 200
    assert f"On line: {new}" in site.run(f"cd {SOURCE} && deploy/upgrade")
    assert site.get("/")[0] == 200


def test_units_may_do_little_by_the_judgement_of_this_systemd(site):
    units = site.run(
        "systemctl list-units --all --plain --no-legend --type=service 'coworking-*' | cut -d' ' -f1"
    ).split()
    assert {"coworking-web.service", "coworking-mail.service", "coworking-backup.service"} <= set(units)
    told = {unit: site.run(f"systemd-analyze security --no-pager {unit} | tail -n 1") for unit in units}
    levels = {unit: float(re.search(r": ([\d.]+)", line)[1]) for unit, line in told.items()}
    assert max(levels.values()) <= 2.0, levels
    print(f"exposure: {levels}")
