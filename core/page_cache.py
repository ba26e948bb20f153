"""Cache of public pages and of parts of them: each process keeps them for one version of the data (docs/adr/0010).

An unchanged page costs one cheap query and no rendering; an edit is seen at the next request, everywhere.
"""

from contextvars import ContextVar
from functools import partial, wraps
from hashlib import blake2b
from itertools import chain
from pathlib import Path

from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import MiddlewareNotUsed
from django.db import InterfaceError, OperationalError
from django.http import HttpResponseNotModified
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import parse_etags
from django.utils.translation import get_language

from .models import ContentVersion

DATABASE_ERRORS = OperationalError, InterfaceError
MAX_PAGE_BYTES = 90_000  # as sent; the landing page with its styles has that before it is compressed
CACHE_CONTROL = "public, no-cache"  # may be kept, and is asked for again each time
UNCHANGED = {"Cache-Control": CACHE_CONTROL, "Vary": "Accept-Encoding"}
PAGE_SETTINGS = ["SITE_URL", "CONTACT_EMAIL", "TILES_URL"]  # of the environment
SOURCES = ["[!.]*/**/*.py", "*/data/*.json", "templates/**/*", "locale/**/*.mo", "requirements.txt"]
STATIC_FILES = "staticfiles*.json"  # collectstatic writes there under which names they are sent

_version = ContextVar("version", default=None)  # of the data of the public page that is being rendered


def release() -> str:
    """Return a hash of all that makes pages differ between deployments: settings, sources, names of static files."""
    digest = blake2b(repr([getattr(settings, name) for name in PAGE_SETTINGS]).encode(), digest_size=8)
    for folder, patterns in {settings.BASE_DIR: SOURCES, settings.DATA_DIR: [STATIC_FILES]}.items():
        for path in sorted(chain.from_iterable(map(Path(folder).glob, patterns))):
            digest.update(f"{path}{path.stat().st_mtime_ns}".encode())
    return digest.hexdigest()


def current_version() -> str:
    """Return the content version, which the database is asked for once for a public page."""
    return _version.get() or ContentVersion.current()


def cached_for_version(function):
    """Keep in each process what the function returns, which depends on the public data, language and date only.

    It must answer the same whatever it is called with: the arguments are not part of the key.
    """

    @wraps(function)
    def wrapper(*args):
        told_by = get_language(), timezone.localdate(), current_version()
        key = repr((function.__module__, function.__qualname__, *told_by))
        return caches["pages"].get_or_set(blake2b(key.encode(), digest_size=12).hexdigest(), partial(function, *args))

    return wrapper


def minute_etag(etag: str) -> str:
    return f'{etag[:-1]}-{timezone.now():%Y%m%d%H%M}"'


def can_be_cached(request) -> bool:
    # not what a coordinator asks for
    if request.method not in ("GET", "HEAD") or not getattr(request.view, "can_be_public", False):
        return False
    return settings.SESSION_COOKIE_NAME not in request.COOKIES


class PublicPages:
    """Answer from the cache what a view marked by `core.decorators.public_page`.

    Stands outside of sessions, languages and compression: what is cached is ready to be sent.
    """

    def __init__(self, get_response):
        if settings.DEBUG:
            raise MiddlewareNotUsed("Templates and static files change while the server runs.")
        self.get_response, self.release = get_response, release()

    def __call__(self, request):
        if not can_be_cached(request):
            return self.get_response(request)
        request.get_host()  # raises DisallowedHost, which what is cached must, too
        try:
            version = ContentVersion.current()
        except DATABASE_ERRORS:  # nothing out of date is shown; a page that needs no data still is
            return self.get_response(request)
        etag = self.etag(request, version)
        etags = etag, minute_etag(etag)
        return self.from_cache(request, etags) or self.render(request, etags, version)

    def etag(self, request, version) -> str:
        compressed = "gzip" in request.headers.get("Accept-Encoding", "")
        # not get_full_path(), which writes bytes that are no UTF-8 as others are written
        address = request.path, request.META["QUERY_STRING"]
        key = repr((self.release, version, compressed, address))
        return f'W/"{blake2b(key.encode(), digest_size=12).hexdigest()}"'

    def from_cache(self, request, etags):
        """Return 304 for a page that the client has from any process, or the page, or None."""
        # not get_conditional_response(): its 304 to If-None-Match: * would say that any page exists
        known = parse_etags(request.headers.get("If-None-Match", ""))
        for etag in etags:
            if etag in known:
                return HttpResponseNotModified(headers=UNCHANGED | {"ETag": etag})
            if page := caches["pages"].get(etag):
                return get_conditional_response(request, etag=etag, response=page)
        return None

    def render(self, request, etags, version):
        token = _version.set(version)
        try:
            response = self.get_response(request)
        finally:
            _version.reset(token)
        is_public = getattr(response, "is_public", False) and response.status_code == 200 and not response.cookies
        if not is_public or "Cookie" in response.get("Vary", ""):
            return response
        # the minute in which rendering began
        etag = etags[bool(getattr(response, "changes_each_minute", False))]
        response["ETag"], response["Cache-Control"] = etag, CACHE_CONTROL
        if request.method == "GET" and len(response.content) <= MAX_PAGE_BYTES:
            caches["pages"].set(etag, response)
        return get_conditional_response(request, etag=etag, response=response)
