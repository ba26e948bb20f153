"""Answers while the database or the disk fails (docs/adr/0014): 503, a line each in the log, and no mail.

Error mails would wait in the very database that fails, and /readyz reports the outage as a whole.
"""

import logging
import sys
from errno import EDQUOT, ENOSPC

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.views import defaults

from core.page_cache import DATABASE_ERRORS

DISK_FULL = {ENOSPC, EDQUOT}
RETRY_AFTER = 10  # seconds

logger = logging.getLogger(__name__)


def not_found(request, exception):
    """Answer 404 without asking for the network's texts: an address that there is not is told of in an outage too."""
    return render(request, "404.html", {"network": None, "contact_email": ""}, status=404)


def server_error(request):
    """Answer 503 to an outage in a view, a template or a middleware, and 500 to any other error."""
    error = sys.exc_info()[1]
    if not is_outage(error):
        return defaults.server_error(request)
    # an error's text may quote what somebody wrote
    logger.warning("Answered 503: %s", type(error).__name__)
    response = unavailable(request)
    response._has_been_logged = True  # else Django logs it as an error, with the traceback, for each request
    return response


def is_outage(error) -> bool:
    return isinstance(error, DATABASE_ERRORS) or (isinstance(error, OSError) and error.errno in DISK_FULL)


def unavailable(request):
    # without the database, and perhaps before the request's language was set
    language = translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
    with translation.override(language):
        page = render_to_string("503.html", {"was_sent": request.method == "POST"})
    headers = {"Retry-After": RETRY_AFTER, "Cache-Control": "no-store", "Content-Language": language}
    return HttpResponse(page, status=503, headers=headers)
