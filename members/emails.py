"""The mails that the site writes, from templates/members/emails/<name>_subject.txt and <name>_body.txt."""

import re

from django.core.mail import EmailMultiAlternatives
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils import translation
from django.utils.text import Truncator
from post_office.models import Email

from . import outbox
from .validators import validate_mailbox

UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def queue(name: str, *, to: str, language: str, context: dict, reply_to: str = "", is_secret: bool = False) -> Email:
    """Put a mail into the outbox, in the caller's transaction. ValidationError where an address is no mailbox.

    The outbox shows nobody the text of a secret one.
    """
    for address in [to, reply_to] if reply_to else [to]:
        validate_mailbox(address)
    links = set()
    with translation.override(language):
        subject = Truncator(" ".join(_rendered(f"{name}_subject", context, links).split())).chars(200)
        text = _rendered(f"{name}_body", context, links)
        html = render_to_string(
            "members/emails/base.html", {"subject": subject, "paragraphs": _paragraphs(text), "links": links}
        )
    headers = {"Auto-Submitted": "auto-generated"} | (outbox.SECRET if is_secret else {})
    message = EmailMultiAlternatives(subject, text, to=[to], reply_to=[reply_to] if reply_to else [], headers=headers)
    message.attach_alternative(html, "text/html")
    return outbox.put(message)


def _rendered(template, context, links):
    template = get_template(f"members/emails/{template}.txt").template
    text = template.render(Context(context | {"links": links}, autoescape=False))
    text = UNPRINTABLE.sub("", text.replace("\r\n", "\n"))
    return re.sub(r"\s*\n\s*\n\s*", "\n\n", text).strip() + "\n"


def _paragraphs(text):
    """The text as paragraphs of lines of words."""
    return [[line.split(" ") for line in paragraph.split("\n")] for paragraph in text.strip().split("\n\n")]
