"""Measures pages by the processor time of this process: for a busy machine, on a database made by `simulate`.

DATA_DIR=… .venv/bin/python -m bench.process / /steder/
"""

import os
import sys
import time
from itertools import count

import django

VISITS = 100
numbers = count()


def best(client, path, prepare=lambda: None):
    """Return milliseconds of the best of many visits, each at an address of its own."""
    taken = []
    for _ in range(VISITS):
        prepare()
        began = time.process_time()
        page = client.get(path, {"visit": next(numbers)}, headers={"accept-encoding": "gzip"})
        taken.append(time.process_time() - began)
        if page.status_code != 200:
            raise RuntimeError(f"{path} answered {page.status_code}")
    return min(taken) * 1000


def main():
    client = Client(headers={"host": "127.0.0.1"})
    print("| page | uncached | after an edit |\n| --- | ---: | ---: |")
    for path in sys.argv[1:]:
        uncached, edited = best(client, path), best(client, path, ContentVersion.bump)
        print(f"| {path} | {uncached:.1f} | {edited:.1f} |", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
    django.setup()

    from django.test import Client

    from core.models import ContentVersion

    main()
