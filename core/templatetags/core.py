import json

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from .. import unsaved
from ..fields import host
from ..history import name_or_gone, what_was_done, who_did
from ..markdown import render, render_prose, with_contact

register = template.Library()

# As Django's json_script does: no text can end the element or open another.
ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.simple_tag
def json_ld(data):
    """Write one script, or one for each of a list."""
    all_data = data if isinstance(data, list) else [data]
    texts = (json.dumps(each, cls=DjangoJSONEncoder, ensure_ascii=False).translate(ESCAPES) for each in all_data)
    script = '<script type="application/ld+json">{}</script>'
    return format_html_join("\n", script, ((mark_safe(text),) for text in texts))  # noqa: S308


@register.simple_tag(takes_context=True)
def opened_by(context):
    """Let what is typed into the form be kept if the session ends meanwhile."""
    user = context["request"].user.pk
    return format_html('<input type="hidden" name="{}" value="{}">', unsaved.OPENED_BY, unsaved.signer.sign(user))


@register.simple_tag(takes_context=True)
def and_back(context, url, anchor=""):
    """Return the address with the page that it is on as `next`, where what is done there leads back to."""
    address, separator, fragment = url.partition("#")
    query = urlencode({"next": context["request"].get_full_path() + anchor})
    return f"{address}?{query}{separator}{fragment}"


register.filter(what_was_done)
register.filter(who_did)
register.filter(name_or_gone)


@register.filter
def day_and_time(at) -> str:
    """Say when it was: today or yesterday, else the date, and the time."""
    local = timezone.localtime(at)
    days = {0: _("today"), 1: _("yesterday")}
    day = days.get((timezone.localdate() - local.date()).days) or date_format(local, "SHORT_DATE_FORMAT")
    return f"{day} {date_format(local, 'TIME_FORMAT')}"


@register.filter
def grouped(count: int) -> str:
    return number_format(count, force_grouping=True) if count > 999 else str(count)


register.filter(host)


@register.filter
def markdown(text: str) -> str:
    return render(text).html


@register.simple_tag
def language_of(publication) -> str:
    """Write the attribute lang where the text is not in the page's language."""
    language = publication.foreign_language
    return format_html('lang="{}"', language) if language else ""


@register.filter
def prose(text: str, contact_email: str = "") -> str:
    return render_prose(with_contact(text, str(contact_email))).html
