"""What one machine of several needs: photos in a bucket, and a balancer that does not make all visitors one."""

import subprocess
import time

import pytest

from coworking_norge.media import INERT

from .machine import HOST, SOURCE


@pytest.fixture
def bucket(site):
    """Photos in a bucket, as docs/operations.md has it: a server of its own writes down what it was asked, and how."""
    server = """
import http.server, ssl
class Bucket(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        print(self.requestline, dict(self.headers), flush=True)
        self.send_response(200)
        for name, value in {"Content-Type": "image/jpeg", "Content-Length": "4", "Cache-Control": "no-store",
                            "Set-Cookie": "a=b", "Content-Disposition": "inline"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"JPEG")
    do_POST = do_PUT = do_GET
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 9443), Bucket)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/root/bucket.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
"""
    site.run(
        "cp -a /etc/hosts /etc/ssl/certs/ca-certificates.crt /etc/nginx/coworking/media.conf /root/ &&"
        " openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=s3.example.org"
        " -addext subjectAltName=DNS:s3.example.org -keyout /root/key.pem -out /root/certificate.pem 2>/dev/null &&"
        " cat /root/key.pem /root/certificate.pem > /root/bucket.pem &&"
        " cat /root/certificate.pem >> /etc/ssl/certs/ca-certificates.crt &&"
        " echo '127.0.0.1 s3.example.org other.example.org' >> /etc/hosts"
    )
    process = site.start("bash", "-c", "exec python3 - > /root/bucket.log", stdin=subprocess.PIPE)
    process.stdin.write(server)
    process.stdin.close()

    def use(address):
        site.run(
            f"sed 's|s3.example.org/coworking-media|{address}|' {SOURCE}/deploy/nginx/media-bucket.conf"
            " > /etc/nginx/coworking/media.conf && nginx -t -q && nginx -s reload && sleep 1"
        )

    yield use
    process.kill()
    process.wait()
    site.run(
        "cat /root/hosts > /etc/hosts; cp -a /root/ca-certificates.crt /etc/ssl/certs/;"
        " cp -a /root/media.conf /etc/nginx/coworking/; nginx -s reload"
    )


def test_bucket_learns_nothing_of_visitors(site, bucket):
    bucket("s3.example.org:9443/photos-of-coworking")
    visitor = ("-b", "__Host-sessionid=secret", "-H", "Authorization: secret", "-A", "secret", "-H", "Referer: secret")
    status, headers, body = site.get("/media/photos/a/480.jpg?acl=secret", *visitor)
    assert (status, headers["content-type"], body) == (200, "image/jpeg", b"JPEG")
    assert {name: headers[name.lower()] for name in INERT} == INERT
    assert headers["cache-control"] == "public, max-age=604800, s-maxage=300, immutable"
    assert "set-cookie" not in headers
    asked = site.run("cat /root/bucket.log")
    assert asked.startswith("GET /photos-of-coworking/photos/a/480.jpg HTTP/1.1")
    assert "'Host': 's3.example.org:9443'" in asked
    assert "secret" not in asked
    assert "Forwarded" not in asked


def test_bucket_is_neither_listed_nor_written(site, bucket):
    bucket("s3.example.org:9443/photos-of-coworking")
    assert site.get("/media/")[0] == 404
    assert site.get("/media/photos/?list-type=2")[0] == 404
    assert site.get("/media/a.jpg", "--data-binary", "x")[0] in (403, 405)
    assert site.get("/media/a.jpg", "-X", "PUT", "--data-binary", "x")[0] in (403, 405)
    assert not site.run("cat /root/bucket.log")


def test_bucket_must_be_who_it_says(site, bucket):
    bucket("other.example.org:9443/photos-of-coworking")
    assert site.get("/media/a.jpg")[0] == 503
    assert not site.run("cat /root/bucket.log")


def test_visitors_behind_a_balancer_are_told_apart(site):
    """One that passes TLS through and says by the PROXY protocol who comes; an upgrade leaves that alone."""
    visit = f"""
import socket, ssl
line = socket.create_connection(("127.0.0.1", 443))
line.sendall(b"PROXY TCP4 198.51.100.9 127.0.0.1 5000 443\\r\\n")
line = ssl._create_unverified_context().wrap_socket(line, server_hostname="{HOST}")
line.sendall(b"GET /robots.txt?balanced HTTP/1.1\\r\\nHost: {HOST}\\r\\nConnection: close\\r\\n\\r\\n")
print(line.recv(100).decode())
"""
    file = "/etc/nginx/coworking/listen.conf"
    change = (
        r"/^listen/d; s/^#\(listen\|real_ip_header proxy\)/\1/; s/^#set_real_ip_from.*/set_real_ip_from 127.0.0.1;/"
    )
    site.run(f"cp -a {file} /root/; sed -i '{change}' {file}; nginx -s reload")
    try:
        site.upgrade()
        time.sleep(1)
        assert "200 OK" in site.run("python3 -", input=visit)
        site.visits(1, route="/robots.txt", **{"from": "198.51.100.0"})
    finally:
        site.run(f"cp -a /root/listen.conf {file}; nginx -s reload; sleep 1")
    assert site.get("/")[0] == 200


def test_upgrade_leaves_daily_jobs_to_another_machine(site):
    timer = "coworking-backup.timer"
    site.run(f"touch /etc/coworking/no-timers; systemctl stop {timer}")
    try:
        site.upgrade()
        site.run(f"systemctl is-active {timer}", code=3)
    finally:
        site.run("rm /etc/coworking/no-timers")
    site.upgrade()
    site.run(f"systemctl is-active {timer}")
