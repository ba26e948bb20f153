"""While the database or the disk fails: 503 to whoever asks, one line each in the log, and no mail about any.

Error mails would wait in the very database that fails, and /readyz tells of the outage as a whole.
"""

import logging
import sys
from errno import EDQUOT, ENOSPC

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.views import defaults

DATABASE_ERRORS = OperationalError, InterfaceError
DISK_FULL = {ENOSPC, EDQUOT}
RETRY_AFTER = 10  # seconds

logger = logging.getLogger(__name__)


def server_error(request):
    """Django's handler500: wherever it was raised, in a view, a template or a middleware."""
    error = sys.exc_info()[1]
    if not is_outage(error):
        return defaults.server_error(request)
    # The path of a page says what somebody reads, and the text of an error what they wrote.
    logger.warning("Answered 503: %s", type(error).__name__)
    response = unavailable(request)
    response._has_been_logged = True  # else Django logs it as an error, with the traceback, for each request
    return response


def is_outage(error) -> bool:
    return isinstance(error, DATABASE_ERRORS) or (isinstance(error, OSError) and error.errno in DISK_FULL)


def unavailable(request):
    """Made without the database, and perhaps before the request's language was set."""
    language = translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
    with translation.override(language):
        page = render_to_string("503.html", {"was_sent": request.method == "POST"})
    headers = {"Retry-After": RETRY_AFTER, "Cache-Control": "no-store", "Content-Language": language}
    return HttpResponse(page, status=503, headers=headers)
