"""The site on a machine of its own, by the very files in deploy/: what is installed, and how nginx serves it."""

import re
from pathlib import Path

import pytest

from coworking_norge.media import CONTENT_TYPES, INERT

from .machine import HOST, SOURCE

UNITS = Path("deploy/systemd")
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def test_install_asks_for_the_mail_server_then_puts_the_site_on_line(site):
    assert "Write EMAIL_URL" in site.told[0]
    assert f"On line: {site.first}" in site.told[1]
    assert "user name  koordinator" in site.told[1]
    status, headers, body = site.get("/")
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert b"Coworking Norge" in body


def test_install_a_third_time_changes_nothing(site):
    kept = "find /etc/coworking /etc/nginx /etc/systemd/system -type f -exec sha256sum {} + | sort -k2"
    before, master = site.run(kept), site.master()
    told = site.run(f"{SOURCE}/deploy/install {HOST}")
    assert (site.run(kept), site.master()) == (before, master)
    assert "password" not in told


def test_secrets_are_read_by_those_who_need_them(site):
    listed = site.run("stat -c '%a %U %G %n' /etc/coworking /etc/coworking/* /etc/coworking/tls/privkey.pem")
    assert listed.splitlines() == [
        "750 root coworking /etc/coworking",
        "600 root root /etc/coworking/backup",
        "640 root coworking /etc/coworking/env",
        "750 root root /etc/coworking/tls",
        "600 root root /etc/coworking/tls/privkey.pem",
    ]
    for user, file in [("www-data", "env"), ("coworking-backup", "env"), ("coworking", "backup")]:
        site.run(f"setpriv --reuid={user} --regid={user} --init-groups cat /etc/coworking/{file}", code=1)
    assert not site.run(r"find /srv/coworking /etc/coworking ! -type l \( -user coworking -o -perm -o+w \)")
    assert site.run("git -C /srv/source grep -lE '^(SECRET_KEY|RESTIC_PASSWORD)=[A-Za-z0-9]{20}' || true") == ""


def test_database_prefers_an_index_that_holds_all(site):
    """With the default, for disks that turn, it reads the whole table for a search."""
    asked = "import os, psycopg2 as p; c = p.connect(os.environ['U']).cursor(); c.execute('SHOW random_page_cost')"
    told = site.run(
        "U=postgresql://coworking@%2Fvar%2Frun%2Fpostgresql/coworking setpriv --reuid=coworking --regid=coworking"
        f' --init-groups /srv/coworking/current/.venv/bin/python -c "{asked}; print(c.fetchone()[0])"'
    )
    assert told.strip() == "1.1"


def test_nginx_finds_its_files_valid(site):
    assert "test is successful" in site.run("nginx -t")


def test_pages_come_over_tls_alone(site):
    told = site.run(f"curl -si --resolve {HOST}:80:127.0.0.1 'http://{HOST}/steder/?q=oslo'")
    assert "301" in told.splitlines()[0]
    assert f"Location: https://{HOST}/steder/?q=oslo" in told
    assert site.get("/")[1]["strict-transport-security"].startswith("max-age=63072000")
    offered = site.run(f"openssl s_client -connect 127.0.0.1:443 -servername {HOST} -tls1_1 </dev/null 2>&1 || true")
    assert "Cipher is (NONE)" in offered


def test_whoever_asks_for_another_host_gets_nothing(site):
    site.run("curl -ks --resolve other.example.org:443:127.0.0.1 https://other.example.org/", code=35)
    site.run("curl -s -H 'Host: other.example.org' http://127.0.0.1/", code=52)
    assert site.get("/", "-H", "Host: other.example.org")[::2] == (421, b" ")


def test_static_files_are_compressed_and_kept(site):
    _, _, body = site.get("/om/")
    path = re.search(rb"/static/core/base\.\w+\.css", body)[0].decode()
    for encoding in ("gzip", "br"):
        status, headers, compressed = site.get(path, "-H", f"Accept-Encoding: {encoding}")
        assert (status, headers["content-encoding"], headers["x-content-type-options"]) == (200, encoding, "nosniff")
        assert "immutable" in headers["cache-control"]
        assert not compressed.startswith(b"/*")


@pytest.mark.parametrize(("suffix", "kind"), sorted(CONTENT_TYPES.items()))
def test_what_was_uploaded_cannot_run(site, suffix, kind):
    site.run(f"mkdir -p /var/lib/coworking/media/try && echo '<script>' > /var/lib/coworking/media/try/x{suffix}")
    status, headers, _ = site.get(f"/media/try/x{suffix}")
    assert (status, headers["content-type"]) == (200, kind)
    assert {name: headers[name.lower()] for name in INERT} == INERT


@pytest.mark.parametrize(
    "path",
    [
        "/media/",
        "/media/try/",
        "/media/try/x.svg",
        "/media/try/x.html",
        "/media/try/x.jpg.js",
        "/media/a.part/480.jpg",
        "/media/.hidden.jpg",
        "/static/../env",
    ],
)
def test_what_is_nobodys_business_is_not_handed_out(site, path):
    site.run(
        "cd /var/lib/coworking/media && mkdir -p try a.part && "
        "touch a.part/480.jpg .hidden.jpg try/x.svg try/x.html try/x.jpg.js"
    )
    assert site.get(path, "--path-as-is")[0] in (403, 404)


