"""What stands below the landing page's map: the wall of organisations, and those who joined last."""

import re

import pytest

from spaces.wall import MAX_NOTES
from tests.factories import OrganisationFactory, PhotoFactory, SpaceFactory
from tests.spaces.pages import names, page_of, words

pytestmark = pytest.mark.django_db


def notes(page):
    """Address, name and what is written below it of each note."""
    found = re.findall(r'class="mark[^"]*"\s+href="([^"]+)">(.+?)</a>', page)
    return [(address, words(text)) for address, text in found]


def test_wall_has_every_organisation_with_its_towns_and_a_note_to_fill(client):
    blender = OrganisationFactory(name="Blender", slug="blender")
    for town in ("Halden", "Fredrikstad"):
        SpaceFactory(organisation=blender, town=town)
    SpaceFactory(organisation=blender, town="Mandal", coming=True)
    everywhere = OrganisationFactory(name="Overalt", slug="overalt")
    for town in ("Oslo", "Moss", "Bodø"):
        SpaceFactory(organisation=everywhere, town=town)
    SpaceFactory(organisation__name="Åpent", town="Oslo", slug="apent")
    OrganisationFactory(name="Uten sted", slug="uten")
    SpaceFactory(organisation__name="Flow", organisation__status="prospect", town="Tromsø", slug="flow", coming=True)
    SpaceFactory(organisation__name="Skjult", organisation__status="prospect", hidden=True)
    OrganisationFactory(name="Borte", former=True)
    assert notes(page_of(client, "/")) == [
        ("/medlemmer/blender/", "Blender Fredrikstad og Halden"),
        ("/medlemmer/overalt/", "Overalt 3 byer"),
        ("/medlemmer/uten/", "Uten sted"),
        ("/steder/apent/", "Åpent Oslo"),
        ("/steder/flow/", "Flow Tromsø på vei inn"),
        ("/bli-med/", "Ditt hus? Søk om medlemskap"),
    ]


def test_wall_of_many_is_the_first_of_them(client):
    OrganisationFactory.create_batch(MAX_NOTES + 1)
    SpaceFactory(organisation__status="prospect", organisation__name="A")
    page = page_of(client, "/en/")
    assert len(notes(page)) == MAX_NOTES + 1
    assert "A Oslo" not in words(page)
    assert re.search('<a href="/en/members/">All members</a>', page)


def test_newest_are_those_whose_day_is_known(client):
    SpaceFactory(name="Ukjent", slug="ukjent")
    assert "Nyest i nettverket" not in page_of(client, "/")
    for day, name in {"2024-05-01": "Eldst", "2026-02-01": "Ny", "2025-01-01": "Eldre", "2026-11-01": "Nyest"}.items():
        space = SpaceFactory(name=name, organisation__member_since=day)
        SpaceFactory(organisation=space.organisation, coming=True)
        PhotoFactory(space=space)
    for day in ("2026-11-02", "2026-11-03", "2026-11-04"):
        SpaceFactory(organisation__member_since=day, coming=True)
    assert names(page_of(client, "/")) == ["Nyest", "Ny", "Eldre"]


def test_a_search_shows_its_result_alone(client):
    SpaceFactory(organisation__member_since="2026-11-01")
    for query in ("?q=oslo", "?area=5,60,6,61"):
        page = page_of(client, f"/{query}")
        assert "Nyest i nettverket" not in page
        assert notes(page) == []
