"""New versions put on line while visitors come, and the way back."""

import time

import pytest

from .machine import SOURCE

ROBOTS = "templates/robots.txt"


@pytest.fixture
def version(site):
    """Makes one whose robots.txt ends with a line of its own, and returns that line."""

    def make(name, changes=None):
        line = f"# {name}"
        site.commit({ROBOTS: lambda text: text.partition("\n#")[0].rstrip() + f"\n{line}\n"} | (changes or {}))
        return line

    return make


def told(site):
    return site.get("/robots.txt")[2].decode().strip().splitlines()[-1]


def seen(site, line):
    """HUP returns at once; the new workers come a moment later."""
    for _ in range(100):
        if told(site) == line:
            return
        time.sleep(0.1)
    raise AssertionError(f"{told(site)} instead of {line}")


def test_upgrade_and_way_back_fail_nobodys_request(site, version):
    old, master, tag = told(site), site.master(), site.get("/")[1]["etag"]
    new = version("one")
    with site.visitors() as end:
        site.upgrade()
        seen(site, new)
        assert site.get("/")[1]["etag"] != tag
        site.upgrade("--back")
        seen(site, old)
        met = end()
    assert met["met"].keys() == {"200"}, met
    assert met["versions"] == [old, new]
    assert site.master() == master
    print(f"upgrade and way back by HUP: {met}")


def test_upgrade_of_the_units_restarts_and_fails_nobodys_request(site, version):
    old, master = told(site), site.master()
    new = version("two", {"deploy/systemd/coworking-web.service": lambda text: text + "# changed\n"})
    with site.visitors() as end:
        site.upgrade()
        seen(site, new)
        met = end()
    assert met["met"].keys() == {"200"}, met
    assert met["versions"] == [old, new]
    assert site.master() != master
    print(f"upgrade by restart: {met}")


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("templates/spaces/landing.html", lambda text: "{% nonsense %}"),
        ("coworking_norge/settings.py", lambda text: text + "\nraise RuntimeError\n"),
    ],
)
def test_version_that_does_not_work_never_comes_on_line(site, version, file, change):
    old = told(site)
    current = site.run("readlink /srv/coworking/current")
    kept = site.run(f"cat {SOURCE}/{file}")
    version("broken", {file: change})
    try:
        site.upgrade(code=1)
        assert site.run("readlink /srv/coworking/current") == current
        site.run("systemctl restart coworking-web.service")
        assert told(site) == old
        assert site.get("/")[0] == 200
    finally:
        site.run(f"cat > {SOURCE}/{file}", input=kept)


def test_new_settings_are_read_at_reload(site):
    site.run("echo CONTACT_EMAIL=hei@example.org >> /etc/coworking/env; systemctl reload coworking-web.service")
    try:
        for _ in range(100):
            if b"hei@example.org" in site.get("/om/")[2]:
                return
            time.sleep(0.1)
        raise AssertionError("the old settings are still in force")
    finally:
        site.run("sed -i /CONTACT_EMAIL/d /etc/coworking/env; systemctl reload coworking-web.service")


def test_mistyped_setting_is_refused_at_reload_and_the_site_goes_on(site):
    time.sleep(10)  # workers of the reload before have read theirs
    master = site.master()
    site.run("cp -p /etc/coworking/env /root/env && echo MAIL_FROM=nobody >> /etc/coworking/env")
    try:
        site.run("systemctl reload coworking-web.service", code=1)
        time.sleep(2)
        assert site.get("/")[0] == 200
    finally:
        site.run("cp -p /root/env /etc/coworking/env")
    assert site.master() == master


def test_upgrade_revives_a_site_that_is_down(site, version):
    version("revived")
    site.run("systemctl stop coworking-web.service")
    site.upgrade()
    assert site.get("/")[0] == 200


def test_version_that_nginx_refuses_leaves_its_files_alone(site, version):
    """Even if the same is tried again; units that came with it make a restart of the next that is good."""
    old = told(site)
    kept = "find /etc/nginx/coworking /etc/nginx/sites-enabled /etc/systemd/system -type f -exec sha256sum {} + | sort"
    before, master = site.run(kept), site.master()
    unit, nginx = "deploy/systemd/coworking-web.service", "deploy/nginx/coworking.conf"
    good = site.run(f"cat {SOURCE}/{nginx}")
    version("seven", {unit: lambda text: text + "# seven\n", nginx: lambda text: text + "nonsense;\n"})
    try:
        for _ in range(2):
            site.upgrade(code=1)
            assert site.run(kept) == before
            site.run("nginx -t -q")
        assert told(site) == old
    finally:
        site.run(f"cat > {SOURCE}/{nginx}", input=good)
    new = version("eight")
    site.upgrade()
    seen(site, new)
    assert site.master() != master


def test_version_that_a_check_warns_of_never_comes_on_line(site, version):
    current = site.run("readlink /srv/coworking/current")
    settings = "coworking_norge/settings.py"
    kept = site.run(f"cat {SOURCE}/{settings}")
    version("unsafe", {settings: lambda text: text + "\nX_FRAME_OPTIONS = 'SAMEORIGIN'\n"})
    try:
        assert "security.W019" in site.upgrade(code=1)
    finally:
        site.run(f"cat > {SOURCE}/{settings}", input=kept)
    staff = "from django.contrib.auth import get_user_model; staff = get_user_model().objects"
    version("ten")
    site.run("coworking shell", input=f"{staff}.create_user('kari', password='passord', is_staff=True)")
    try:
        assert "coworking_norge.W009" in site.upgrade(code=1)
        assert site.run("readlink /srv/coworking/current") == current
    finally:
        site.run("coworking shell", input=f"{staff}.get(username='kari').delete()")


def test_way_back_to_what_does_not_work_is_not_taken(site, version):
    new = version("eleven")
    site.upgrade()
    seen(site, new)
    landing = "/srv/coworking/previous/templates/spaces/landing.html"
    site.run(f"cp {landing} /root/landing.html; echo '{{% nonsense %}}' > {landing}")
    try:
        site.upgrade("--back", code=1)
        assert told(site) == new
    finally:
        site.run(f"cp /root/landing.html {landing}")


def test_releases_with_the_same_libraries_share_an_environment(site, version):
    """What is half an environment is made anew; what no release uses any more goes."""
    environments = "ls /srv/coworking/environments"
    installed = "stat -c '%n %i' /srv/coworking/environments/*/installed"
    (shared,), before = site.run(environments).split(), site.run(installed)
    kept = site.run(f"cat {SOURCE}/requirements.txt")
    new = version("twelve", {"requirements.txt": lambda text: text + "# other libraries\n"})
    try:
        site.upgrade()
        seen(site, new)
        (other,) = set(site.run(environments).split()) - {shared}
        assert site.run("readlink /srv/coworking/current/.venv").strip() == f"/srv/coworking/environments/{other}"
        assert before in site.run(installed)
        site.run(f"rm -r /srv/coworking/environments/{other}/{{installed,lib}}")
        new = version("thirteen")
        site.upgrade()
        seen(site, new)
    finally:
        site.run(f"cat > {SOURCE}/requirements.txt", input=kept)
    site.run("mkdir /srv/coworking/releases/9999000{1..5}")  # the five that stay
    for name in ("fourteen", "fifteen"):
        version(name)
        site.upgrade()
    site.run("rmdir /srv/coworking/releases/9999000{1..5}")
    assert site.run(environments).split() == [shared]
    assert site.run(installed) == before


def test_killed_master_is_started_again(site):
    site.run(f"kill -9 {site.master()}")
    time.sleep(3)
    assert site.get("/")[0] == 200
