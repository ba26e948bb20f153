import json
import re

import pytest

from tests.factories import OrganisationFactory, SpaceFactory

pytestmark = pytest.mark.django_db


def test_organisations_tells_members_from_those_on_the_way(client):
    SpaceFactory(organisation__name="Med")
    SpaceFactory(organisation=OrganisationFactory(prospect=True, name="Snart"), coming=True)
    OrganisationFactory(former=True, name="Borte")
    page = client.get("/medlemmer/").content.decode()
    members, prospects = page.split("<h2>")
    assert "Med" in members
    assert "Snart" in prospects
    assert "Borte" not in page


def test_organisations_come_by_pages_members_first(client, monkeypatch):
    monkeypatch.setattr("members.views.PAGE_SIZE", 2)
    SpaceFactory(organisation=OrganisationFactory(prospect=True, name="A snart"), coming=True)
    for name in ("Ås", "Bø", "Ør"):
        OrganisationFactory(name=name)
    first, second = (client.get(f"/medlemmer/?page={number}").content.decode() for number in (1, 2))
    shown = [re.findall(r'class="mark-name">([^<]+)<', page) for page in (first, second)]
    assert shown == [["Bø", "Ør"], ["Ås", "A snart", "Ditt hus?"]]
    assert "3 organisasjoner" in first
    assert 'rel="next" href="?page=2"' in first
    assert 'rel="canonical" href="http://127.0.0.1:8000/medlemmer/?page=2"' in second
    assert second.index(">Ås<") < second.index("<h2>På vei inn</h2>") < second.index("A snart")


def test_organisations_of_one_space_lead_to_it(client):
    one, two = OrganisationFactory(slug="en"), OrganisationFactory(slug="to")
    SpaceFactory(organisation=one, slug="huset"), SpaceFactory(organisation=one, hidden=True)
    SpaceFactory.create_batch(2, organisation=two)
    OrganisationFactory(slug="ingen")
    page = client.get("/medlemmer/").content.decode()
    assert set(re.findall(r'<a class="mark"\s+href="([^"]+)"', page)) == {
        "/steder/huset/",
        "/medlemmer/to/",
        "/medlemmer/ingen/",
    }
    assert client.get("/medlemmer/en/").status_code == 200, "old addresses work"


def test_organisation_shows_its_public_spaces_only(client):
    organisation = OrganisationFactory(slug="org", email="post@example.org")
    SpaceFactory(organisation=organisation, name="Synlig")
    SpaceFactory(organisation=organisation, name="Skjult", hidden=True)
    page = client.get("/medlemmer/org/").content.decode()
    assert "Synlig" in page
    assert "Skjult" not in page
    assert "mailto:post@example.org" in page
    data = json.loads(re.search('ld.json">(.+?)</script>', page)[1])
    assert data["@type"] == "Organization"
    assert data["memberOf"]["name"] == "Coworking Norge"


def test_organisation_former_is_not_found(client):
    OrganisationFactory(former=True, slug="org")
    assert client.get("/medlemmer/org/").status_code == 404


def test_organisation_old_slug_leads_to_the_new(client):
    organisation = OrganisationFactory(slug="old")
    organisation.slug = "new"
    organisation.save()
    assert client.get("/en/members/old/")["Location"] == "/en/members/new/"
