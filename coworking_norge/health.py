"""Whether the site is alive, and whether it can do its work; what is wrong is told to nobody but those who run it."""

import shutil
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.contrib import admin
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min, Q
from django.db.models.functions import Coalesce
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from post_office.models import STATUS, Email

OLDEST_DUE = timedelta(minutes=15)  # the worker looks every few seconds
NOTHING_SENT = timedelta(hours=2)  # while a mail is tried again: not its recipient but our mail server refuses
MOST_FAILED = 10  # in a day; a single mailbox may be gone
LEAST_FREE = 500_000_000  # bytes


@never_cache
@require_safe
def alive(request):
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def ready(request):
    """Every state as JSON to whoever may enter the admin or has READY_TOKEN, one word to others."""
    states = [state() for state in (database, migrations, mail_queue, failed_mails, disk)]
    is_ready = all(state["ok"] for state in states)
    status = 200 if is_ready else 503
    if may_know(request):
        return JsonResponse({"ready": is_ready} | {state.pop("name"): state for state in states}, status=status)
    return HttpResponse("ok" if is_ready else "not ready", content_type="text/plain", status=status)


def may_know(request) -> bool:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if settings.READY_TOKEN and constant_time_compare(token, settings.READY_TOKEN):
        return True
    try:
        return admin.site.has_permission(request)
    except Error:
        return False


def in_database(look):
    """The state is not ok where the database does not answer."""

    def state():
        try:
            found = look()
        except Error as error:
            found = {"ok": False, "error": type(error).__name__}
        return {"name": look.__name__} | found

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
    waiting = Email.objects.filter(status__in=[STATUS.queued, STATUS.requeued])
    now = timezone.now()
    oldest = waiting.aggregate(
        due=Min(Coalesce("scheduled_time", "created")), tried=Min("created", filter=Q(status=STATUS.requeued))
    )
    late = max(now - (oldest["due"] or now), timedelta())
    sent = Email.objects.filter(status=STATUS.sent, last_updated__gte=now - NOTHING_SENT)
    is_refused = now - (oldest["tried"] or now) > NOTHING_SENT and not sent.exists()
    told = {"oldest_due_seconds": round(late.total_seconds()), "none_sent_for_hours": is_refused}
    return {"ok": late <= OLDEST_DUE and not is_refused} | told


@in_database
def failed_mails():
    since = timezone.now() - timedelta(days=1)
    failed = Email.objects.filter(status=STATUS.failed, last_updated__gte=since).count()
    return {"ok": failed <= MOST_FAILED, "in_a_day": failed}


def disk():
    try:
        free = shutil.disk_usage(settings.DATA_DIR).free
    except OSError as error:
        return {"name": "disk", "ok": False, "error": type(error).__name__}
    return {"name": "disk", "ok": free >= LEAST_FREE, "free_bytes": free}
