"""The mails of a join request: to the applicant in the language of the form, to the coordinators in Norwegian.

Each is queued in the transaction of what it tells of, and linked to its requests, so that it is erased with them; no
mail is kept whose request is erased at the same moment.
"""

from django.conf import settings
from django.db import transaction
from post_office.models import Email

from ..coordinators import told_at_once
from ..emails import queue

COORDINATORS_LANGUAGE = "nb"
MOST_LINKS = 10


def confirm_address(request):
    _to_applicant("confirm_address", request)


def remind_to_confirm(request):
    _to_applicant("remind_to_confirm", request)


@transaction.atomic
def links(requests):
    """The way back to each of one applicant's requests, for somebody who lost it; nothing where there is none."""
    requests = list(requests.select_for_update()[:MOST_LINKS])  # locked, so that none is erased before it is linked
    if requests:
        email = _to_applicant("links", requests[0], requests=requests)
        for request in requests[1:]:
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


def approved(request, organisation, spaces: list):
    """The spaces are those that the request was for."""
    _to_applicant("approved", request, organisation=organisation, spaces=spaces)


def new_request(request):
    _to_all_told_at_once("new_request", request)


def new_answer(request):
    _to_all_told_at_once("new_answer", request)


def overdue(request, coordinator) -> Email:
    return _to_coordinator("overdue", coordinator, [request], request=request, days=settings.DAYS_TO_DECIDE)


def digest(coordinator, new: list, answered: list) -> Email:
    """What came in since the coordinator's last digest: requests, and answers to what was asked."""
    return _to_coordinator("digest", coordinator, [*new, *answered], new=new, answered=answered)


@transaction.atomic
def _to_applicant(name, request, **context) -> Email:
    email = queue(
        name,
        to=request.contact_email,
        language=request.language,
        context={"request": request, "contact_email": settings.CONTACT_EMAIL, **context},
        reply_to=settings.CONTACT_EMAIL,
    )
    request.mails.add(email)
    return email


def _to_all_told_at_once(name, request):
    for coordinator in told_at_once():
        _to_coordinator(name, coordinator, [request], request=request)


@transaction.atomic
def _to_coordinator(name, coordinator, requests, **context):
    reply_to = requests[0].contact_email if len(requests) == 1 else ""
    email = queue(name, to=coordinator.email, language=COORDINATORS_LANGUAGE, context=context, reply_to=reply_to)
    for request in requests:
        request.mails.add(email)
    return email
