"""Nothing that is not public is heard at any address, whoever asks, however it is asked for."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.signing import dumps
from django.test import Client
from django.urls import reverse

from members.joining.views import SENT
from members.models import Organisation
from pages.models import News, Page
from spaces.models import Space

from . import canary
from .addresses import addresses
from .canary import BIRD, EMAIL, HEARD, LATITUDE, LONGITUDE, SLUG, SONG
from .factories import SpaceFactory

pytestmark = pytest.mark.django_db

STATIC = {".css", ".js", ".json", ".svg", ".png", ".woff2", ".ttf", ".txt", ".md", ".map"}
BOX = f"{LONGITUDE - 0.01},{LATITUDE - 0.01},{LONGITUDE + 0.01},{LATITUDE + 0.01}"
QUERIES = {
    "landing": [f"q={BIRD}", f"area={BOX}", "area=4,57,32,72", "q=oslo"],
    "spaces:directory": [
        *(f"q={BIRD}", f"near={BIRD}", f"amenity={BIRD}", f"q={BIRD}&county=03", "page=2", "county=03", "open=1"),
        *("coming=0", "near=Oslo", "near=Oslo&q=ingen", "q=oslo+ingen", "near=0150&open=1&county=03"),
    ],
    "feed": ["z=4&b=4,57,32,72", f"z=4&b=4,57,32,72&q={BIRD}", f"z=17&b={BOX}", f"z=9&b={BOX}", "z=4", "b=x"],
    "admin:spaces_space_export": [f"q={BIRD}"],
}


@pytest.fixture
def own(settings):
    settings.ADDRESS_SEARCH_URL = settings.ORGANISATION_REGISTER_URL = settings.TILES_URL = ""
    settings.SECRET_KEY = settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = f"{SONG}-{'x' * 50}"
    return canary.plant()


def heard(response, asked="") -> list[str]:
    """What sings in the answer, besides what was asked for."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    told = [*map(str, response.headers.items()), *map(str, response.cookies.values()), body.decode(errors="replace")]
    text = unquote(unescape("\n".join(told)))
    for word in sorted(re.split(r"[/?&=]", asked), key=len, reverse=True):
        text = text.replace(word, "") if HEARD.search(word) else text
    return HEARD.findall(text)


def arguments(own):
    """For each parameter, everything of ours that somebody might try."""
    slugs = [*Space.history.values_list("slug", flat=True), *Organisation.history.values_list("slug", flat=True)]
    slugs += [*Page.history.values_list("slug", flat=True), *News.history.values_list("slug", flat=True)]
    keys = sorted({row.pk for model in (Space, Organisation, Page, get_user_model()) for row in model.objects.all()})
    return {
        "slug": sorted({*slugs, SLUG}),
        "token": ["x:y:z", *tokens_of(own)],
        "path": ["", "photos", "photos/", f"photos/{SONG}", f"photos/{SONG}/", "logos/", f"photos/{SONG}/480.jpg"],
        "app_label": ["members"],
        "section": ["spaces", "organisations", "pages", "texts"],
    } | dict.fromkeys(["object_id", "pk", "id", "first", "second", "content_type_id"], keys[:3])


def tokens_of(request):
    return [request.page_token, request.confirm_token, dumps(request.pk, salt=SENT)]


def everywhere(own):
    """Every address in both languages, with every argument for its first parameter, and with every query."""
    tried = arguments(own)
    for address in addresses():
        first, *others = address.parameters or [None]
        for value in tried.get(first, ["1"]):
            filled = {name: tried.get(name, ["1"])[0] for name in others} | {first: value}
            for language in ("nb", "en"):
                path = address.path(filled, language)
                yield path
                yield from (f"{path}?{query}" for query in QUERIES.get(address.name, []))


def test_nothing_private_is_heard_anywhere(own, client):
    asked = list(everywhere(own))
    assert any(SLUG in path for path in asked)
    for path in asked:
        for method in (client.get, client.head):
            response = method(path)
            assert not heard(response, path), path
    assert "Synlig" in client.get("/").content.decode()


