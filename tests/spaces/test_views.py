import json
import re

import pytest
import time_machine

from spaces.map import norway, project
from tests.factories import AmenityFactory, OrganisationFactory, PhotoFactory, SpaceFactory

from .pages import names, page_of

pytestmark = pytest.mark.django_db


def data_of(page, kind="application/ld+json"):
    return json.loads(re.search(f'<script[^>]*type="{re.escape(kind)}">(.+?)</script>', page, re.DOTALL)[1])


# The landing page


def test_landing_counts_members_spaces_and_towns(client):
    organisation = OrganisationFactory()
    SpaceFactory(organisation=organisation, town="Halden")
    SpaceFactory(organisation=organisation, town="Moss")
    SpaceFactory(town="Moss")
    SpaceFactory(town="Hamar", coming=True)
    page = re.sub(r"\s+", " ", page_of(client, "/en/"))
    assert "3 spaces in 2 towns, run by 2 members" in page


def test_landing_lists_by_county_and_town_the_norwegian_way(client):
    for name, town, county in [
        ("D", "Ålesund", "15"),
        ("C", "Ørsta", "15"),
        ("B", "Aukra", "15"),
        ("A", "Arendal", "42"),
    ]:
        SpaceFactory(name=name, town=town, county=county)
    page = page_of(client, "/")
    assert re.findall("<strong>(.)</strong>", page) == ["A", "B", "C", "D"]


def test_landing_tells_those_on_the_way_apart_by_text(client):
    SpaceFactory(coming=True)
    assert '<span class="tag tag-coming">snart</span>' in page_of(client, "/")


def test_landing_map_holds_every_public_space(client):
    space = SpaceFactory(name="Huset")
    coming = SpaceFactory(name="Snart", coming=True, precision="exact")
    SpaceFactory(hidden=True)
    points = data_of(page_of(client, "/"), "application/json")["points"]
    assert {point["id"]: (point["kind"], point["approximate"]) for point in points} == {
        space.pk: ("member", True),
        coming.pk: ("coming", False),
    }


def test_landing_picture_links_every_space_without_script(client):
    SpaceFactory(slug="one"), SpaceFactory(slug="two")
    picture = re.search("<noscript>(.+?)</noscript>", page_of(client, "/"), re.DOTALL)[1]
    assert set(re.findall('<a href="([^"]+)">', picture)) == {"/steder/one/", "/steder/two/"}
    assert len(set(re.findall(r'<rect[^>]* x="([\d.]+)"', picture))) == 2, "side by side, not on top of each other"


def test_landing_of_an_empty_network(client):
    assert "No space is open yet" in page_of(client, "/en/")


# A space


def test_space_tells_everything(client):
    space = SpaceFactory(
        slug="huset",
        name="Huset",
        address="Gata 1",
        postal_code="0150",
        precision="exact",
        email="post@example.org",
    )
    PhotoFactory(space=space, credit="En fotograf")
    space.amenities.add(AmenityFactory(name_en="Sauna"))
    page = page_of(client, "/en/spaces/huset/")
    for text in (
        "Gata 1",
        "0150 Oslo",
        "mailto:post@example.org",
        "Sauna",
        "En fotograf",
        'type="image/avif"',
    ):
        assert text in page


@pytest.mark.parametrize(
    ("now", "text"),
    [
        ("2026-11-23 09:00+01:00", "Åpent nå, til kl. 16:00"),
        ("2026-11-23 07:00+01:00", "Stengt nå, åpner kl. 08:00"),
        ("2026-11-20 17:00+01:00", "Stengt nå, åpner mandag kl. 08:00"),
        ("2027-05-17 09:00+02:00", "Stengt nå, åpner tirsdag kl. 08:00"),
    ],
)
def test_space_says_whether_it_is_open(client, now, text):
    SpaceFactory(slug="huset", opening_hours="Mo-Fr 08:00-16:00; PH off; Dec 24 off")
    with time_machine.travel(now, tick=False):
        assert text in page_of(client, "/steder/huset/")


