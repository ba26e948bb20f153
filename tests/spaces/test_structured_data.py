"""What search engines are told, by schema.org's own vocabulary."""

import json
import re

import pytest

from tests.factories import AmenityFactory, OrganisationFactory, PhotoFactory, SpaceFactory
from tests.schema_org import faults
from tests.spaces.pages import page_of

pytestmark = pytest.mark.django_db


def structured(client, address):
    """What stands on the page, by type."""
    scripts = re.findall('<script type="application/ld.json">(.+?)</script>', page_of(client, address))
    return {each["@type"]: each for each in map(json.loads, scripts)}


@pytest.fixture
def network(client):
    contact = {"email": "post@example.org", "phone": "+4722225555", "website": "https://example.org"}
    owner = OrganisationFactory(slug="org", name="Eieren", description_nb="Om", **contact)
    exact = {"address": "Gata 1", "postal_code": "0150", "precision": "exact"}
    hours = "Mo-Fr 08:00-16:00; PH off; Dec 24 off"
    space = SpaceFactory(
        slug="huset",
        name="Huset",
        organisation=owner,
        opening_hours=hours,
        description_nb="Hus.",
        **exact,
        **contact,
    )
    space.amenities.add(AmenityFactory(name_nb="Badstue"))
    PhotoFactory(space=space, width=1600, height=1000)
    SpaceFactory(slug="loftet", name="Loftet", organisation=owner)
    SpaceFactory(slug="snart", coming=True)


def test_every_page_uses_the_vocabulary_as_it_is_meant(client, network):
    pages = ["/", "/steder/", "/steder/huset/", "/steder/loftet/", "/steder/snart/", "/medlemmer/org/"]
    for address in [*pages, "/steder/i/oslo/", "/steder/fylke/oslo/", "/en/spaces/huset/"]:
        data = structured(client, address)
        assert data, address
        assert faults([*data.values()]) == [], address


def test_space_tells_amenities_and_pictures_with_their_size(client, network):
    data = structured(client, "/steder/huset/")["LocalBusiness"]
    assert data["url"] == "http://127.0.0.1:8000/steder/huset/"
    assert [(each["name"], each["value"]) for each in data["amenityFeature"]] == [("Badstue", True)]
    assert [(each["width"]["value"], each["height"]["value"]) for each in data["image"]] == [(960, 600)]


def test_pages_tell_the_way_to_them(client, network):
    for address, trail in {
        "/steder/huset/": ["Steder", "Oslo", "Huset, Oslo"],
        "/en/spaces/in/oslo/": ["Spaces", "Oslo"],
        "/steder/fylke/oslo/": ["Steder", "Oslo"],
        "/medlemmer/org/": ["Medlemmer", "Eieren"],
    }.items():
        items = structured(client, address)["BreadcrumbList"]["itemListElement"]
        assert [(each["position"], each["name"]) for each in items] == [*enumerate(trail, 1)]
        assert items[-1]["item"] == {"@id": f"http://127.0.0.1:8000{address}"}


def test_lists_of_spaces_are_numbered_over_their_pages(client, network, monkeypatch):
    monkeypatch.setattr("spaces.search.listing.PAGE_SIZE", 2)
    for address in ("/steder/?page=2", "/steder/i/oslo/?page=2"):
        items = structured(client, address)["ItemList"]["itemListElement"]
        assert [(each["position"], each["url"][-7:]) for each in items] == [(3, "/snart/")]
    assert "ItemList" not in structured(client, "/steder/?q=huset")
