"""nginx before a server of the tests: the site's own configuration with folders and ports of the test's."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from contextlib import closing
from http.client import HTTPSConnection
from pathlib import Path

HOST = "coworking.example.org"
SOURCE = Path(__file__).parents[2] / "deploy/nginx"
SECONDS = 30  # anything may take
MAIN = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{ worker_connections 1024; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site/coworking.conf;
}}
"""


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        return free.getsockname()[1]


class Nginx:
    def __init__(self, folder: Path, web_port: int, names_needed=True):
        """For a site on that port of 127.0.0.1; without `names_needed` also for who greets it by another name."""
        self.folder, self.port, self.names_needed = folder, free_port(), names_needed
        shutil.copytree(SOURCE, folder / "site")
        for file in (folder / "site").glob("*.conf"):
            file.write_text(self.moved(file.read_text(), web_port))
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(MAIN.format(user=user, folder=folder))
        (folder / "tls").mkdir()
        pair = ["-keyout", folder / "tls/privkey.pem", "-out", folder / "tls/fullchain.pem"]
        options = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}", *pair]
        subprocess.run(["openssl", "req", *options], check=True, capture_output=True)

    def moved(self, text, web_port):
        text = re.sub(r"\n *listen \[::\].*", "", text)
        if not self.names_needed:
            text = re.sub(r"server \{[^{}]*ssl_reject_handshake[^{}]*\}", "", text)
        text = text.replace("listen 443", f"listen 127.0.0.1:{self.port}").replace(
            "listen 80", f"listen 127.0.0.1:{free_port()}"
        )
        text = text.replace("unix:/run/coworking/web.sock", f"127.0.0.1:{web_port}")
        folders = ["/etc/coworking/tls", "/var/lib/coworking", "/var/log/nginx", "/var/cache/nginx"]
        for folder, moved in zip(folders, ["tls", "", "", ""], strict=True):
            text = text.replace(folder, str(self.folder / moved))
        return text.replace("/etc/nginx/coworking", str(self.folder / "site"))

    def start(self):
        command = ["nginx", "-c", self.folder / "nginx.conf", "-p", self.folder]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        for _ in range(SECONDS * 20):
            if self.listens():
                return
            time.sleep(0.05)
        raise TimeoutError

    def listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except ConnectionRefusedError:
            assert self.process.poll() is None, (self.folder / "nginx-error.log").read_text()
            return False
        return True

    def stop(self):
        self.process.terminate()
        self.process.wait(SECONDS)

    @property
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
