"""The mails to the houses."""

from mail.emails import queue

LANGUAGE = "nb"


def fill_in(space, *, reply_to: str):
    context = {"space": space, "lacking": [fact.name for fact in space.lacking]}
    return queue("spaces/emails/fill_in", to=space.contact.email, language=LANGUAGE, context=context, reply_to=reply_to)
