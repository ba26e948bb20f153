"""Measures each page of one site: rendered, from what is kept, and beside the same bytes as a static file."""

import gzip
import sys
from itertools import count
from statistics import median
from typing import NamedTuple

from django.utils.text import slugify

from .inside import helper_process
from .load import GZIP, ask, percentile, requests_a_second, times
from .pages import PAGES, Page, at
from .server import Site

SLOW_MS = 1000  # a page that takes longer is not put under load
UNCACHED = {"max_count": 100, "max_seconds": 5}
CACHED = {"max_count": 200, "max_seconds": 2}


class Row(NamedTuple):
    """Of one page: milliseconds, requests a second and bytes; None where there is nothing to measure.

    What has no other name is of a page that is rendered for the visit; "cached" is of any later one, kept or not.
    """

    page: str
    queries: int | None = None
    queries_cached: int | None = None
    database_ms: float | None = None
    best: float | None = None
    median: float | None = None
    p99: float | None = None
    median_cached: float | None = None
    p99_cached: float | None = None
    rate: float | None = None
    rate_unchanged: float | None = None  # answered 304
    rate_static: float | None = None
    raw: int | None = None
    gzipped: int | None = None


def measured(site: Site, seconds: int, wanted: str):
    """Yields a Row for each page whose name has the wanted text in it."""
    with helper_process(site) as send:
        pages = at(send("examples"), [page for page in PAGES if wanted in page.name])
        with site.served() as port:
            there = [page for page in pages if _keep_as_static_file(site, port, page)]
        with site.served() as port:
            for page in pages:
                _print_progress(page)
                yield _measure(port, page, send, seconds) if page in there else Row(page.name)


def _measure(port, page, send, seconds):
    after_edit, cached = _queries(send, page)

    def visit(path=page.path):
        return ask(port, path, GZIP, page.form)

    addresses = (f"{page.path}{'&' if '?' in page.path else '?'}visit={number}" for number in count())

    def uncached():
        """At an address that nobody asked for before: nothing is kept of it."""
        return visit(next(addresses)).ms

    slow = times(uncached, **UNCACHED)
    fast = times(lambda: visit().ms, **CACHED)
    answer = visit()
    return Row(
        page.name,
        after_edit["number"],
        cached["number"],
        after_edit["ms"],
        min(slow),
        median(slow),
        percentile(slow, 0.99),
        median(fast),
        percentile(fast, 0.99),
        *(_rates(port, page, answer, seconds) if median(fast) < SLOW_MS and not page.form else (None, None, None)),
        len(_plain(answer)),
        len(answer.body),
    )


def _queries(send, page):
    """After an edit, and again; what Django keeps for every request after the first is not counted."""
    command = f"queries {page.path} {page.form}"
    send(command)
    send("edit")
    return send(command), send(command)


def _rates(port, page, answer, seconds):
    """Of whole answers, of 304 where the site gives any, and of the same bytes as a static file."""
    conditional = answer.unchanged_if
    static = requests_a_second(port, _static_path(page), GZIP, seconds)
    unchanged = None
    if conditional and ask(port, page.path, GZIP | conditional).status == 304:
        unchanged = requests_a_second(port, page.path, GZIP | conditional, seconds)
    whole = requests_a_second(port, page.path, GZIP, seconds)
    ask(port, "/robots.txt", {})  # comes after what the load has left in the queue
    return whole, unchanged, static


def _keep_as_static_file(site, port, page):
    """Whether the site has the page; the server finds the file when it starts anew."""
    answer = ask(port, page.path, GZIP, page.form)
    plain = _plain(answer)
    if answer.status == 404 or page.marker.encode() not in plain:
        return False
    if answer.status != 200:
        raise RuntimeError(f"{page.path} answered {answer.status}")
    file = site.folder / _static_path(page).lstrip("/")
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(plain)
    file.with_name(file.name + ".gz").write_bytes(answer.body)
    return True


def _static_path(page: Page):
    return f"/static/bench/{slugify(page.name)}.html"


def _plain(answer):
    return gzip.decompress(answer.body) if answer.headers.get("content-encoding") == "gzip" else answer.body


def _print_progress(page):
    print(f"  {page.name}", file=sys.stderr, flush=True)
