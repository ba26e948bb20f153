"""Nothing that is not public shows anywhere, and nothing that people type becomes anything but text."""

import html
import io
import json
import logging
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from members.models import Organisation
from spaces.directory import Directory
from spaces.models import Space

from .factories import AmenityFactory, JoinRequestFactory, OrganisationFactory, PhotoFactory, SpaceFactory

pytestmark = pytest.mark.django_db

CANARY = "Kanarifugl"
DIRECTORY = ["near=Oslo", "near=Oslo&q=ingen", "q=oslo+ingen", "open=1", "coming=0", "near=0150&open=1&county=03"]
PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "</script><script>alert(1)</script>",
    "{{ 7|add:7 }}{% load x %}",
    "<!--<script>",
]


def public_addresses():
    """Every address that the public could try, those of hidden things included."""
    for language in ("nb", "en"):
        with translation.override(language):
            yield from map(reverse, ["landing", "spaces:directory", "members:organisations", "about", "join:form"])
            yield reverse("spaces:directory") + f"?q={CANARY}"
            yield from (space.get_absolute_url() for space in Space.objects.all())
            yield from (organisation.get_absolute_url() for organisation in Organisation.objects.all())
    yield from (f"/sitemap{section}.xml" for section in ("", "-pages", "-spaces", "-organisations"))
    yield f"/steder/?q={CANARY}&county=03"
    yield from (f"/steder/?{query}" for query in DIRECTORY)


def test_canaries_sing_nowhere(client):
    seen = SpaceFactory(name="Synlig", slug="synlig")
    organisation = seen.organisation
    hidden = [
        SpaceFactory(organisation=organisation, name=f"{CANARY} skjult", slug="kanarifugl-1", hidden=True),
        SpaceFactory(organisation=organisation, name=f"{CANARY} stengt", slug="kanarifugl-2", closed=True),
        SpaceFactory(
            organisation=OrganisationFactory(former=True, name=f"{CANARY} borte", slug="kanarifugl-3"),
            name=f"{CANARY} forlatt",
            slug="kanarifugl-4",
        ),
        SpaceFactory(
            organisation=OrganisationFactory(prospect=True, name=f"{CANARY} utkast", slug="kanarifugl-5"),
            name=f"{CANARY} utkast",
            slug="kanarifugl-6",
            hidden=True,
        ),
    ]
    for space in hidden:
        space.amenities.add(AmenityFactory(name_nb=f"{CANARY} gode", name_en=f"{CANARY} amenity"))
        Space.objects.filter(pk=space.pk).update(opening_hours="24/7")
        PhotoFactory(space=space, alt_nb=CANARY)
    OrganisationFactory(prospect=True, name=f"{CANARY} uten sted", slug="kanarifugl-7")
    for address in public_addresses():
        response = client.get(address)
        body = response.content.decode()
        if response.status_code == 404:
            body = body.replace(address.strip("/").split("/")[-1], "")  # what the visitor typed, not what we know
        body = body.replace(f'value="{CANARY}"', "").replace(f"q={CANARY}", "")
        body = re.sub(f"[«“]{CANARY}[»”]|: {CANARY} –", "", body)
        assert CANARY.lower() not in body.lower(), address
    page = client.post("/steder/", {"latitude": 59.91273, "longitude": 10.74609}).content.decode()
    assert "Synlig" in page
    assert CANARY.lower() not in page.lower()


def data_in(page):
    return [json.loads(text) for text in re.findall(r"json\">(.+?)</script>", page, re.DOTALL)]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_text_stays_text(client, coordinator_client, payload):
    organisation = OrganisationFactory(name=payload, slug="org", description_nb=payload)
    space = SpaceFactory(
        organisation=organisation,
        name=payload,
        slug="place",
        address=payload,
        town=payload[:80],
        municipality=payload[:80],
        description_nb=payload,
    )
    space.amenities.add(AmenityFactory(name_nb=payload, name_en=payload))
    PhotoFactory(space=space, alt_nb=payload, credit=payload)
    addresses = ["/", "/steder/", "/medlemmer/", "/steder/place/", "/medlemmer/org/"]
    addresses += [
        f"/admin/spaces/space/{space.pk}/change/",
        "/admin/spaces/space/",
        "/admin/members/organisation/",
    ]
    addresses += [f"/admin/spaces/space/{space.pk}/history/", f"/admin/spaces/space/{space.pk}/preview/"]
    for address in addresses:
        page = coordinator_client.get(address).content.decode()
        assert html.escape(payload) in page.replace("&#39;", "&#x27;"), address
        assert all("src=" in tag or "json" in tag for tag in re.findall("<script[^>]*>", page))
        if html.escape(payload) != payload:
            assert payload not in re.sub('<script[^>]*json">.+?</script>', "", page, flags=re.DOTALL), address
    assert payload in [point["name"] for point in data_in(coordinator_client.get("/").content.decode())[1]["points"]]


@pytest.mark.parametrize("name", ["q", "near"])
@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_search_stays_text(client, settings, name, payload):
    settings.ADDRESS_SEARCH_URL = ""
    page = client.get("/steder/", {name: payload}).content.decode()
    assert html.escape(payload) in page.replace("&#39;", "&#x27;")
    assert html.escape(payload) == payload or payload not in page


@pytest.fixture
def log():
    """What the project's own handler writes."""
    handler = next(handler for handler in logging.getLogger().handlers if type(handler) is logging.StreamHandler)
    written = io.StringIO()
    before = handler.setStream(written)
    yield written
    handler.setStream(before)


def test_logs_keep_no_secret_address(log):
    request = JoinRequestFactory(state="received")
    client = Client(enforce_csrf_checks=True)
    for language, page in (("nb", "answer"), ("en", "withdraw")):
        with translation.override(language):
            for name, token in (("confirm", request.confirm_token), ("page", "x:y:z"), (page, request.page_token)):
                client.post(reverse(f"join:{name}", args=[token]))
    logging.getLogger("django.request").error("Internal Server Error: %s", f"/bli-med/{request.page_token}/")
    told = log.getvalue()
    assert "/bli-med/…" in told
    assert "/en/join/…" in told
    assert request.page_token not in told
    assert "x:y:z" not in told


def test_logs_keep_no_position(client, db, log, caplog, monkeypatch):
    caplog.set_level("DEBUG")
    client.raise_request_exception = False
    for broken in ({}, {"latitude": "nan"}, {"latitude": "59.123456"}):
        position = {"latitude": "59.123456", "longitude": "10.654321"} | broken
        monkeypatch.setattr("spaces.views.Directory", None if broken else Directory)
        client.post("/steder/", position)
    told = log.getvalue() + caplog.text
    assert "Internal Server Error" in told
    assert "59.123456" not in told
    assert "10.654321" not in told
