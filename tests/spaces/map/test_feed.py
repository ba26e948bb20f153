"""The map's feed: points where few are in view, cells where many are, and nothing for nonsense."""

import pytest

from spaces.map import feed
from tests.factories import AmenityFactory, OrganisationFactory, SpaceFactory

pytestmark = pytest.mark.django_db

OSLO, BERGEN = (59.91, 10.75), (60.39, 5.32)
NORWAY = "4,57,32,72"


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(feed, "MAX_POINTS", 3)


def ask(client, z=4, b=NORWAY, **more):
    return client.get("/kart/punkter.json", {"z": z, "b": b} | more)


def spaces_at(place, count, **fields):
    organisation = OrganisationFactory()
    latitude, longitude = place
    return [
        SpaceFactory(organisation=organisation, latitude=latitude + number / 1000, longitude=longitude, **fields)
        for number in range(count)
    ]


@pytest.mark.parametrize("address", ["/kart/punkter.json", "/en/map/points.json"])
def test_a_point_leads_to_the_page_of_its_space(client, address):
    space = SpaceFactory(name="Huset", slug="huset-oslo-2", town="Oslo")
    (point,) = client.get(address, {"z": 4, "b": NORWAY}).json()["points"]
    assert "Huset" in client.get(point["url"]).content.decode()
    assert point["url"].endswith(f"/{space.slug}/")


def test_few_are_points(client):
    space, coming = SpaceFactory(name="Huset"), SpaceFactory(coming=True)
    SpaceFactory(hidden=True)
    answer = ask(client).json()
    assert answer["cells"] == []
    assert {(point["id"], point["kind"]) for point in answer["points"]} == {(space.pk, "member"), (coming.pk, "coming")}


@pytest.mark.parametrize("zoom", [4, 7, 8])
def test_many_are_cells_and_who_is_alone_is_a_point(client, few, zoom):
    spaces_at(OSLO, 3)
    spaces_at(OSLO, 2, coming=True)
    spaces_at(OSLO, 4, hidden_away=True)
    (alone,) = spaces_at(BERGEN, 1, town="Bergen", county="46")
    answer = ask(client, zoom, "4,58,16,62").json()
    assert [point["id"] for point in answer["points"]] == [alone.pk]
    ((latitude, longitude, members, coming, *names),) = answer["cells"]
    assert (members, coming) == (3, 2)
    assert (latitude, longitude) == (pytest.approx(59.91, abs=0.01), 10.75)
    assert names == (["Oslo", "Oslo"] if zoom < 8 else ["", ""])


def test_cells_are_finer_the_nearer_one_looks(client, few):
    spaces_at(OSLO, 2)
    spaces_at((59.935, 10.78), 2)
    assert len(ask(client, 8).json()["cells"]) == 1
    assert len(ask(client, 12, "10.6,59.8,11,60").json()["cells"]) == 2


def test_only_the_box_is_told(client):
    spaces_at(OSLO, 1)
    (bergen,) = spaces_at(BERGEN, 1)
    assert [point["id"] for point in ask(client, 10, "5,60,6,61").json()["points"]] == [bergen.pk]


def test_boxes_of_the_same_blocks_are_answered_alike():
    boxes = {feed.Box.parse(text).in_blocks(8) for text in ("10.1,59.9,10.2,60", "10.15,59.85,10.25,59.95")}
    (box,) = boxes
    assert box.west <= 10.1
    assert box.north >= 60


ZOOMS = ["", "x", "4.5", "2", "18", "-1", "٤", "9" * 5000, "0051100", "017" + "0" * 5000, "17"]
BOXES = ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "nan,57,32,72", "4,57,inf,72", "32,57,4,72", "4,72,32,57", "4,57,4,72"]
BAD = [{"z": zoom} for zoom in ZOOMS] + [{"b": box} for box in [*BOXES, "-181,57,32,72", "4,-91,32,72"]]


def test_nonsense_is_refused_with_a_message(client):
    for wrong in BAD:
        for address in ("/kart/punkter.json", "/en/map/points.json"):
            response = client.get(address, {"z": "4", "b": NORWAY} | wrong)
            assert response.status_code == 400, wrong
            assert response.json()["error"], wrong


def test_counties_stand_at_their_largest_town_where_towns_are_too_many(client, few, monkeypatch):
    monkeypatch.setattr(feed, "MAX_TOWNS", 1)
    spaces_at(BERGEN, 2, town="Bergen", county="46")
    spaces_at((61.2, 6), 1, town="Førde", county="46")
    spaces_at(OSLO, 2)
    assert sorted(ask(client).json()["cells"]) == [
        [59.9105, 10.75, 2, 0, "", "Oslo"],
        [60.3905, 5.32, 3, 0, "", "Vestland"],
    ]


@pytest.mark.parametrize("query", ["q=kaia", "amenity=wifi", "county=46"])
def test_a_search_narrows_the_feed(client, query):
    kaia = SpaceFactory(name="Kaia", county="46")
    kaia.amenities.add(AmenityFactory(slug="wifi"))
    SpaceFactory()
    answer = client.get(f"/kart/punkter.json?z=4&b={NORWAY}&{query}").json()
    assert [point["id"] for point in answer["points"]] == [kaia.pk]


@pytest.mark.parametrize("zoom", [4, 5, 6])
def test_cells_count_what_there_is(client, few, zoom):
    for place in (OSLO, BERGEN, (69.65, 18.95), (59.3, 10.5)):
        spaces_at(place, 5, town=f"By {place[0]}")
    cells = ask(client, zoom, "4,58,26,71").json()["cells"]
    assert sum(members + coming for _lat, _lon, members, coming, *_names in cells) == 20
