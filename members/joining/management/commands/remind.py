from datetime import timedelta

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone
from post_office.models import STATUS, Email

from accounts.coordinators import reachable
from members.joining import emails
from members.joining.coordinators import notified_daily
from members.joining.limits import mail_allowed, notice_allowed
from members.joining.models import Event, JoinRequest, MailPreference

COMMIT_MARGIN = timedelta(minutes=1)  # what is newer may not be committed yet: it is for the next digest


class Command(BaseCommand):
    help = (
        "Queues the mails that time brings: reminders to confirm, the coordinators' digests, and word of requests that "
        "have waited too long. Run it every day."
    )

    def handle(self, **options):
        reminded = sum(map(remind, JoinRequest.objects.to_remind()))
        until = timezone.now() - COMMIT_MARGIN
        digests = sum(send_digest(coordinator, until) for coordinator in notified_daily())
        coordinators = list(reachable())
        overdue = sum(notify_of_overdue(request, coordinators) for request in JoinRequest.objects.overdue())
        notify_of_undelivered(coordinators)
        self.stdout.write(f"{reminded} reminded to confirm, {digests} digests, {overdue} overdue requests told of")


@transaction.atomic
def remind(request) -> bool:
    """Return whether a reminder was queued; postpone it if the mailbox is rate-limited."""
    if not JoinRequest.objects.to_remind().filter(pk=request.pk).update(reminded=True):
        return False
    if not mail_allowed("reminder", request.contact_email):
        transaction.set_rollback(True)
        return False
    request.refresh_from_db()
    emails.remind_to_confirm(request)
    return True


@transaction.atomic
def send_digest(coordinator, until) -> bool:
    since = coordinator.mail_preference.digested_until
    new = list(requests_with(Event.Kind.CONFIRMED, since, until))
    answered = [request for request in requests_with(Event.Kind.ANSWERED, since, until) if request not in new]
    if not new and not answered:
        return False
    # Another run may have been first.
    if not MailPreference.objects.filter(user=coordinator, digested_until=since).update(digested_until=until):
        return False
    emails.digest(coordinator, new, answered)
    return True


def requests_with(kind, since, until):
    happened = {"events__kind": kind, "events__at__gt": since, "events__at__lte": until}
    return JoinRequest.objects.for_coordinators().filter(**happened).distinct()


@transaction.atomic
def notify_of_overdue(request, coordinators) -> bool:
    """Notify the reviewer, or all coordinators if that one is unreachable; return False if nobody was notified."""
    if not coordinators or not JoinRequest.objects.overdue().filter(pk=request.pk).update(overdue_notified=True):
        return False
    request.refresh_from_db()
    reviewer = [coordinator for coordinator in coordinators if coordinator.pk == request.reviewer_id]
    for coordinator in reviewer or coordinators:
        emails.overdue(request, coordinator)
    return True


@transaction.atomic
def notify_of_undelivered(coordinators):
    since = timezone.now() - timedelta(hours=25)  # a daily job's minute varies
    failed = Email.objects.filter(status=STATUS.failed, last_updated__gt=since).count()
    if failed and notice_allowed("undelivered"):
        for coordinator in coordinators:
            emails.undelivered(coordinator, failed)
