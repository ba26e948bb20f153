import re

from django import template
from django.conf import settings
from django.urls import reverse

register = template.Library()
WEB_ADDRESS = re.compile(r"(?<!\S)https?://\S+(?!\S)")


@register.simple_tag(takes_context=True)
def link(context, name, *args, query=None, **kwargs):
    """Return a page's URL in the mail's language; standing alone between spaces it becomes a link, as no other does."""
    address = settings.SITE_URL + reverse(name, args=args, kwargs=kwargs, query=query)
    context["links"].add(address)
    return address


@register.simple_tag(takes_context=True)
def secret(context, text):
    """Return a text that only the recipient may read: the outbox encrypts it, and erases it once the mail is sent."""
    context["secrets"].add(text)
    return text


@register.simple_tag(takes_context=True)
def secret_link(context, name, *args, **kwargs):
    return secret(context, link(context, name, *args, **kwargs))


@register.simple_tag(takes_context=True)
def typed(context, text):
    """Return a coordinator's text, whose web addresses become links: never for what a stranger may have typed."""
    context["links"].update(WEB_ADDRESS.findall(text))
    return text
