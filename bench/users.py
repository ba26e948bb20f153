"""Visitors who each read a page, think, and read the next, over TLS; each sends one join request on the way."""

import random
import re
import ssl
import threading
import time
from contextlib import closing
from html import unescape
from http.client import HTTPException, HTTPSConnection
from typing import NamedTuple
from urllib.parse import quote_plus, urlencode

from .load import FORM, GZIP
from .pages import feed_path

TIMEOUT = 30  # seconds
THINKS = 1, 3  # seconds, between
FILLS_IN = 5  # seconds; the form refuses who is faster than a person
WORDS = ["hus", "bergen", "kontor", "oslo", "trondheim", "loft", "fellesskap", "tromso", "brygge", "verksted"]
SHARES = {"landing": 3, "feed": 4, "directory": 2, "search": 3, "space": 4, "organisation": 1, "form": 1}
APPLICATION = {
    "name": "Simulert hus",
    "place": "Et hus",
    "community": "Folk som deler",
    "facilitation": "En vert",
    "contact_name": "Simulert Søker",
    "spaces-TOTAL_FORMS": 1,
    "spaces-INITIAL_FORMS": 0,
    "spaces-0-name": "Loftet",
    "spaces-0-town": "Oslo",
    "spaces-0-postal_code": "0150",
    "spaces-0-is_open": "True",
}


class Visit(NamedTuple):
    path: str
    status: int | None  # None where there was no answer
    ms: float


class User(threading.Thread):
    """With a connection that is kept, a loopback address of its own, and the ETags of pages, as a browser has them."""

    def __init__(self, number: int, port: int, host: str, slugs: dict, over: threading.Event):
        super().__init__()
        self.number, self.host, self.slugs, self.over = number, host, slugs, over
        self.chance = random.Random(number)  # noqa: S311
        self.visits, self.tags, self.cookies = [], {}, ""
        context = ssl._create_unverified_context()  # noqa: S323 — the certificate is the bench's own
        source = f"127.0.1.{number + 1}", 0
        self.connection = HTTPSConnection("127.0.0.1", port, timeout=TIMEOUT, context=context, source_address=source)

    def run(self):
        applies_after = self.chance.randrange(5)
        with closing(self.connection):
            while not self.over.wait(self.chance.uniform(*THINKS)):
                kind = self.chance.choices(list(SHARES), SHARES.values())[0]
                if len(self.visits) == applies_after:
                    self.apply()
                else:
                    self.ask(self.path(kind))

    def path(self, kind: str) -> str:
        language = self.chance.choice(["", "/en"])
        names = {"": ("steder", "medlemmer", "bli-med"), "/en": ("spaces", "members", "join")}[language]
        return {
            "landing": f"{language}/",
            "feed": feed_path(self.chance.choice([4, 6, 8, 12])),
            "directory": f"{language}/{names[0]}/?page={self.chance.randint(1, 10)}",
            "search": f"{language}/{names[0]}/?q={quote_plus(self.chance.choice(WORDS))}",
            "space": f"{language}/{names[0]}/{self.slugs['space']}/",
            "organisation": f"{language}/{names[1]}/{self.slugs['organisation']}/",
            "form": f"{language}/{names[2]}/",
        }[kind]

    def apply(self):
        page = self.ask("/bli-med/")
        hidden = dict(re.findall(r'name="(csrfmiddlewaretoken|submission)" value="([^"]+)"', page))
        if self.over.wait(FILLS_IN):
            return
        email = f"simulert-{self.number}-{time.time_ns()}@example.org"
        form = APPLICATION | {name: unescape(value) for name, value in hidden.items()} | {"contact_email": email}
        self.ask("/bli-med/", urlencode(form))
        if self.visits[-1].status == 200:
            self.visits[-1] = self.visits[-1]._replace(status=422)  # the form came back with a fault

    def ask(self, path, form="") -> str:
        headers = GZIP | {"Host": self.host, "Cookie": self.cookies}
        if form:
            headers |= {"Content-Type": FORM, "Origin": f"https://{self.host}", "Accept-Encoding": "identity"}
        elif path.endswith("/bli-med/"):
            headers["Accept-Encoding"] = "identity"
        elif path in self.tags:
            headers["If-None-Match"] = self.tags[path]
        began = time.perf_counter()
        try:
            self.connection.request("POST" if form else "GET", path, form or None, headers)
            response = self.connection.getresponse()
            body, status = response.read(), response.status
        except (HTTPException, OSError):
            self.connection.close()
            body, status, response = b"", None, None
        self.visits.append(Visit(path, status, (time.perf_counter() - began) * 1000))
        if response:
            self.remember(path, response)
        return body.decode(errors="replace")

    def remember(self, path, response):
        if tag := response.headers.get("ETag"):
            self.tags[path] = tag
        if kept := [cookie.split(";")[0] for cookie in response.headers.get_all("Set-Cookie", [])]:
            self.cookies = "; ".join(kept)


def mixed(number: int, seconds: float, *where) -> list[Visit]:
    """What so many users met in so many seconds, who come one after the other in the first tenth of them."""
    over = threading.Event()
    users = [User(index, *where, over) for index in range(number)]
    until = time.monotonic() + seconds
    for user in users:
        user.start()
        time.sleep(min(0.1, seconds / 10 / number))
    time.sleep(max(0, until - time.monotonic()))
    over.set()
    for user in users:
        user.join()
    return [visit for user in users for visit in user.visits]
