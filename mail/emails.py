"""The mails that the site writes, from templates/<app>/emails/<name>_subject.txt and <name>_body.txt."""

import re

from django.core.mail import EmailMultiAlternatives
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext
from post_office.models import Email

from pages import network

from . import outbox
from .addresses import validate_mailbox

UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def queue(name: str, *, to: str, language: str, context: dict, reply_to: str = "") -> Email:
    """Put the mail `<app>/emails/<name>` into the outbox, in the caller's transaction.

    Raise ValidationError if an address is no mailbox.
    """
    for address in [to, reply_to] if reply_to else [to]:
        validate_mailbox(address)
    links, secrets = set(), set()
    with translation.override(language):
        subject = Truncator(" ".join(_render(f"{name}_subject", context).split())).chars(200)
        text = _render(f"{name}_body", context | {"links": links, "secrets": secrets})
        html = render_to_string("mail/base.html", {"subject": subject, "paragraphs": _paragraphs(text, links)})
        masked = _mask(text, secrets)
    headers = {"Auto-Submitted": "auto-generated"}
    addresses = {"from_email": network.current().sender, "to": [to], "reply_to": [reply_to] if reply_to else []}
    message = EmailMultiAlternatives(subject, text, headers=headers, **addresses)
    message.attach_alternative(html, "text/html")
    return outbox.put(message, masked=masked if secrets else "")


def _mask(text, secrets):
    for secret in sorted(secrets, key=len, reverse=True):  # one may be a part of another
        text = text.replace(secret, gettext("(hidden: only the recipient may read it)"))
    return text


def _render(template, context):
    template = get_template(f"{template}.txt").template
    text = template.render(Context(context, autoescape=False))
    # Somebody may have typed control characters or half a surrogate pair, with which no mail can be stored or sent.
    text = UNPRINTABLE.sub("", text.replace("\r\n", "\n"))
    return re.sub(r"\s*\n\s*\n\s*", "\n\n", text).strip() + "\n"


def _paragraphs(text, links):
    """Return paragraphs of lines of parts, each with whether it is a link that a template set."""
    return [[_parts(line, links) for line in paragraph.split("\n")] for paragraph in text.strip().split("\n\n")]


def _parts(line, links):
    # Only addresses that a template set become links, never one that somebody typed.
    link = "|".join(map(re.escape, links)) or "(?!)"
    return [(part, part in links) for part in re.split(rf"(?<!\S)({link})(?!\S)", line) if part]
