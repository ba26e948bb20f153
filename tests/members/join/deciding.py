"""Join requests as coordinators meet them in the admin, and what each step is sent with."""

from html import unescape

from members.models import JoinRequest
from tests.factories import JoinRequestFactory

LIST = "/en/admin/members/joinrequest/"
NUMBER = "923609016"
State = JoinRequest.State
ALL_THREE = {"has_place": "on", "has_community": "on", "has_facilitation": "on"}
PAGES = ["ask", "decline", "approve", "erase"]
# What each step is sent with, and where it leads.
STEPS = {
    "take": ({}, State.IN_REVIEW),
    "ask": ({"text": "Hvem er vert?"}, State.WAITING),
    "decline": ({"text": "Ikke coworking."}, State.DECLINED),
    "approve": ({"whose": "new"} | ALL_THREE, State.APPROVED),
    "assess": ({"text": "Ringte."}, State.RECEIVED),
}
OPEN = {
    State.UNCONFIRMED: {"erase"},
    State.RECEIVED: {"take", "ask", "decline", "approve"},
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


def text(response):
    return unescape(response.content.decode())


def messages(response):
    return [unescape(str(message)) for message in response.context["messages"]]
