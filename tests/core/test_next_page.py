"""Where what is done in the admin leads back to."""

import re
from html import unescape

import pytest

from core.bin.models import Deletion
from tests.factories import AmenityFactory, SpaceFactory
from tests.html_forms import Form, fields_of

pytestmark = pytest.mark.django_db

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "javascript:alert(1)",
    "http:evil.example",
    "foo",
]


def test_saving_leads_back_to_where_the_form_was_opened(coordinator_client):
    space = SpaceFactory(name="Huset")
    start = unescape(coordinator_client.get("/admin/?county=03").content.decode())
    address = re.search(r'href="(\S+/change/\S+)">Huset', start)[1]
    fields = fields_of(coordinator_client.get(address), "space_form")
    saved = coordinator_client.post(address, fields | {"name": "Nytt", "_save": "Lagre"})
    assert saved["Location"] == "/admin/?county=03#board"
    space.refresh_from_db()
    assert space.name == "Nytt"
    fields = fields_of(coordinator_client.get(address), "space_form")
    stays = coordinator_client.post(address, fields | {"_continue": "Lagre"})["Location"]
    assert stays.startswith(f"/admin/spaces/space/{space.pk}/change/?next=")


@pytest.mark.parametrize("url", ELSEWHERE)
def test_nothing_leads_to_another_site(coordinator_client, coordinator, url):
    amenity = AmenityFactory()
    address = f"/admin/spaces/amenity/{amenity.pk}/"
    fields = fields_of(coordinator_client.get(f"{address}change/"), "amenity_form")
    amenity.name_nb = "Ny"
    amenity.save()
    Deletion.objects.put(gone := AmenityFactory(), by=coordinator)
    bring_back = f"{address}history/{amenity.history.last().pk}/bring-back/"
    restore = f"/admin/bin/deletion/{Deletion.objects.get(key=gone.pk).pk}/restore/"
    answers = {
        f"{address}change/": "/admin/spaces/amenity/",
        bring_back: f"{address}history/",
        restore: f"/admin/spaces/amenity/{gone.pk}/change/",
        f"{address}delete/": "/admin/spaces/amenity/",
    }
    for page, location in answers.items():
        data = fields | {"post": "yes", "_save": "Lagre", "made_from": amenity.history.first().pk}
        assert coordinator_client.post(f"{page}?next={url}", data)["Location"] == location, page


def test_undoing_leads_back_to_the_page_it_was_pressed_on(coordinator_client, coordinator):
    amenity = AmenityFactory(name_nb="Før")
    amenity._history_user, amenity.name_nb = coordinator, "Nå"
    amenity.save()
    for page, anchor in {"/admin/": "#log-heading", "/admin/log/?kind=amenity": ""}.items():
        shown = unescape(coordinator_client.get(page).content.decode())
        entry = next(
            each for each in re.findall(r'<li class="log-entry">.*?</li>', shown, re.DOTALL) if "<form" in each
        )
        action = re.search('action="(.*?)"', entry)[1]
        assert coordinator_client.post(action, Form(entry, action).fields)["Location"] == page + anchor
