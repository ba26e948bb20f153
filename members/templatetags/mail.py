from django import template
from django.conf import settings
from django.urls import reverse

register = template.Library()


@register.simple_tag(takes_context=True)
def link(context, name, *args, **kwargs):
    """The address of a page, in the mail's language. Set apart by spaces it can be clicked; no other address can."""
    address = settings.SITE_URL + reverse(name, args=args, kwargs=kwargs)
    context["links"].add(address)
    return address
