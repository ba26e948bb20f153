import re
from datetime import datetime, time

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.timezone import make_aware
from django.utils.translation import get_language

from core.markdown import render_prose, with_contact
from core.structured_data import absolute

from . import network
from .models import News

NEWEST = 20
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LOCAL = re.compile(r'\b(href|src)="/')


class NewsFeed(Feed):
    """The newest news in the language of the address, under SITE_URL and never the request's Host."""

    feed_type = Atom1Feed
    title = "Coworking Norge"
    author_name = "Coworking Norge"

    def link(self):
        return absolute(reverse("pages:news"))

    def feed_url(self):
        return absolute(reverse("pages:feed"))

    def feed_guid(self):
        return self.feed_url()

    @property
    def language(self):
        return get_language()

    def items(self):
        return News.objects.public().newest_first()[:NEWEST]

    def item_link(self, item):
        return absolute(item.get_absolute_url())

    def item_title(self, item):
        return NOT_IN_XML.sub("", item.title)

    def item_description(self, item):
        # Readers take it for HTML, and know no addresses without a host.
        html = render_prose(with_contact(item.text, network.current().contact_email)).html
        html = LOCAL.sub(rf'\1="{settings.SITE_URL}/', NOT_IN_XML.sub("", html))
        return format_html('<div lang="{}">{}</div>', item.language, mark_safe(html))  # noqa: S308

    def item_pubdate(self, item):
        return make_aware(datetime.combine(item.date, time()))

    item_updateddate = item_pubdate