def test_space_lists_the_nearest_others_with_distance(client):
    SpaceFactory(slug="huset", precision="exact")
    SpaceFactory(name="Bergen", latitude=60.39299, longitude=5.32415, precision="exact")
    SpaceFactory(name="Same", precision="exact")
    SpaceFactory(hidden=True, name="Hidden")
    page = page_of(client, "/en/spaces/huset/")
    assert names(page) == ["Same", "Bergen"]
    assert "less than 1 km" in page
    assert "305 km" in page


def test_space_of_a_prospect_is_said_to_be_on_the_way(client):
    SpaceFactory(slug="snart", organisation__status="prospect")
    page = page_of(client, "/en/spaces/snart/")
    assert "not a member yet" in page
    assert data_of(page)["@type"] == "Place"


def test_new_space_of_a_member_is_said_to_be_so(client):
    SpaceFactory(slug="snart", coming=True)
    page = page_of(client, "/en/spaces/snart/")
    assert "A new space of a member" in page
    assert "not a member yet" not in page


def test_space_structured_data(client):
    SpaceFactory(
        slug="huset",
        name="Huset",
        precision="exact",
        address="Gata 1",
        postal_code="0150",
        opening_hours="Mo-Fr 08:00-16:00",
    )
    data = data_of(page_of(client, "/steder/huset/"))
    assert data["@type"] == "LocalBusiness"
    assert data["geo"] == {"@type": "GeoCoordinates", "latitude": 59.91273, "longitude": 10.74609}
    assert data["address"]["streetAddress"] == "Gata 1"
    assert data["openingHoursSpecification"][0]["opens"] == "08:00"


def test_space_structured_data_never_passes_the_town_off_as_the_door(client):
    SpaceFactory(slug="huset")
    data = data_of(page_of(client, "/steder/huset/"))
    assert "geo" not in data
    assert data["containedInPlace"]["geo"]["latitude"] == 59.91273


def test_space_shared_picture_is_its_photo(client):
    space = SpaceFactory(slug="huset")
    photo = PhotoFactory(space=space)
    assert f'og:image" content="http://127.0.0.1:8000/media/photos/{photo.key}/960.jpg"' in page_of(
        client, "/steder/huset/"
    )


def test_space_old_slug_leads_to_the_new(client):
    space = SpaceFactory(slug="old")
    space.slug = "new"
    space.save()
    response = client.get("/steder/old/")
    assert (response.status_code, response["Location"]) == (301, "/steder/new/")
    assert client.get("/en/spaces/old/")["Location"] == "/en/spaces/new/"


def test_space_old_slug_of_a_hidden_one_tells_nothing(client):
    space = SpaceFactory(slug="old")
    space.slug, space.hidden = "new", True
    space.save()
    assert client.get("/steder/old/").status_code == client.get("/steder/new/").status_code == 404


@pytest.mark.parametrize("trait", ["hidden_away", "closed"])
def test_space_not_public_is_not_found(client, trait):
    SpaceFactory(slug="huset", **{trait: True})
    assert client.get("/steder/huset/").status_code == 404


def test_picture_and_pins_share_their_coordinates(settings):
    drawn = (settings.BASE_DIR / "static/map/norge.svg").read_text()
    assert f'viewBox="{norway()}"' in drawn
    assert [round(value, 3) for value in project(59.91273, 10.74609)] == [529.850, 290.884]


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_directory_is_read_and_asked_and_nothing_else(client, method):
    assert getattr(client, method)("/steder/").status_code == 405


@pytest.mark.parametrize(
    "address", ["/steder/", "/steder/?q=nothing-of-the-kind&near=Oslo", "/steder/huset/", "/medlemmer/loftet/"]
)
def test_card_shows_the_first_photo_of_a_member(client, address):
    SpaceFactory(slug="huset", name="Huset")
    loft = SpaceFactory(organisation__slug="loftet")
    second, first = PhotoFactory(space=loft, position=2), PhotoFactory(space=loft, position=1)
    coming = PhotoFactory(space=SpaceFactory(organisation=loft.organisation, coming=True))
    page = page_of(client, address)
    assert first.key in page
    assert second.key not in page
    assert coming.key not in page
