"""New versions put on line while visitors come, and the way back."""

import time

import pytest

from .conftest import SOURCE

ROBOTS = "templates/robots.txt"


@pytest.fixture
def version(site):
    """Makes one whose robots.txt ends with a line of its own."""

    def make(line, changes=None):
        return site.commit({ROBOTS: lambda text: text.partition("\n#")[0].rstrip() + f"\n# {line}\n"} | (changes or {}))

    return make


def told(site):
    return site.get("/robots.txt")[2].decode().strip().splitlines()[-1]


def seen(site, line):
    """HUP returns at once; the new workers come a moment later."""
    for _ in range(100):
        if told(site) == f"# {line}":
            return
        time.sleep(0.1)
    raise AssertionError(f"{told(site)} instead of {line}")


def test_upgrade_and_way_back_fail_nobodys_request(site, version):
    version("one")
    site.upgrade()
    seen(site, "one")
    master, tag = site.master(), site.get("/")[1]["etag"]
    version("two")
    with site.visitors() as end:
        site.upgrade()
        seen(site, "two")
        assert site.get("/")[1]["etag"] != tag
        site.upgrade("--back")
        seen(site, "one")
        met = end()
    assert met["met"].keys() == {"200"}, met
    assert met["versions"] == ["# one", "# two"]
    assert site.master() == master
    print(f"upgrade and way back by HUP: {met}")


def test_upgrade_of_the_units_restarts_and_fails_nobodys_request(site, version):
    version("three")
    site.upgrade()
    seen(site, "three")
    master = site.master()
    version("four", {"deploy/systemd/coworking-web.service": lambda text: text + "# changed\n"})
    with site.visitors() as end:
        site.upgrade()
        seen(site, "four")
        met = end()
    assert met["met"].keys() == {"200"}, met
    assert met["versions"] == ["# three", "# four"]
    assert site.master() != master
    print(f"upgrade by restart: {met}")


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("templates/landing.html", lambda text: "{% nonsense %}"),
        ("coworking_norge/settings.py", lambda text: text + "\nraise RuntimeError\n"),
    ],
)
def test_version_that_does_not_work_never_comes_on_line(site, version, file, change):
    version("five")
    site.upgrade()
    seen(site, "five")
    current = site.run("readlink /srv/coworking/current")
    kept = site.run(f"cat {SOURCE}/{file}")
    version("broken", {file: change})
    try:
        site.upgrade(code=1)
        assert site.run("readlink /srv/coworking/current") == current
        site.run("systemctl restart coworking-web.service")
        assert told(site) == "# five"
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
    version("six")
    site.upgrade()
    seen(site, "six")
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
        assert told(site) == "# six"
    finally:
        site.run(f"cat > {SOURCE}/{nginx}", input=good)
    version("eight")
    site.upgrade()
    seen(site, "eight")
    assert site.master() != master


def test_version_that_a_check_warns_of_never_comes_on_line(site, version):
    version("nine")
    site.upgrade()
    current = site.run("readlink /srv/coworking/current")
    settings = "coworking_norge/settings.py"
    kept = site.run(f"cat {SOURCE}/{settings}")
    version("unsafe", {settings: lambda text: text + "\nX_FRAME_OPTIONS = 'SAMEORIGIN'\n"})
    try:
        assert "coworking_norge.W001" in site.upgrade(code=1)
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
    version("eleven")
    site.upgrade()
    version("twelve")
    site.upgrade()
    seen(site, "twelve")
    landing = "/srv/coworking/previous/templates/landing.html"
    site.run(f"cp {landing} /root/landing.html; echo '{{% nonsense %}}' > {landing}")
    try:
        site.upgrade("--back", code=1)
        assert told(site) == "# twelve"
    finally:
        site.run(f"cp /root/landing.html {landing}")


def test_killed_master_is_started_again(site):
    site.run(f"kill -9 {site.master()}")
    time.sleep(3)
    assert site.get("/")[0] == 200
