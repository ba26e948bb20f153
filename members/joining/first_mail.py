"""The first mail of an application, which goes to an address that nobody has confirmed."""

from datetime import timedelta

from django.utils import timezone
from post_office.models import STATUS

from mail import outbox

from . import emails, limits

SOON = timedelta(minutes=5)


def count(join_request, client: str):
    """Count the request's latest mail; hold it back while too many go. Raise ValidationError if a limit is reached."""
    due = limits.count_request(client, join_request.contact_email)
    if due > timezone.now():
        outbox.hold(join_request.mails.latest("pk"), due)
        emails.many_requests()


def is_held(join_request) -> bool:
    """Return whether it is waiting for its turn; a worker that sends it needs a few minutes at most."""
    soon = timezone.now() + SOON
    return join_request.mails.filter(status=STATUS.queued, scheduled_time__gt=soon).exists()


def notify_of_refusal(error):
    # outside of the form's own transaction, which is undone
    if isinstance(error, limits.TooManyRequests):
        emails.many_requests()
