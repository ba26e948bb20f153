from datetime import timedelta

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from members import outbox
from members.login.second_step import forget_sessions
from members.models import Change, JoinRequest, Limit, LoginEvent
from members.models.join_request_queryset import DAYS_KEPT

DAYS_COUNTED = 2  # longer than any limit looks back
DAYS_LOGGED = 90  # who logged in and who was refused


class Command(BaseCommand):
    help = (
        "Erases the join requests that the privacy page says are kept no longer, and lists them; with them old mails, "
        "counters, logins and refusals. Run it every day."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="only list the join requests, and erase nothing")

    def handle(self, *, dry_run, **options):
        for key in list(JoinRequest.objects.expired().values_list("pk", flat=True)):
            if line := erase(key, dry_run):
                self.stdout.write(line)
        if not dry_run:
            now = timezone.now()
            mails = outbox.forget(now - timedelta(days=DAYS_KEPT))
            Change.forget(now - timedelta(days=DAYS_COUNTED))
            counters = Limit.objects.forget(now - timedelta(days=DAYS_COUNTED))
            self.stdout.write(f"{mails} old mails, {counters} old counters")
            if events := LoginEvent.objects.forget(now - timedelta(days=DAYS_LOGGED)):
                self.stdout.write(f"{events} old logins and refusals")
            if sessions := forget_sessions():
                self.stdout.write(f"{sessions} sessions at their end")


@transaction.atomic
def erase(key, dry_run) -> str:
    """What it was, naming nobody; blank where it has not expired any more, or another run was first."""
    request = JoinRequest.objects.expired().select_for_update(of=("self",)).filter(pk=key).first()
    if request is None:
        return ""
    spaces, events, mails = request.spaces.count(), request.events.count(), request.mails.count()
    if not dry_run:
        request.erase()
    since = timezone.localdate(request.waits_since)
    return f"join request {key}, {request.state} since {since}: {spaces} spaces, {events} events, {mails} mails"
