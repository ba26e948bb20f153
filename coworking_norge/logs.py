"""Log lines that name nobody: URL patterns in place of paths, and no values that libraries or errors quote."""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from http.client import responses

from django.conf import settings
from django.db import OperationalError, ProgrammingError

from .request_ids import current_request

OUR_LOGGERS = {"accounts", "core", "coworking_norge", "mail", "members", "norway", "spaces"}
CODE_ERRORS = (AttributeError, ImportError, NameError)
MAX_ERROR_LENGTH = 600
SERVER_ERRORS = (OperationalError, ProgrammingError)  # other errors of the database quote the row
NETWORK_ADDRESS = re.compile(r"\d+(?:\.\d+){3}|[\da-f]*(?::[\da-f]*){2,}", re.IGNORECASE)

logger = logging.getLogger(__name__)


def message(record: logging.LogRecord) -> str:
    """Return the text as our own code writes it; of a library's no values: they are paths, hosts, addresses, mails."""
    if record.name.partition(".")[0] in OUR_LOGGERS:
        return record.getMessage()
    if hasattr(record, "status_code"):
        return responses.get(record.status_code, "")
    # without arguments it may have been put together before
    return str(record.msg) if record.args else f"{record.module}:{record.lineno}"


def error_text(error: BaseException) -> str:
    """Return what is about code, files or servers; any other text may quote what somebody has typed."""
    if isinstance(error, OSError):
        return error.strerror or ""
    first_line = str(error).strip().partition("\n")[0][:MAX_ERROR_LENGTH]
    if isinstance(error, SERVER_ERRORS):
        return NETWORK_ADDRESS.sub("…", first_line)
    return first_line if isinstance(error, CODE_ERRORS) else ""


def format_exception(error: BaseException) -> list[str]:
    """Return the lines of the error and of those that led to it, the last first: type, text, frames."""
    lines = []
    while error:
        lines.append(": ".join(filter(None, [type(error).__qualname__, error_text(error)])))
        lines += [frame.rstrip() for frame in traceback.format_tb(error.__traceback__)]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines


def as_dict(record: logging.LogRecord) -> dict:
    # Django logs a refusal when the middleware has returned
    request = current_request.get() or getattr(record, "request", None)
    fields = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "message": message(record),
        "request_id": getattr(request, "id", None),
        "method": getattr(request, "method", None),
        "route": getattr(request, "route", None),
        "status": getattr(record, "status_code", None),
        "milliseconds": getattr(record, "milliseconds", None),
        "error": format_exception(record.exc_info[1]) if record.exc_info and record.exc_info[1] else None,
    }
    return {name: value for name, value in fields.items() if value is not None}


class JSONLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record):
        return json.dumps(as_dict(record), ensure_ascii=False)


class Lines(logging.Formatter):
    """The same fields for a person to read."""

    def format(self, record):
        fields = as_dict(record)
        request = " ".join(filter(None, map(fields.get, ["method", "route", "request_id"])))
        head = " ".join(map(fields.get, ["time", "level", "logger", "message"]))
        return "\n".join([f"{head} ({request})" if request else head, *fields.get("error", [])])


def excepthook(kind, error, trace):
    """Log, and thereby mail, the failure of a command in production like that of a page."""
    if not settings.configured or not settings.PRODUCTION or issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        logger.critical("%s failed", " ".join(sys.argv[1:2]) or "A command", exc_info=error)
