"""A number for each request, in every line that is logged meanwhile and on the page of an error."""

import logging
import re
from contextvars import ContextVar
from time import monotonic
from uuid import uuid4

from django import template

WELL_FORMED = re.compile("[0-9a-f]{32}")  # as nginx makes them

about: ContextVar[dict | None] = ContextVar("about", default=None)
logger = logging.getLogger(__name__)
register = template.Library()


@register.simple_tag
def request_id() -> str:
    """Blank where no request is being answered."""
    return (about.get() or {}).get("request_id", "")


class RequestIds:
    """Outside of all else: gives the request its number, and logs what it was answered with."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        given = request.headers.get("X-Request-ID", "")
        number = given if WELL_FORMED.fullmatch(given) else uuid4().hex
        token = about.set({"request_id": number, "method": request.method, "path": request.path})
        start = monotonic()
        try:
            response = self.get_response(request)
            spent = round(1000 * (monotonic() - start))
            logger.info("Answered", extra={"status_code": response.status_code, "milliseconds": spent})
            return response
        finally:
            about.reset(token)
