"""HTTP/2, TLS 1.2 and 1.3 by Mozilla's intermediate; compressed files, and how long they are kept."""

import socket
import ssl
from contextlib import closing

import pytest
from pytest_httpserver import HTTPServer

from tests.conftest import needs

from .nginx import HOST, Nginx

YEAR, MINUTE = "public, max-age=31536000, immutable", "public, max-age=60"
FILES = {
    "core/base.0123456789ab.css": YEAR,
    "core/map.0123456789ab.js": YEAR,
    "leaflet/leaflet.0123456789ab.js.map": YEAR,
    "core/base.css": MINUTE,
    "core/deadbeef.js": MINUTE,
    "core/a.0123456789abc.js": MINUTE,
}


@pytest.fixture
def nginx(tmp_path):
    needs("nginx")
    needs("openssl")
    for name in (*FILES, "staticfiles-1.json", "staticfiles.json", "staticfiles.json.br"):
        file = tmp_path / "static" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("plain")
        for suffix in (".gz", ".br"):
            file.with_name(file.name + suffix).write_text(suffix)
    (tmp_path / "media").mkdir()
    (tmp_path / "media/a.jpg").write_text("a")
    with HTTPServer(host="127.0.0.1") as site:
        server = Nginx(tmp_path, site.port)
        server.start()
        yield server
        server.stop()


def greet(nginx, version, *ciphers):
    """The protocol, the cipher and the version that nginx chooses."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = context.maximum_version = version
    context.set_ciphers(":".join(ciphers) or "ALL:@SECLEVEL=0")
    context.set_alpn_protocols(["h2", "http/1.1"])
    plain = socket.create_connection(("127.0.0.1", nginx.port), 10)
    with plain, context.wrap_socket(plain, server_hostname=HOST) as connection:
        return connection.selected_alpn_protocol(), connection.cipher()[0], connection.version()


def test_http_2_over_tls_of_today(nginx):
    for version, name in [(ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")]:
        protocol, cipher, spoken = greet(nginx, version)
        assert (protocol, spoken) == ("h2", name)
        assert "GCM" in cipher or "CHACHA20" in cipher
    for cipher in ("ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305"):
        assert greet(nginx, ssl.TLSVersion.TLSv1_2, cipher)[1] == cipher


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_what_mozilla_leaves_out_is_refused(nginx):
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        with pytest.raises(ssl.SSLError):
            greet(nginx, version)
    for cipher in ("ECDHE-RSA-AES128-SHA256", "AES128-GCM-SHA256", "DHE-RSA-AES128-GCM-SHA256", "AES256-SHA"):
        with pytest.raises(ssl.SSLError):
            greet(nginx, ssl.TLSVersion.TLSv1_2, cipher)


def get(nginx, path, encoding=""):
    with closing(nginx.connect()) as connection:
        connection.request("GET", path, headers={"Host": HOST, "Accept-Encoding": encoding})
        response = connection.getresponse()
        return response.status, response.headers, response.read().decode()


def test_static_files_come_compressed_and_only_hashed_ones_are_kept(nginx):
    for name, age in FILES.items():
        for accepted, encoding, body in [("br, gzip", "br", ".br"), ("gzip", "gzip", ".gz"), ("", None, "plain")]:
            status, headers, received = get(nginx, f"/static/{name}", accepted)
            assert (status, headers["Content-Encoding"], received) == (200, encoding, body)
            assert headers.get_all("Cache-Control") == [age], name
            assert headers["X-Content-Type-Options"] == "nosniff"


def test_list_of_static_files_is_nobodys_business(nginx):
    for name in ("staticfiles.json", "staticfiles-1.json", "staticfiles.json.gz", "staticfiles.json.br"):
        assert get(nginx, f"/static/{name}", "br")[0] == 404


def test_removed_photo_leaves_a_shared_cache_within_minutes(nginx):
    status, headers, _ = get(nginx, "/media/a.jpg")
    assert (status, headers["Cache-Control"]) == (200, "public, max-age=604800, s-maxage=300, immutable")
    (nginx.folder / "media/a.jpg").unlink()
    assert get(nginx, "/media/a.jpg")[0] == 404