def test_what_a_visitor_claims_about_itself_is_overwritten(site):
    """An echo takes the place of the site."""
    echo = """
import socketserver, http.server, os
class Echo(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(str(self.headers).encode())
    def address_string(self): return ""
os.umask(0)
server = socketserver.UnixStreamServer("/run/coworking/web.sock", Echo)
server.handle_request()
"""
    site.run("systemctl stop coworking-web.service coworking-web.socket; rm /run/coworking/web.sock")
    process = site.start("/usr/bin/python3", "-c", echo)
    try:
        site.run("for i in $(seq 300); do [ -S /run/coworking/web.sock ] && break; sleep 0.1; done")
        lies = [
            "X-Forwarded-For",
            "X-Forwarded-Proto",
            "X-Forwarded-Host",
            "X-Forwarded-Port",
            "X-Real-IP",
            "Forwarded",
            "X-Request-ID",
            "Proxy",
        ]
        told = site.get("/", *(word for name in lies for word in ("-H", f"{name}: lie")), "-b", "a=b")[2].decode()
    finally:
        process.kill()
        process.wait()
        site.run("systemctl start coworking-web.socket coworking-web.service")
    assert "lie" not in told
    assert "X-Forwarded-For: 127.0.0.1\n" in told
    assert "X-Forwarded-Proto: https\n" in told
    assert f"Host: {HOST}\n" in told
    assert "cookie: a=b" in told


def test_more_than_a_form_needs_is_refused(site):
    site.run("head -c 2000000 /dev/zero > /root/large; head -c 70000000 /dev/zero > /root/larger")
    assert site.get("/bli-med/", "--data-binary", "@/root/large")[0] == 413
    for path in ("/admin/", "/admin/spaces/space/import/"):
        assert site.get(path, "--data-binary", "@/root/large")[0] == 413
        assert site.get(path, "--data-binary", "@/root/larger", "-H", "Expect:")[0] == 413
    assert site.get("/", "--http1.1", "-H", f"X: {'x' * 9000}")[0] == 431


def test_one_address_cannot_have_it_all(site):
    site.run("ip address add 192.0.2.7/32 dev lo || true")
    url = f"--resolve {HOST}:443:192.0.2.7 'https://{HOST}/robots.txt?[1-400]'"
    told = site.run(
        f"curl -ks --parallel --parallel-max 40 -o /dev/null -w '%{{http_code}}\\n' {url} 2>/dev/null"
    ).split()
    assert set(told) == {"200", "429"}
    assert told.count("200") >= 200


def test_log_names_nobody(site):
    site.run("ip address add 192.0.2.7/32 dev lo || true")
    for path in ("/bli-med/xyz:secret/?t=secret", "/en/join/confirm/xyz%3Asecret/", "/steder/?q=secret"):
        site.run(
            f"curl -ks -o /dev/null -A secret -e https://secret/ --resolve {HOST}:443:192.0.2.7 'https://{HOST}{path}'"
        )
    site.run(
        f"curl -s -o /dev/null --resolve {HOST}:80:192.0.2.7 'http://{HOST}/.well-known/acme-challenge/secret?t=secret'"
    )
    for route in ("/bli-med/<str:token>/", "/en/join/confirm/<str:token>/", "/steder/"):
        site.visits(1, route=route, **{"from": "192.0.2.0"})
    told = site.run("cat /var/log/nginx/*")
    assert not re.search(r"secret|xyz|192\.0\.2\.7", told)
    assert "x-route" not in site.get("/")[1]


def test_street_tile_comes_from_the_service_of_the_settings(site):
    site.run(f"mkdir -p /root/tiles/10/271 && base64 -d > /root/tiles/10/271/543.png <<< {PNG}")
    server = site.start(
        "sh", "-c", "cd /root/tiles && exec python3 -m http.server 9000 --bind 127.0.0.1 2>/root/tiles.log"
    )
    try:
        site.run("echo 'TILES_URL=http://127.0.0.1:9000/{z}/{y}/{x}.png' >> /etc/coworking/env")
        site.upgrade()
        for _ in range(2):
            status, headers, _ = site.get("/kart/10/543/271.png")
            assert (status, headers["content-type"]) == (200, "image/png")
        assert site.run("cat /root/tiles.log").count("543.png") == 1
        assert sorted(visit["cache"] for visit in site.visits(2, route="street-tile")) == ["HIT", "MISS"]
        site.run("sed -i s/^TILES_URL=.*/TILES_URL=/ /etc/coworking/env")
        site.upgrade()
        assert site.get("/kart/10/543/271.png")[0] == 204
        assert site.run("cat /root/tiles.log").count("543.png") == 1
    finally:
        server.kill()
        server.wait()
        site.run("sed -i /TILES_URL/d /etc/coworking/env")
        site.upgrade()


def test_site_that_is_down_says_when_to_come_back(site):
    site.run("systemctl stop coworking-web.service coworking-web.socket")
    try:
        status, headers, body = site.get("/")
    finally:
        site.run("systemctl start coworking-web.socket coworking-web.service")
    assert (status, headers["retry-after"], headers["cache-control"]) == (503, "5", "no-store")
    assert "Vi er straks tilbake" in body.decode()
    assert site.get("/")[0] == 200


@pytest.mark.parametrize("timer", sorted(path.name for path in UNITS.glob("*.timer")))
def test_what_a_timer_starts_ends_well(site, timer):
    unit = re.search(r"^Unit=(.+)$", (UNITS / timer).read_text(), re.MULTILINE)[1]
    site.run(f"systemctl start {unit}")


def test_job_that_fails_is_told_of(site):
    site.run("systemctl start coworking-job@nonsense.service", code=1)
    teller = "coworking-failed@coworking-job@nonsense.service.service"
    site.run(f"for _ in $(seq 100); do journalctl -u {teller} | grep -q Finished && exit; sleep 0.1; done; exit 1")
    assert "Traceback" not in site.run(f"journalctl --no-pager -u {teller}")


def test_mail_worker_runs(site):
    site.run("pgrep -u coworking -f 'manage.py send_mail --loop'")
