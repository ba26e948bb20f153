"""A mailing as one of its recipients gets it, and as a trial for who writes it."""

from mail.addresses import is_mailbox
from mail.emails import queue
from pages import network

LANGUAGE = "nb"


def mailing(recipient):
    context = {"organisation": recipient.organisation, "is_person": recipient.is_person}
    _queue(recipient.mailing, recipient.address, context)


def trial(mailing, to: str):
    _queue(mailing, to, {"is_trial": True})


def _queue(mailing, to, context):
    address = network.current().contact_email
    reply_to = address if is_mailbox(address) else ""
    context |= {"mailing": mailing, "can_reply": bool(reply_to)}
    queue("mailings/emails/mailing", to=to, language=LANGUAGE, context=context, reply_to=reply_to)
