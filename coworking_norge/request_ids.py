"""A number and a route for each request, in every line that is logged meanwhile; the number is on error pages, too."""

import logging
import re
from contextvars import ContextVar
from functools import lru_cache
from time import monotonic
from uuid import uuid4

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import translation

WELL_FORMED = re.compile("[0-9a-f]{32}")  # as nginx makes them

current_request: ContextVar[HttpRequest | None] = ContextVar("current_request", default=None)
logger = logging.getLogger(__name__)
register = template.Library()


@register.simple_tag
def request_id() -> str:
    request = current_request.get()
    return request.id if request else ""


@lru_cache(maxsize=1_000)  # it would be a third of the time that a cached page takes
def match_of(path: str) -> ResolverMatch | None:
    # before LocaleMiddleware, for the page cache answers without it
    with translation.override(translation.get_language_from_path(path) or settings.LANGUAGE_CODE):
        try:
            return resolve(path)
        except Resolver404:
            return None


class RequestIds:
    """Set `id`, `view` and `route` of the request, log the answer, and name the route to the web server (X-Route).

    The route is the URL pattern that the path matches, such as /bli-med/<str:token>/; view and route are blank if none.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        given = request.headers.get("X-Request-ID", "")
        request.id = given if WELL_FORMED.fullmatch(given) else uuid4().hex
        match = match_of(request.path_info)
        request.view, request.route = (match.func, f"/{match.route}") if match else (None, "")
        token = current_request.set(request)
        start = monotonic()
        try:
            response = self.get_response(request)
            if request.route:
                response["X-Route"] = request.route
            spent = round(1000 * (monotonic() - start))
            logger.info("Answered", extra={"status_code": response.status_code, "milliseconds": spent})
            return response
        finally:
            current_request.reset(token)
