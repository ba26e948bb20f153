"""What the logs say, and what they must not: tokens, queries, addresses of mail or network, values in errors' texts."""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from ipaddress import ip_address
from smtplib import SMTPException

from django.conf import settings
from django.db import OperationalError, ProgrammingError

from .request_ids import about

HIDDEN = "…"
LONGEST = 600  # characters that are looked through for secrets; the rest is left out
SECRETS = [
    (re.compile(r"(/(?:bli-med|en/join)/(?:[a-z-]+/)?)[^/\s]*:[^/\s]*"), rf"\1{HIDDEN}"),
    (re.compile(r"[^\s/?'\"<>]*:[\w-]{20,}"), HIDDEN),  # a signed token has colons
    (re.compile(r"(?<![\w-])(?=[a-z\d_-]*[A-Z])[\w-]{32,}|[^\W_]{32,}"), HIDDEN),  # any other is no slug
    (re.compile(r"(?<=\S)\?[^\s'\"<>]+"), ""),
    (re.compile(r"[^\s<>()\[\]'\",;:/]+(?:@|%40)[^\s<>()\[\]'\",;/]+"), HIDDEN),
]
NUMERIC = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|(?<![\w:])(?:[\da-fA-F]{0,4}:){2,7}[\da-fA-F]{0,4}(?![\w:])")
# Their first line is about code, files or servers. Any other error may quote what somebody has typed.
IMPERSONAL = (AttributeError, ImportError, NameError, OSError, OperationalError, ProgrammingError)

logger = logging.getLogger(__name__)


def clean(text: str) -> str:
    text = text[:LONGEST]
    for secret, instead in SECRETS:
        text = secret.sub(instead, text)
    return NUMERIC.sub(lambda found: HIDDEN if is_somebody(found[0]) else found[0], text)


def is_somebody(number) -> bool:
    """A time of day looks much like an address, and this machine's own is nobody's."""
    try:
        return not ip_address(number).is_loopback
    except ValueError:
        return False


def told(error: BaseException) -> list[str]:
    """The error and those that led to it, the last first: its kind, its text where that is about nobody, its frames."""
    lines = []
    while error:
        is_impersonal = isinstance(error, IMPERSONAL) and not isinstance(error, SMTPException)
        text = clean(str(error).strip().partition("\n")[0]) if is_impersonal else ""
        lines.append(": ".join(filter(None, [type(error).__qualname__, text])))
        lines += [frame.rstrip() for frame in traceback.format_tb(error.__traceback__)]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines


def entry(record: logging.LogRecord) -> dict:
    request = about.get() or {}
    found = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "message": clean(record.getMessage()),
        "request_id": request.get("request_id"),
        "method": request.get("method"),
        "path": clean(request["path"]) if request else None,
        "status": getattr(record, "status_code", None),
        "milliseconds": getattr(record, "milliseconds", None),
        "error": told(record.exc_info[1]) if record.exc_info and record.exc_info[1] else None,
    }
    return {name: value for name, value in found.items() if value is not None}


class JSONLines(logging.Formatter):
    """For a machine: one object in each line."""

    def format(self, record):
        return json.dumps(entry(record), ensure_ascii=False)


class Lines(logging.Formatter):
    """For a person: the same, readable."""

    def format(self, record):
        found = entry(record)
        request = " ".join(filter(None, [found.get("method"), found.get("path"), found.get("request_id")]))
        head = " ".join(filter(None, [found["time"], found["level"], found["logger"], found["message"]]))
        head = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in head)
        return "\n".join([f"{head} ({request})" if request else head, *found.get("error", [])])


def uncaught(kind, error, trace):
    """Instead of sys.excepthook: a command that fails in production is logged, and mailed, like a page that does."""
    if not settings.configured or not settings.PRODUCTION or issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        logger.critical("%s failed", " ".join(sys.argv[1:2]) or "A command", exc_info=error)
