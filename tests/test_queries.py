"""No page asks more of the database because the network has grown."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.models import Organisation
from spaces.models import Space

from .factories import AmenityFactory, OrganisationFactory, SpaceFactory

pytestmark = pytest.mark.django_db

AMENITY = "amenity"
PAGES = {
    "/": 1,
    "/steder/": 5,
    "/steder/?page=2": 5,
    f"/steder/?q=space&county=03&amenity={AMENITY}": 6,
    "/steder/space-0/": 6,
    "/medlemmer/": 2,
    "/medlemmer/owner-0/": 3,
}
ADMIN_PAGES = ["/admin/", "/admin/spaces/space/", "/admin/spaces/space/?q=space", "/admin/members/organisation/"]
ADMIN_PAGES += ["/admin/spaces/space/{}/change/", "/admin/members/organisation/{}/change/"]


def grow(first, last):
    amenity = AmenityFactory._meta.model.objects.get(slug=AMENITY)
    owners = [OrganisationFactory.build(slug=f"owner-{number}") for number in range(first, last, 10)]
    owners = Organisation.objects.bulk_create(owners)
    spaces = Space.objects.bulk_create(
        SpaceFactory.build(organisation=owners[number % len(owners)], slug=f"space-{first + number}")
        for number in range(last - first)
    )
    Space.amenities.through.objects.bulk_create(Space.amenities.through(space=s, amenity=amenity) for s in spaces)


def queries(client, address):
    client.get(address)  # what Django keeps for every request after the first is not counted
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_public_pages_from_10_to_10_000_spaces(client):
    AmenityFactory(slug=AMENITY)
    grow(0, 60)
    few = {address: queries(client, address) for address in PAGES}
    assert few == PAGES
    grow(60, 10_000)
    assert {address: queries(client, address) for address in PAGES} == few


def test_sitemap_from_10_to_1_000_spaces(client):
    AmenityFactory(slug=AMENITY)
    grow(0, 10)
    few = queries(client, "/sitemap.xml")
    grow(10, 1_000)
    assert queries(client, "/sitemap.xml") == few <= 12


def test_admin_from_10_to_1_000_spaces(coordinator_client):
    AmenityFactory(slug=AMENITY)
    grow(0, 60)
    owner = Space.objects.get(slug="space-0").organisation_id
    key = Space.objects.get(slug="space-0").pk
    pages = [page.format(owner if "organisation" in page else key) for page in ADMIN_PAGES]
    few = {address: queries(coordinator_client, address) for address in pages}
    grow(60, 1_000)
    assert {address: queries(coordinator_client, address) for address in pages} == few
    assert max(few.values()) <= 12, few


def test_admin_history_from_2_to_40_changes(coordinator_client):
    space = SpaceFactory()
    address = f"/admin/spaces/space/{space.pk}/history/"
    space.save()
    few = queries(coordinator_client, address)
    for number in range(40):
        space.name = f"Space {number}"
        space.save()
    assert queries(coordinator_client, address) == few <= 12
