"""The mails of a join request: to the applicant in the language of the form, to the coordinators in Norwegian.

Each is queued in the transaction of its occasion, and linked to its requests so that it is erased with them.
"""

from django.conf import settings
from django.db import transaction
from post_office.models import STATUS, Email

from accounts.coordinators import reachable
from mail.addresses import is_mailbox
from mail.emails import queue
from pages import network

from .coordinators import notified_at_once
from .limits import MAX_FIRST_MAILS, notice_allowed

COORDINATORS_LANGUAGE = "nb"
MAX_LINKS = 10


def confirm_address(request):
    _to_applicant("confirm_address", request)


def confirm_addresses(requests: list) -> Email:
    """Queue one mail for several requests that name one address, the latest first."""
    email = _to_applicant("confirm_addresses", requests[0], requests=requests)
    for request in requests[1:]:
        request.mails.add(email)
    return email


def remind_to_confirm(request):
    _to_applicant("remind_to_confirm", request)


@transaction.atomic
def links(requests):
    requests = list(requests.select_for_update()[:MAX_LINKS])  # locked, so that none is erased before it is linked
    if requests:
        email = _to_applicant("links", requests[0], requests=requests)
        for request in requests[1:] if email else []:
            request.mails.add(email)


def received(request):
    _to_applicant("received", request)


def in_review(request):
    _to_applicant("in_review", request)


def question(request, text: str):
    _to_applicant("question", request, question=text)


def answer_received(request):
    _to_applicant("answer_received", request)


def corrected(request):
    _to_applicant("corrected", request)


def withdrawn(request):
    _to_applicant("withdrawn", request)


def declined(request, reason: str):
    _to_applicant("declined", request, reason=reason)


def approved(request, organisation, spaces: list, *, was_member: bool):
    _to_applicant("approved", request, organisation=organisation, spaces=spaces, was_member=was_member)


def new_request(request):
    _to_notified_at_once("new_request", request)


def new_answer(request):
    _to_notified_at_once("new_answer", request)


def overdue(request, coordinator) -> Email:
    return _to_coordinator("overdue", coordinator, [request], request=request, days=settings.DAYS_TO_DECIDE)


def digest(coordinator, new: list, answered: list) -> Email:
    return _to_coordinator("digest", coordinator, [*new, *answered], new=new, answered=answered)


@transaction.atomic
def many_requests():
    if notice_allowed("requests"):
        for coordinator in reachable():
            context = {"mails_an_hour": MAX_FIRST_MAILS, "unconfirmed": {"waits": "unconfirmed"}}
            _to_coordinator("many_requests", coordinator, [], **context)


def undelivered(coordinator, count: int) -> Email:
    return _to_coordinator("undelivered", coordinator, [], count=count, failed={"state": STATUS.failed})


@transaction.atomic
def _to_applicant(name, request, **context) -> Email | None:
    # An address from before a rule that refuses it now: the request can still be decided, and the others reminded.
    if not is_mailbox(request.contact_email):
        return None
    contact_email = network.current().contact_email
    email = queue(
        f"joining/emails/{name}",
        to=request.contact_email,
        language=request.language,
        context={"request": request, "contact_email": contact_email, **context},
        reply_to=contact_email,
    )
    request.mails.add(email)
    return email


def _to_notified_at_once(name, request):
    for coordinator in notified_at_once():
        _to_coordinator(name, coordinator, [request], request=request)


@transaction.atomic
def _to_coordinator(name, coordinator, requests, **context):
    # A reply goes to the applicant, unless a digest speaks of several.
    reply_to = requests[0].contact_email if len(requests) == 1 and is_mailbox(requests[0].contact_email) else ""
    email = queue(
        f"joining/emails/{name}",
        to=coordinator.email,
        language=COORDINATORS_LANGUAGE,
        context=context,
        reply_to=reply_to,
    )
    for request in requests:
        request.mails.add(email)
    return email
