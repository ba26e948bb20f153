"""Health checks: /healthz answers while the process does, /readyz while the site can do its work."""

import shutil
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.contrib import admin
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min
from django.db.models.functions import Coalesce
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from post_office.models import STATUS, Email, Log

from mail import outbox

MAX_DELAY = timedelta(minutes=15)  # the worker looks every few seconds
MAX_SILENCE = timedelta(hours=2)  # of the mail server, while mails are tried
ANSWERS = ["SMTPRecipientsRefused", "SMTPDataError", "SMTPServerDisconnected"]  # of a server that took the sender
MIN_FREE_BYTES = 500_000_000


@never_cache
@require_safe
def alive(request):
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def ready(request):
    """Return every state as JSON to whoever may enter the admin or has READY_TOKEN, one word to others."""
    states = [state() for state in (database, migrations, mail_queue, disk)]
    is_ready = all(state["ok"] for state in states)
    status = 200 if is_ready else 503
    if can_see_states(request):
        return JsonResponse({"ready": is_ready} | {state.pop("name"): state for state in states}, status=status)
    return HttpResponse("ok" if is_ready else "not ready", content_type="text/plain", status=status)


def can_see_states(request) -> bool:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    # Without a READY_TOKEN a blank token would equal it.
    if settings.READY_TOKEN and constant_time_compare(token, settings.READY_TOKEN):
        return True
    try:
        return admin.site.has_permission(request)
    except Error:
        return False


def in_database(check):
    """Make the check fail, not raise, where the database does not answer."""

    def state():
        try:
            result = check()
        except Error as error:
            result = {"ok": False, "error": type(error).__name__}
        return {"name": check.__name__} | result

    return state


@in_database
def database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {"ok": True}


@cache
def known_migrations() -> frozenset:
    return frozenset(MigrationLoader(None).disk_migrations)


@in_database
def migrations():
    missing = known_migrations() - MigrationRecorder(connection).applied_migrations().keys()
    return {"ok": not missing, "missing": sorted(".".join(migration) for migration in missing)}


@in_database
def mail_queue():
    # No refusal of a recipient or a text counts: strangers bring those about.
    now = timezone.now()
    waiting = Email.objects.filter(status__in=[STATUS.queued, STATUS.requeued])
    oldest = waiting.aggregate(due=Min(Coalesce("scheduled_time", "created")))["due"]
    late = max(now - (oldest or now), timedelta())
    handled = Email.objects.exclude(status=STATUS.queued).filter(last_updated__gte=now - MAX_DELAY)
    is_idle = late > MAX_DELAY and not handled.exists()
    is_down = mail_server_is_down(now)
    details = {"oldest_due_seconds": round(late.total_seconds()), "server_down": is_down}
    return {"ok": not is_idle and not is_down} | details


def mail_server_is_down(now) -> bool:
    """Return whether it has failed for MAX_SILENCE mails that are still waiting, and answered no other."""
    names = [error.__name__ for error in outbox.SERVER_FAULTS]
    failures = Log.objects.filter(exception_type__in=names, email__status=STATUS.requeued)
    since = failures.aggregate(since=Min("date"))["since"] or now
    if now - since <= MAX_SILENCE:
        return False
    sent = Email.objects.filter(status=STATUS.sent, last_updated__gte=now - MAX_SILENCE)
    answered = Log.objects.filter(exception_type__in=ANSWERS, date__gte=now - MAX_SILENCE)
    return not sent.exists() and not answered.exists()


def disk():
    try:
        free = shutil.disk_usage(settings.DATA_DIR).free
    except OSError as error:
        return {"name": "disk", "ok": False, "error": type(error).__name__}
    return {"name": "disk", "ok": free >= MIN_FREE_BYTES, "free_bytes": free}
