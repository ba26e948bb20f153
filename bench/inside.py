"""A process beside the server, in Django and on its database: counts a page's queries, and edits as a coordinator.

It reads a command a line from the standard input and answers each with a line of JSON.
"""

import json
import subprocess
import sys
import time
from contextlib import contextmanager

import django


@contextmanager
def helper_process(site):
    """Gives a function that hands the process a command, such as "queries /steder/", and returns its answer."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with site.start("bench.inside", **pipes) as child:

        def send(command):
            print(command, file=child.stdin, flush=True)
            return json.loads(child.stdout.readline())

        yield send
        child.stdin.close()


def edit(_):
    """Whatever the site has kept of its data is out of date after this, as it is after a coordinator's edit."""
    ContentVersion.bump()


def examples(_):
    space = Space.objects.members().order_by("pk").first()
    return {"space": space.slug, "organisation": space.organisation.slug}


def furnish(_):
    """Give a space all that its page can tell."""
    space = Space.objects.members().order_by("-pk").first()
    furnish_space(space)
    ContentVersion.bump()
    return {"furnished": space.slug}


def queries(page):
    """How many a path makes, with a form to post after a space; and the milliseconds until each gave its first row."""
    path, _, form = page.partition(" ")
    visitor, taken = Client(headers={"host": "127.0.0.1"}), []

    def timed(execute, *arguments):
        began = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            taken.append((time.perf_counter() - began) * 1000)

    with connection.execute_wrapper(timed):
        visitor.post(path, form, content_type=FORM) if form else visitor.get(path)
    return {"number": len(taken), "ms": sum(taken)}


def main():
    for line in sys.stdin:
        verb, _, argument = line.strip().partition(" ")
        verbs = {"edit": edit, "examples": examples, "furnish": furnish, "queries": queries}
        print(json.dumps(verbs[verb](argument)), flush=True)


if __name__ == "__main__":
    django.setup()

    from django.db import connection
    from django.test import Client

    from bench.load import FORM
    from bench.simulation import furnish as furnish_space
    from core.models import ContentVersion
    from spaces.models import Space

    main()