def test_nothing_private_is_heard_by_another_applicant(own, client):
    for name in ("page", "correct", "withdraw", "answer", "erase"):
        response = client.get(reverse(f"join:{name}", args=[own.page_token]), follow=True)
        assert "Eget hus" in response.content.decode()
        assert not heard(response), name
    page = client.get(reverse("join:page", args=[own.page_token])).content.decode()
    assert "Kari Nordmann" in page
    correct = reverse("join:correct", args=[own.page_token])
    for data in ({}, {"do": "organisation"}, {"do": "add"}, {"name": BIRD, "organisation_number": "923609016"}):
        assert not heard(client.post(correct, data))
    for name in ("answer", "withdraw", "erase"):
        assert not heard(client.post(reverse(f"join:{name}", args=[own.page_token]), {"text": "Vi"}, follow=True))


def test_nothing_private_is_heard_by_who_writes(own, client):
    position = {"latitude": LATITUDE, "longitude": LONGITUDE}
    answer = client.post("/steder/", position)
    assert "Synlig" in answer.content.decode()
    assert not heard(answer)
    for data in ({}, {"do": "organisation"}, {"do": "add"}, {"name": BIRD, "contact_name": BIRD}):
        assert not heard(client.post("/bli-med/", data))
    assert not heard(client.post("/admin/login/", {"username": BIRD, "password": BIRD}))


def test_lost_link_tells_nobody_who_has_applied(own, client):
    known = canary.JoinRequest.objects.exclude(pk=own.pk).first().contact_email
    assert known.endswith(EMAIL)
    told = [client.post("/bli-med/lenke/", {"email": email}) for email in (known, "ingen@kanarifugl.example")]
    assert {(answer.status_code, answer["Location"]) for answer in told} == {(302, "/bli-med/lenke/sendt/")}
    assert not [found for answer in told for found in heard(answer)]


def test_nothing_private_is_heard_in_errors(own, client, monkeypatch):
    client.raise_request_exception = False
    errors = {
        client.get("/kart/punkter.json?z=99"): 400,
        client.get("/finnes-ikke/"): 404,
        client.post("/", {"latitude": BIRD}): 400,
    }
    errors |= {client.post("/om/"): 405}
    errors |= {client.get("/", headers={"host": "evil.example"}): 400}
    errors |= {Client(enforce_csrf_checks=True).post("/bli-med/", {"name": BIRD}): 403}
    monkeypatch.setattr("spaces.map.views.network_data", lambda: {}[canary.TEXT])
    errors |= {client.get("/en/"): 500}
    for response, status in errors.items():
        assert response.status_code == status
        assert not heard(response), status


def test_what_is_hidden_is_heard_no_more_by_who_had_it(client):
    """Pages are kept, here and by browsers: they are gone with the next request all the same."""
    space = SpaceFactory(**canary.song(Space, latitude=LATITUDE, longitude=LONGITUDE))
    canary.PhotoFactory(space=space, key=SONG)
    paths = ["/", "/en/", "/steder/", "/medlemmer/", space.organisation.get_absolute_url(), space.get_absolute_url()]
    paths += ["/sitemap-spaces.xml", "/kart/punkter.json?z=4&b=4,57,32,72"]
    had = {path: client.get(path) for path in paths}
    assert [path for path, page in had.items() if not heard(page)] == []
    Space.objects.hide(by=None)
    for path, page in had.items():
        headers = {"if-none-match": page["ETag"]} if page.has_header("ETag") else {}
        for asked in ({}, headers, headers | {"if-modified-since": "Fri, 31 Dec 2100 00:00:00 GMT"}):
            response = client.get(path, headers=asked)
            assert response.status_code in (200, 404)
            assert not heard(response, path), path


def test_every_table_sings(own):
    assert not [model._meta.label for model in apps.get_models() if not canary.sings(model)]


def test_static_files_are_of_known_kinds():
    files = {Path(name) for finder in get_finders() for name, _storage in finder.list([])}
    assert {file.suffix for file in files if file.name != "LICENSE"} <= STATIC
