"""The mails about join requests: what they are made of, and what stands in them."""

import re

from django.urls import reverse

from tests.factories import JoinRequestFactory
from tests.mail.test_emails import body

SITE = "https://coworking.example"
TYPED = "x https://evil.example/ https://coworking.example/admin/ www.evil.example a@b.no {{ 7|add:7 }} {% if %} <b>"
SPACE = {"name": "Loftet", "town": "Oslo"}
CONFIRM, PAGE = "join:confirm", "join:page"


def make(state, **fields):
    request = JoinRequestFactory(state=state, meets_all=True, **fields)
    request.spaces.create(**SPACE)
    return request


def address(page, request):
    """Return the page's address in the language in force."""
    arguments = {CONFIRM: lambda: [request.confirm_token], PAGE: lambda: [request.page_token]}
    arguments["spaces:space"] = lambda: [request.member.spaces.get().slug]
    arguments["admin:members_joinrequest_change"] = lambda: [request.pk]
    return SITE + reverse(page, args=arguments.get(page, list)())


def links(email):
    return set(re.findall('href="([^"]*)"', body(email, "html")))


def assert_typed_is_text(email):
    assert not any("evil.example" in link or link == f"{SITE}/admin/" for link in links(email))
    assert TYPED in body(email).replace("\n", " ")
    assert "{{ 7|add:7 }} {% if %} &lt;b&gt;" in body(email, "html")
