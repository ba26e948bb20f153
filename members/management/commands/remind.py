from datetime import timedelta

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from members.coordinators import reachable, told_daily
from members.join import emails
from members.join.limits import mail_allowed
from members.models import JoinRequest, MailPreference

UNDER_WAY = timedelta(minutes=1)  # what happened so short a time ago may not be committed: it is for the next digest


class Command(BaseCommand):
    help = (
        "Queues the mails that time brings: reminders to confirm, the coordinators' digests, and word of requests that "
        "have waited too long. Run it every day."
    )

    def handle(self, **options):
        reminded = sum(map(remind, JoinRequest.objects.to_remind()))
        until = timezone.now() - UNDER_WAY
        digests = sum(send_digest(coordinator, until) for coordinator in told_daily())
        coordinators = list(reachable())
        overdue = sum(tell_of_overdue(request, coordinators) for request in JoinRequest.objects.overdue())
        self.stdout.write(f"{reminded} reminded to confirm, {digests} digests, {overdue} overdue requests told of")


@transaction.atomic
def remind(request) -> bool:
    """Whether it was still to be done; tomorrow where the mailbox has had enough for a day."""
    if not JoinRequest.objects.to_remind().filter(pk=request.pk).update(reminded=True):
        return False
    if not mail_allowed(request.contact_email):
        transaction.set_rollback(True)
        return False
    request.refresh_from_db()
    emails.remind_to_confirm(request)
    return True


@transaction.atomic
def send_digest(coordinator, until) -> bool:
    """Whether anything was new, and no other run was first."""
    since = coordinator.mail_preference.told_until
    new = list(waiting("confirmed", since, until))
    answered = [request for request in waiting("answered", since, until) if request not in new]
    if not new and not answered:
        return False
    if not MailPreference.objects.filter(user=coordinator, told_until=since).update(told_until=until):
        return False
    emails.digest(coordinator, new, answered)
    return True


def waiting(what, since, until):
    """The requests that this happened to, and that still wait for the coordinators."""
    happened = {"events__what": what, "events__at__gt": since, "events__at__lte": until}
    return JoinRequest.objects.for_coordinators().filter(**happened).distinct()


@transaction.atomic
def tell_of_overdue(request, coordinators) -> bool:
    """Tell the reviewer, or all where that one cannot be reached; not done where nobody can be."""
    if not coordinators or not JoinRequest.objects.overdue().filter(pk=request.pk).update(overdue_told=True):
        return False
    request.refresh_from_db()
    reviewer = [coordinator for coordinator in coordinators if coordinator.pk == request.reviewer_id]
    for coordinator in reviewer or coordinators:
        emails.overdue(request, coordinator)
    return True
