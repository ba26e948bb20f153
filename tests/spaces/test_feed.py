"""The map's feed: points where few are in view, cells where many are, and nothing for nonsense."""

import pytest

from spaces import feed
from tests.factories import OrganisationFactory, SpaceFactory

pytestmark = pytest.mark.django_db

OSLO, BERGEN = (59.91, 10.75), (60.39, 5.32)
NORWAY = "4,57,32,72"


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(feed, "MOST_POINTS", 3)


def ask(client, z=4, b=NORWAY, **more):
    return client.get("/kart/punkter.json", {"z": z, "b": b} | more)


def spaces_at(place, count, **fields):
    organisation = OrganisationFactory()
    latitude, longitude = place
    return [
        SpaceFactory(organisation=organisation, latitude=latitude + number / 1000, longitude=longitude, **fields)
        for number in range(count)
    ]


def test_few_are_points(client):
    space, coming = SpaceFactory(name="Huset"), SpaceFactory(coming=True)
    SpaceFactory(hidden=True)
    answer = ask(client).json()
    assert answer["cells"] == []
    assert {(point["id"], point["kind"]) for point in answer["points"]} == {
        (space.pk, "member"),
        (coming.pk, "coming"),
    }


@pytest.mark.parametrize("zoom", [4, 7, 8])
def test_many_are_cells_and_who_is_alone_is_a_point(client, few, zoom):
    spaces_at(OSLO, 3)
    spaces_at(OSLO, 2, coming=True)
    spaces_at(OSLO, 4, hidden_away=True)
    (alone,) = spaces_at(BERGEN, 1, town="Bergen", county="46")
    answer = ask(client, zoom, "4,58,16,62").json()
    assert [point["id"] for point in answer["points"]] == [alone.pk]
    ((latitude, longitude, members, coming),) = answer["cells"]
    assert (members, coming) == (3, 2)
    assert (latitude, longitude) == (pytest.approx(59.91, abs=0.01), 10.75)


def test_cells_are_finer_the_nearer_one_looks(client, few):
    spaces_at(OSLO, 2)
    spaces_at((59.935, 10.78), 2)
    assert len(ask(client, 8).json()["cells"]) == 1
    assert len(ask(client, 12, "10.6,59.8,11,60").json()["cells"]) == 2


def test_only_the_box_is_told(client):
    spaces_at(OSLO, 1)
    (bergen,) = spaces_at(BERGEN, 1)
    assert [point["id"] for point in ask(client, 10, "5,60,6,61").json()["points"]] == [bergen.pk]


def test_search_narrows_the_feed(client):
    SpaceFactory(name="Loftet")
    kaia = SpaceFactory(name="Kaia")
    assert [point["id"] for point in ask(client, q="kaia").json()["points"]] == [kaia.pk]


def test_boxes_of_the_same_blocks_are_answered_alike():
    boxes = {feed.Box.parse(text).in_blocks(8) for text in ("10.1,59.9,10.2,60", "10.15,59.85,10.25,59.95")}
    (box,) = boxes
    assert box.west <= 10.1
    assert box.north >= 60


ZOOMS = ["", "x", "4.5", "2", "18", "-1", "٤", "9" * 5000, "17"]
BOXES = ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "nan,57,32,72", "4,57,inf,72", "32,57,4,72", "4,72,32,57", "4,57,4,72"]
BAD = [{"z": zoom} for zoom in ZOOMS] + [{"b": box} for box in [*BOXES, "-181,57,32,72", "4,-91,32,72"]]


@pytest.mark.parametrize("wrong", BAD, ids=range(len(BAD)))
@pytest.mark.parametrize("address", ["/kart/punkter.json", "/en/map/points.json"])
def test_nonsense_is_refused_with_a_message(client, address, wrong):
    response = client.get(address, {"z": "4", "b": NORWAY} | wrong)
    assert response.status_code == 400
    assert response.json()["error"]


@pytest.mark.parametrize("zoom", [4, 5, 6])
def test_cells_count_what_there_is(client, few, zoom):
    for place in (OSLO, BERGEN, (69.65, 18.95), (59.3, 10.5)):
        spaces_at(place, 5, town=f"By {place[0]}")
    cells = ask(client, zoom, "4,58,26,71").json()["cells"]
    assert sum(members + coming for _lat, _lon, members, coming in cells) == 20
