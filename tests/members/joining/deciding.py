"""Join requests as coordinators meet them in the admin, and what each step is sent with."""

import re
from html import unescape

from members.joining.models import JoinRequest
from spaces.models import Space
from tests.factories import JoinRequestFactory

LIST = "/en/admin/members/joinrequest/"
NUMBER = "923609016"
State = JoinRequest.State
ALL_THREE = {"has_place": "on", "has_community": "on", "has_facilitation": "on"}
PAGES = ["ask", "decline", "approve", "erase"]
# What each step is sent with, and where it leads.
STEPS = {
    "start_review": ({}, State.IN_REVIEW),
    "ask": ({"text": "Hvem er vert?"}, State.WAITING),
    "decline": ({"text": "Ikke coworking."}, State.DECLINED),
    "approve": ({"whose": "new"} | ALL_THREE, State.APPROVED),
    "assess": ({"text": "Ringte."}, State.RECEIVED),
}
OPEN = {
    State.UNCONFIRMED: {"erase"},
    State.RECEIVED: {"start_review", "ask", "decline", "approve"},
    State.IN_REVIEW: {"ask", "decline", "approve"},
    State.WAITING: {"decline", "approve"},
    State.APPROVED: {"erase"},
    State.DECLINED: {"erase"},
    State.WITHDRAWN: {"erase"},
}


def received(state=State.RECEIVED, *, town="Oslo", **fields):
    request = JoinRequestFactory(state=state, **{"name": "Loftet"} | fields)
    request.spaces.create(name="Loftet", town=town)
    return request


def url(request, step="change"):
    return f"{LIST}{request.pk}/{step}/"


def every_change(request, organisation):
    proposals = Space.objects.proposals(request.spaces.all(), organisation)
    return [change.key for proposal in proposals for change in proposal.changes]


def text(response):
    """Return the page with its white space folded, as a browser reads it."""
    return re.sub(r"[ \n]+", " ", unescape(response.content.decode()))


def messages(response):
    return [unescape(str(message)) for message in response.context["messages"]]
