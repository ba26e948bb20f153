from datetime import timedelta

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from accounts.models import Invitation, LoginEvent
from accounts.sessions import purge_ended_sessions
from core.bin.models import Deletion
from core.models import ContentVersion, KeptFile, RateLimit
from mail import outbox
from members.joining.models import JoinRequest
from members.joining.models.querysets import RETENTION_DAYS
from members.models import ContactPerson
from spaces.models import Space

COUNTER_RETENTION_DAYS = 2  # longer than any limit looks back
LOGIN_RETENTION_DAYS = 90  # who logged in, who was refused, and who was invited


class Command(BaseCommand):
    help = (
        "Erases the join requests that the privacy page says are kept no longer, and lists them; with them old mails, "
        "counters, logins and refusals, files that were sent and never stored, and what has been in the bin for ninety "
        "days. Run it every day."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="only list the join requests, and erase nothing")

    def handle(self, *, dry_run, **options):
        for key in list(JoinRequest.objects.expired().values_list("pk", flat=True)):
            if line := erase(key, dry_run):
                self.stdout.write(line)
        if not dry_run:
            now = timezone.now()
            mails = outbox.purge_before(now - timedelta(days=RETENTION_DAYS))
            left = timezone.localdate() - timedelta(days=RETENTION_DAYS)
            if persons := ContactPerson.objects.erase_left_before(left):
                self.stdout.write(f"{persons} contact persons")
            ContentVersion.purge_before(now - timedelta(days=COUNTER_RETENTION_DAYS))
            counters = RateLimit.objects.purge_before(now - timedelta(days=COUNTER_RETENTION_DAYS))
            self.stdout.write(f"{mails} old mails, {counters} old counters")
            Invitation.objects.purge_before(now - timedelta(days=LOGIN_RETENTION_DAYS))
            if events := LoginEvent.objects.purge_before(now - timedelta(days=LOGIN_RETENTION_DAYS)):
                self.stdout.write(f"{events} old logins and refusals")
            Space.objects.update_gaps()  # what an older version stored while it was replaced
            if deletions := Deletion.objects.purge():
                self.stdout.write(f"{deletions} deleted things in the bin")
            if files := KeptFile.objects.purge_expired():
                self.stdout.write(f"{files} files that were sent and not stored")
            if sessions := purge_ended_sessions():
                self.stdout.write(f"{sessions} sessions at their end")


@transaction.atomic
def erase(key, dry_run) -> str:
    """Return a line without names; blank if it is not expired any more or another run was first."""
    request = JoinRequest.objects.expired().select_for_update(of=("self",)).filter(pk=key).first()
    if request is None:
        return ""
    spaces, events, mails = request.spaces.count(), request.events.count(), request.mails.count()
    if not dry_run:
        request.erase()
    since = timezone.localdate(request.waits_since)
    return f"join request {key}, {request.state} since {since}: {spaces} spaces, {events} events, {mails} mails"
