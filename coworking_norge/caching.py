"""Answers of public pages, kept by each process and valid for one version of the data.

A view says by `members.public.public` that its page is the same for everybody. Whoever asks again with the page's ETag,
or for a page that is kept, costs one cheap query and no rendering; an edit is seen at the next request, everywhere.
"""

from collections import OrderedDict
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from threading import Lock

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import parse_etags

from members.models import Change

from .outage import DATABASE_ERRORS

MOST_BYTES = 32_000_000  # in each process
LARGEST_PAGE = 1_000_000
OVERHEAD = 3_000  # bytes that an answer takes besides its body: its key, its headers and what holds them
CACHE_CONTROL = "public, no-cache"  # may be kept, and is asked for again each time
UNCHANGED = {"Cache-Control": CACHE_CONTROL, "Vary": "Accept-Encoding"}
SHOWN = ["SITE_URL", "CONTACT_EMAIL", "TILES_URL"]  # settings of the environment that public pages are made of
SOURCES = ["[!.]*/**/*.py", "spaces/data/*.json", "templates/**/*", "locale/**/*.mo", "requirements.txt"]
STATIC_FILES = "staticfiles*.json"  # collectstatic writes there under which names they are sent


def release() -> str:
    """Differs between deployments: what they are made of and SHOWN make other pages of the same data."""
    told = blake2b(repr([getattr(settings, name) for name in SHOWN]).encode(), digest_size=8)
    for folder, patterns in {settings.BASE_DIR: SOURCES, settings.STATIC_ROOT: [STATIC_FILES]}.items():
        for path in sorted(chain.from_iterable(map(Path(folder).glob, patterns))):
            told.update(f"{path}{path.stat().st_mtime_ns}".encode())
    return told.hexdigest()


def of_this_minute(etag: str) -> str:
    return f'{etag[:-1]}-{timezone.now():%Y%m%d%H%M}"'


def weight(answer) -> int:
    body, _ = answer
    return len(body) + OVERHEAD


class Pages:
    """The answers used last, as many as fit."""

    def __init__(self):
        self.kept, self.size, self.lock = OrderedDict(), 0, Lock()

    def get(self, key):
        with self.lock:
            if key in self.kept:
                self.kept.move_to_end(key)
            return self.kept.get(key)

    def keep(self, key, answer):
        with self.lock:
            if key in self.kept:
                self.size -= weight(self.kept[key])
            self.kept[key] = answer
            self.size += weight(answer)
            while self.size > MOST_BYTES:
                self.size -= weight(self.kept.popitem(last=False)[1])


class PublicPages:
    """Outside of everything that touches sessions, languages or compression: what it keeps is ready to be sent."""

    def __init__(self, get_response):
        if settings.DEBUG:
            raise MiddlewareNotUsed("Templates and static files change while the server runs.")
        self.get_response, self.pages, self.release = get_response, Pages(), release()

    def __call__(self, request):
        if not self.may_be_kept(request):
            return self.get_response(request)
        request.get_host()  # refuses another site's, for what is kept as for what is rendered
        try:
            etag = self.etag(request)
        except DATABASE_ERRORS:  # nothing out of date is shown; a page that needs no data still is
            return self.get_response(request)
        etags = etag, of_this_minute(etag)
        return self.known(request, etags) or self.fresh(request, etags)

    @staticmethod
    def may_be_kept(request) -> bool:
        """Not what a coordinator asks for, nor what no version of the data changes: a tile of the map, our health."""
        if request.method not in ("GET", "HEAD") or request.path.endswith((".png", "/healthz", "/readyz")):
            return False
        return settings.SESSION_COOKIE_NAME not in request.COOKIES

    def etag(self, request) -> str:
        compressed = "gzip" in request.headers.get("Accept-Encoding", "")
        told = f"{self.release} {Change.version()} {compressed} {request.get_full_path()}"
        return f'W/"{blake2b(told.encode(), digest_size=12).hexdigest()}"'

    def known(self, request, etags):
        """304 for whoever has the page, from whichever process; or what this one keeps; or None."""
        had = parse_etags(request.headers.get("If-None-Match", ""))
        for etag in etags:
            if etag in had:
                return HttpResponseNotModified(headers=UNCHANGED | {"ETag": etag})
            if kept := self.pages.get(etag):
                body, headers = kept
                return get_conditional_response(request, etag=etag, response=HttpResponse(body, headers=headers))
        return None

    def fresh(self, request, etags):
        response = self.get_response(request)
        is_kept = getattr(response, "is_public", False) and response.status_code == 200 and not response.cookies
        if not is_kept or "Cookie" in response.get("Vary", ""):
            return response
        lasting, of_the_minute = etags
        etag = of_the_minute if getattr(response, "changes_each_minute", False) else lasting
        response["ETag"], response["Cache-Control"] = etag, CACHE_CONTROL
        if request.method == "GET" and len(response.content) <= LARGEST_PAGE:
            self.pages.keep(etag, (response.content, dict(response.items())))
        return get_conditional_response(request, etag=etag, response=response)
