"""The first mail of an application, which goes to an address that nobody has confirmed."""

from datetime import timedelta

from django.utils import timezone
from post_office.models import STATUS, Email

from mail import outbox
from mail.addresses import reader_key

from . import emails, limits
from .models import JoinRequest

SOON = timedelta(minutes=5)
MAX_TOGETHER = 50  # requests in one mail


def count(join_request, client: str):
    """Count the request's latest mail; hold it back while too many go. Raise ValidationError if a limit is reached.

    Where one waits to the same address already, they become one mail, which keeps its turn: however many forms
    strangers send with an address, they hold back nobody else's for a turn each.
    """
    limits.count_request(client, join_request.contact_email)
    _withdraw_held(join_request)  # to an address that it had before
    email = join_request.mails.latest("pk")
    waiting, requests = _joinable(email.to[0])
    if waiting:
        due = waiting.scheduled_time
        for each in (waiting, email):
            each.delete()
        email = emails.confirm_addresses([join_request, *requests])
    else:
        due = limits.reserve_first_mail(join_request.contact_email)
    if due > timezone.now():
        outbox.hold(email, due)
        emails.many_requests()


def _held(mails):
    """Return those that wait for their turn; a worker that sends one needs a few minutes at most."""
    return mails.filter(status=STATUS.queued, scheduled_time__gt=timezone.now() + SOON).order_by("scheduled_time", "pk")


def _withdraw_held(join_request):
    for email in _held(join_request.mails):
        join_request.mails.remove(email)  # else it would be erased with this request, and others wait in it
        if not JoinRequest.objects.filter(mails=email).exists():
            email.delete()


def _joinable(address: str) -> tuple:
    """Return the first held mail to the address that has room, locked, with its requests; or None and no requests."""
    addresses = _held(Email.objects).values_list("pk", "to")
    for key in [key for key, to in addresses if reader_key(to[0]) == reader_key(address)]:
        # Whoever joined it while this one waited for the lock has put another in its place.
        waiting = _held(Email.objects.select_for_update()).filter(pk=key).first()
        requests = list(JoinRequest.objects.unconfirmed().filter(mails=key).order_by("-created", "-pk"))
        if waiting and 0 < len(requests) < MAX_TOGETHER:
            return waiting, requests
    return None, []


def is_held(join_request) -> bool:
    return _held(join_request.mails).exists()


def notify_of_refusal(error):
    # outside of the form's own transaction, which is undone
    if isinstance(error, limits.TooManyRequests):
        emails.many_requests()
