"""Visitors of the site over TLS until standard input ends; then says what they met, as JSON. Standard library only."""

import http.client
import json
import ssl
import sys
import threading
import time
from collections import Counter

HOST, AT_ONCE = sys.argv[1], 8
PAUSE = 0.02  # seconds; without one they take the whole machine, and the upgrade waits for them
PATHS = ["/", "/robots.txt", "/medlemmer/", "/robots.txt", "/steder/?q=oslo", "/robots.txt"]
met, versions, longest, ended = Counter(), [], [0.0], threading.Event()


def visit(number):
    certificate = ssl._create_unverified_context()
    line = None
    while not ended.wait(PAUSE):
        number += 1
        if line is None or number % 10 == 0:
            line = Line(certificate)
        start = time.monotonic()
        try:
            line.request("GET", PATHS[number % len(PATHS)], headers={"Host": HOST})
            response = line.getresponse()
            body = response.read()
            met[str(response.status)] += 1
        except Exception as error:
            met[repr(error)] += 1
            line = None
            continue
        longest[0] = max(longest[0], time.monotonic() - start)
        if body.startswith(b"User-agent"):
            told = body.decode().strip().splitlines()[-1]
            if told not in versions:
                versions.append(told)


class Line(http.client.HTTPSConnection):
    def __init__(self, context):
        super().__init__("127.0.0.1", 443, timeout=30, context=context)

    def connect(self):
        http.client.HTTPConnection.connect(self)
        self.sock = self._context.wrap_socket(self.sock, server_hostname=HOST)


threads = [threading.Thread(target=visit, args=[number]) for number in range(AT_ONCE)]
for thread in threads:
    thread.start()
sys.stdin.read()
ended.set()
for thread in threads:
    thread.join()
print(json.dumps({"met": met, "versions": versions, "longest": round(longest[0], 2)}))
