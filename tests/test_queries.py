"""No page asks more of the database because the network has grown."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import ContentVersion
from members.models import Organisation
from spaces.models import Photo, Space

from .factories import AmenityFactory, JoinRequestFactory, OrganisationFactory, PhotoFactory, SpaceFactory

pytestmark = pytest.mark.django_db

AMENITY = "amenity"
MOST = 15  # three of them for what every page says, read once for each version of the data
# With ten spaces, the version of the data included.
# What more than a thousand spaces offer is not counted: those are two queries less.
PAGES = {
    "/": 14,
    "/?q=space": 7,
    "/steder/": 11,
    "/steder/?page=2": 11,
    f"/steder/?q=space&county=03&amenity={AMENITY}": 12,
    "/steder/?near=Bergen": 11,
    f"/steder/?near=5013&q=space&county=03&amenity={AMENITY}&open=1": 11,
    "/steder/?q=bergen": 9,
    "/steder/?near=Vik": 11,
    "/steder/space-0/": 8,
    "/steder/i/oslo/": 9,
    "/steder/fylke/oslo/": 9,
    "/medlemmer/": 7,
    "/medlemmer/owner-0/": 6,
    "/om/": 4,
    "/nyheter/": 4,
    "/bli-med/": 5,
    "/personvern/": 3,
    "/sitemap.xml": 7,
    "/sitemap-spaces.xml": 3,
    "/sitemap-towns.xml": 2,
}
# A search counts by town what it does not list, and asks for those who are alone in a cell.
OF_MANY = {"/?q=space": (7, 8)}
ADMIN_PAGES = ["", "spaces/space/", "spaces/space/?q=space", "spaces/space/?attention=without_photo"]
ADMIN_PAGES += ["members/organisation/", "spaces/amenity/", "spaces/space/add/", "members/organisation/add/"]
ADMIN_PAGES += [f"spaces/space/{{space}}/{page}/" for page in ("change", "history", "delete", "preview")]
ADMIN_PAGES += [f"members/organisation/{{owner}}/{page}/" for page in ("change", "history", "delete")]
ADMIN_PAGES += ["members/joinrequest/", "members/joinrequest/?q=space", "my-mail/", "log/"]
ADMIN_PAGES += ["accounts/coordinator/", "accounts/coordinator/invite/", "mailings/mailing/", "mailings/mailing/add/"]
DECISION_PAGES = [f"members/joinrequest/{{request}}/{page}/" for page in ("change", "ask", "approve")]
MOST_IN_ADMIN = 16  # two of them count for the rail what waits and what failed
MOST_TO_BEGIN = 22  # all that waits, also what the rail counts of it, and what was done last
MOST_TO_DECIDE = 20  # all that a coordinator needs is on one page


def grow(first, last):
    amenity = AmenityFactory._meta.model.objects.get(slug=AMENITY)
    owners = [OrganisationFactory.build(slug=f"owner-{number}") for number in range(first, last, 10)]
    owners = Organisation.objects.bulk_create(owners)
    spaces = Space.objects.bulk_create(
        SpaceFactory.build(organisation=owners[number % len(owners)], slug=f"space-{first + number}")
        for number in range(last - first)
    )
    Space.amenities.through.objects.bulk_create(Space.amenities.through(space=s, amenity=amenity) for s in spaces)
    Photo.objects.bulk_create(PhotoFactory.build(space=space) for space in spaces)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as PostgreSQL does by itself; else it plans for empty tables, and takes minutes


def queries(client, address):
    client.get(address)  # what Django keeps for every request after the first is not counted
    ContentVersion.bump()  # else what is kept of this version of the data would be counted
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def measure(client, addresses):
    return {address: queries(client, address) for address in addresses}


def grown(few, many):
    """The pages that ask more than they did."""
    return {address: (few[address], many[address]) for address in few if many[address] > few[address]}


def test_public_pages_from_10_to_2_000_spaces(client):
    AmenityFactory(slug=AMENITY)
    grow(0, 10)
    few = measure(client, PAGES)
    assert few == PAGES
    assert max(few.values()) <= MOST
    grow(10, 2_000)
    assert grown(few, measure(client, PAGES)) == OF_MANY


def test_admin_from_10_to_2_000_spaces(coordinator_client):
    AmenityFactory(slug=AMENITY)
    grow(0, 10)
    space = Space.objects.get(slug="space-0")
    pages = ["/admin/" + page.format(space=space.pk, owner=space.organisation_id) for page in ADMIN_PAGES]
    few = measure(coordinator_client, pages)
    assert few["/admin/"] <= MOST_TO_BEGIN
    assert max(number for page, number in few.items() if page != "/admin/") <= MOST_IN_ADMIN, few
    grow(10, 2_000)
    assert not grown(few, measure(coordinator_client, pages))


def test_decision_from_10_to_2_000_spaces_and_3_to_60_requests(coordinator_client):
    AmenityFactory(slug=AMENITY)
    grow(0, 10)
    requests = apply(3)
    pages = ["/admin/" + page.format(request=requests[0].pk) for page in DECISION_PAGES]
    few = measure(coordinator_client, pages)
    assert max(few.values()) <= MOST_TO_DECIDE, few
    grow(10, 2_000)
    apply(57)
    assert not grown(few, measure(coordinator_client, pages))


def apply(number):
    requests = JoinRequestFactory.create_batch(number, state="received", contact_email="kari@loft.example")
    for request in requests:
        request.spaces.create(name="Space 0", town="Oslo", address="Gata 1")
        request.start_review(by=None)
    return requests


def test_admin_history_from_2_to_40_changes(coordinator_client):
    space = SpaceFactory()
    address = f"/admin/spaces/space/{space.pk}/history/"
    space.save()
    few = queries(coordinator_client, address)
    for number in range(40):
        space.name = f"Space {number}"
        space.save()
    assert queries(coordinator_client, address) == few <= MOST
