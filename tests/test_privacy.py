"""Nothing that people type becomes anything but text, and no log tells what is secret."""

import html
import io
import json
import logging
import re
from itertools import product

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from spaces.search.directory import Directory

from .factories import AmenityFactory, JoinRequestFactory, OrganisationFactory, PhotoFactory, SpaceFactory
from .payloads import PAYLOADS

pytestmark = pytest.mark.django_db


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
    organisation.contact_persons.create(name=payload, role=payload[:80], email="kari@example.org")
    addresses = ["/", "/steder/", "/medlemmer/", "/steder/place/", "/medlemmer/org/"]
    addresses += ["/admin/spaces/space/", "/admin/members/organisation/"]
    addresses += [f"/admin/members/organisation/{organisation.pk}/change/"]
    addresses += [f"/admin/spaces/space/{space.pk}/{page}/" for page in ("change", "history", "preview")]
    for address in addresses:
        page = coordinator_client.get(address).content.decode()
        assert html.escape(payload) in page.replace("&#39;", "&#x27;"), address
        assert all("src=" in tag or "json" in tag for tag in re.findall("<script[^>]*>", page))
        if html.escape(payload) != payload:
            # nh3 leaves quotation marks in a description alone: tests/core/test_markdown.py.
            cleaned = '<script[^>]*json">.+?</script>|<div class="text-prose".+?</div>'
            assert payload not in re.sub(cleaned, "", page, flags=re.DOTALL), address
    assert payload in [
        point["name"]
        for data in data_in(coordinator_client.get("/").content.decode())
        for point in data.get("points", [])
    ]


def test_hostile_search_stays_text(client, settings):
    settings.ADDRESS_SEARCH_URL = ""
    for name, payload in product(["q", "near"], PAYLOADS):
        page = client.get("/steder/", {name: payload}).content.decode()
        assert html.escape(payload) in page.replace("&#39;", "&#x27;"), name
        assert html.escape(payload) == payload or payload not in page, name


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
    told = log.getvalue()
    assert "/bli-med/<str:token>/" in told
    assert "/en/join/<str:token>/withdraw/" in told
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
