import json
import re

import pytest
import time_machine

from spaces.map.points import NORWAY, project
from tests.factories import AmenityFactory, OrganisationFactory, PhotoFactory, SpaceFactory

from .pages import names, page_of, words

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
    assert "3 spaces in 2 towns. 1 more is joining soon." in page


def test_landing_lists_by_town_the_norwegian_way(client):
    for name, town, county in [
        ("D", "Ålesund", "15"),
        ("C", "Ørsta", "15"),
        ("B", "Aukra", "15"),
        ("A", "Arendal", "42"),
    ]:
        SpaceFactory(name=name, town=town, county=county)
    page = page_of(client, "/")
    assert re.findall('<a href="[^"]+">(.)</a>\\s*<span class="entry-place">', page) == ["A", "B", "C", "D"]


def test_landing_tells_those_on_the_way_apart_by_text(client):
    SpaceFactory(coming=True)
    assert "<h3>På vei inn</h3>" in page_of(client, "/")


def test_landing_map_holds_every_public_space(client):
    space = SpaceFactory(name="Huset")
    coming = SpaceFactory(name="Snart", coming=True, precision="exact")
    SpaceFactory(hidden=True)
    points = json.loads(re.search('id="map-points"[^>]*>(.+?)</script>', page_of(client, "/"))[1])["points"]
    assert {point["id"]: (point["kind"], point["approximate"]) for point in points} == {
        space.pk: ("member", True),
        coming.pk: ("coming", False),
    }


def test_landing_of_an_empty_network(client):
    assert "No space is open yet" in page_of(client, "/en/")


# A space


def test_space_tells_everything(client):
    space = SpaceFactory(
        slug="huset", name="Huset", address="Gata 1", postal_code="0150", precision="exact", email="post@example.org"
    )
    PhotoFactory(space=space, credit="En fotograf")
    space.amenities.add(AmenityFactory(name_en="Sauna"))
    page = page_of(client, "/en/spaces/huset/")
    for text in ("Gata 1", "0150 Oslo", "mailto:post@example.org", "Sauna", "En fotograf", 'type="image/avif"'):
        assert text in page


@pytest.mark.parametrize(
    ("now", "text"),
    [
        ("2026-11-23 09:00+01:00", "Åpent til kl. 16:00"),
        ("2026-11-23 07:00+01:00", "Åpner kl. 08:00"),
        ("2026-11-20 17:00+01:00", "Åpner mandag kl. 08:00"),
        ("2027-05-17 09:00+02:00", "Åpner tirsdag kl. 08:00"),
    ],
)
def test_space_says_whether_it_is_open(client, now, text):
    SpaceFactory(slug="huset", opening_hours="Mo-Fr 08:00-16:00; PH off; Dec 24 off")
    with time_machine.travel(now, tick=False):
        assert text in page_of(client, "/steder/huset/")


def test_space_says_which_week_its_hours_are_of_and_what_else_holds(client):
    SpaceFactory(slug="huset", opening_hours="Mo-Fr 08:00-16:00; Dec 21-Jan 03 off")
    for now, week, days in [
        ("2026-11-25", "Denne uka (uke 48, 23.–29. november)", "mandag–fredag 08:00–16:00 lørdag–søndag stengt"),
        ("2026-12-22", "Denne uka (uke 52, 21.–27. desember)", "mandag–søndag stengt"),
    ]:
        with time_machine.travel(f"{now} 09:00+01:00", tick=False):
            page = page_of(client, "/steder/huset/")
        notes = "Vanligvis: mandag–fredag 08:00–16:00 21. desember–3. januar: stengt"
        assert f"{week} {days} {notes}" in words(page)
        said = [each["validFrom"] for each in data_of(page).get("openingHoursSpecification", [])]
        assert said == ["2026-11-23"] * ("mandag–fredag" in days)


def test_space_that_is_always_open(client):
    SpaceFactory(slug="huset", opening_hours="24/7")
    page = words(page_of(client, "/steder/huset/"))
    assert "Alltid åpent" in page
    assert "mandag–søndag døgnet rundt" in page


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


def test_space_not_public_is_not_found(client):
    SpaceFactory(slug="huset", hidden=True)
    SpaceFactory(slug="loftet", closed=True)
    assert client.get("/steder/huset/").status_code == client.get("/steder/loftet/").status_code == 404


def test_picture_and_pins_share_their_coordinates(settings):
    drawn = (settings.BASE_DIR / "static/norway/norge.svg").read_text()
    assert f'viewBox="{NORWAY}"' in drawn
    assert [round(value, 3) for value in project(59.91273, 10.74609)] == [529.850, 290.884]


def test_directory_is_read_and_asked_and_nothing_else(client):
    for method in (client.put, client.patch, client.delete):
        assert method("/steder/").status_code == 405


def test_card_shows_the_first_photo_of_a_member(client):
    SpaceFactory(slug="huset", name="Huset")
    loft = SpaceFactory(organisation__slug="loftet")
    second, first = PhotoFactory(space=loft, position=2), PhotoFactory(space=loft, position=1)
    coming = PhotoFactory(space=SpaceFactory(organisation=loft.organisation, coming=True))
    for address in ("/steder/", "/steder/?q=nothing-of-the-kind&near=Oslo", "/steder/huset/", "/medlemmer/loftet/"):
        page = page_of(client, address)
        shown = [photo.key in page for photo in (first, second, coming)]
        assert shown == [True, False, False], address
