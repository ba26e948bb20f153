"""What every answer says, refusals included, and what nobody may keep."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.shortcuts import resolve_url
from django.test import Client

from .factories import JoinRequestFactory, SpaceFactory

pytestmark = pytest.mark.django_db

WANTED = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Strict-Transport-Security": "max-age=63072000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
ANSWERS = ["/", "/en/", "/steder/", "/kart/punkter.json?z=4&b=4,57,32,72", "/finnes-ikke/", "/robots.txt"]
ANSWERS += ["/sitemap.xml", "/healthz", "/readyz", "/admin/login/", "/admin/"]


def test_headers_of_every_answer_made_or_kept(production, settings):
    settings.SECURE_HSTS_SECONDS = 63072000
    for address in ANSWERS * 2:
        response = production.get(address)
        assert {name: response.get(name) for name in WANTED} == WANTED, address
        assert "default-src 'none'" in response["Content-Security-Policy"], address
        assert "geolocation=(self)" in response["Permissions-Policy"], address


def test_nothing_is_kept_of_what_a_coordinator_sees(coordinator_client, settings):
    space, request = SpaceFactory(), JoinRequestFactory(state="received")
    pages = ["", "steder/", "om/", "sitemap.xml", "robots.txt", "finnes-ikke/", "readyz"]
    pages += ["admin/", "admin/spaces/space/", f"admin/spaces/space/{space.pk}/change/"]
    pages += [f"admin/members/joinrequest/{request.pk}/change/"]
    for page in pages:
        assert "no-store" in coordinator_client.get(f"/{page}")["Cache-Control"], page
    assert "no-store" in Client().get(resolve_url(settings.LOGIN_URL))["Cache-Control"]


FORM = {"": "/bli-med/lenke/", "/en": "/en/join/link/"}
REFUSALS = {
    "400": lambda client, language: Client().post(FORM[language], {f"a{number}": "" for number in range(2000)}),
    "403": lambda client, language: client.get("/en/about/" if language else "/om/"),
    "403 of a form": lambda client, language: client.post(FORM[language], {}),
    "413": lambda client, language: client.post(FORM[language], {"a": "x" * 3_000_000}),
    "404": lambda client, language: client.get(f"{language}/finnes-ikke/"),
}


@pytest.fixture
def refused(monkeypatch):
    def refuse(*arguments, **options):
        raise PermissionDenied

    monkeypatch.setattr("django.views.generic.base.TemplateView.get", refuse)
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize(("language", "said"), [("", "Til kartet"), ("/en", "To the map")])
@pytest.mark.parametrize("kind", REFUSALS)
def test_refusals_belong_to_the_site(refused, kind, language, said):
    response = REFUSALS[kind](refused, language)
    page = response.content.decode()
    assert response.status_code == int(kind[:3])
    assert said in page
    assert f'<html lang="{language.strip("/") or "nb"}">' in page
    assert len(re.findall("<h1[ >]", page)) == 1
    assert 'content="noindex"' in page


def test_refusals_ask_nothing_of_the_database(refused, django_assert_num_queries):
    with django_assert_num_queries(0):
        REFUSALS["400"](refused, "")
        REFUSALS["413"](refused, "")
        REFUSALS["403 of a form"](refused, "")
