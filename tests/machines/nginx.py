"""nginx before a server of the tests: the site's own configuration with folders and ports of the test's."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from contextlib import closing
from functools import cached_property
from http.client import HTTPSConnection
from pathlib import Path

HOST = "coworking.example.org"
SOURCE = Path(__file__).parents[2] / "deploy/nginx"
SECONDS = 120  # anything may take
KINDS = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
TEMPORARY = "".join(f"{kind}_temp_path {{folder}}/{kind}; " for kind in KINDS)


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        return free.getsockname()[1]


class Nginx:
    def __init__(self, folder: Path, web_port: int, names_needed=True, tiles_url=""):
        """For a site on that port of 127.0.0.1; without `names_needed` also for who greets it by another name."""
        self.folder, self.names_needed = folder, names_needed
        self.port, self.http_port, self.tiles_port = free_port(), free_port(), free_port()
        shutil.copytree(SOURCE, folder / "site")
        if not any(Path("/etc/nginx/modules-enabled").glob("*brotli-static*")):
            (folder / "site/brotli.conf").unlink()
        for file in (folder / "site").glob("*.conf"):
            file.write_text(self.moved(file.read_text(), web_port))
        if tiles_url:
            service = f'resolver 127.0.0.1:9;\nset $tile_url "{tiles_url.replace("{", "${tile_")}";\n'
            (folder / "site/tile-service.conf").write_text(service)
        (folder / "tls").mkdir()
        pair = ["-keyout", folder / "tls/privkey.pem", "-out", folder / "tls/fullchain.pem"]
        options = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}", *pair]
        subprocess.run(["openssl", "req", *options], check=True, capture_output=True)

    def moved(self, text, web_port):
        text = re.sub(r"\n *listen \[::\].*", "", text)
        if not self.names_needed:
            text = re.sub(r"server \{[^{}]*ssl_reject_handshake[^{}]*\}", "", text)
        text = text.replace("listen 443", f"listen 127.0.0.1:{self.port}").replace(
            "listen 80", f"listen 127.0.0.1:{self.http_port}"
        )
        text = text.replace("127.0.0.1:8440", f"127.0.0.1:{self.tiles_port}")
        text = text.replace("unix:/run/coworking/web.sock", f"127.0.0.1:{web_port}")
        folders = ["/etc/coworking/tls", "/var/lib/coworking", "/var/log/nginx", "/var/cache/nginx"]
        for folder, moved in zip(folders, ["tls", "", "", ""], strict=True):
            text = text.replace(folder, str(self.folder / moved))
        text = text.replace("/etc/nginx/coworking", str(self.folder / "site"))
        # nginx.conf, which then knows this site alone
        text = text.replace("user www-data;", "user root;" if os.geteuid() == 0 else "")
        text = text.replace("/run/nginx.pid", f"{self.folder}/nginx.pid").replace(
            "include /etc/nginx/conf.d/*.conf;", ""
        )
        text = text.replace("/etc/nginx/sites-enabled/*", f"{self.folder}/site/coworking.conf")
        return text.replace("http {", "http {\n    " + TEMPORARY.format(folder=self.folder))

    def start(self):
        command = ["nginx", "-c", self.folder / "site/nginx.conf", "-g", "daemon off;"]
        with (self.folder / "stderr").open("w") as stderr:
            self.process = subprocess.Popen(command, stderr=stderr)
        for _ in range(SECONDS * 20):
            if self.listens():
                return
            time.sleep(0.05)
        raise TimeoutError

    def listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except ConnectionRefusedError:
            assert self.process.poll() is None, (self.folder / "stderr").read_text()
            return False
        return True

    def stop(self):
        self.process.terminate()
        self.process.wait(SECONDS)

    @cached_property
    def tls(self):
        """Believes any certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context

    def connect(self) -> HTTPSConnection:
        return Named("127.0.0.1", self.port, timeout=SECONDS, context=self.tls)

    def socket(self, buffer=None) -> ssl.SSLSocket:
        plain = socket.socket()
        if buffer:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        plain.settimeout(SECONDS)
        plain.connect(("127.0.0.1", self.port))
        return self.tls.wrap_socket(plain, server_hostname=HOST)


class Named(HTTPSConnection):
    """Greets with the site's name, wherever it stands."""

    def connect(self):
        self.sock = self._context.wrap_socket(
            socket.create_connection((self.host, self.port), self.timeout), server_hostname=HOST
        )
