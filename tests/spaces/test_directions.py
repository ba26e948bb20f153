import pytest

from spaces.directions import routes_to
from tests.factories import SpaceFactory

ADDRESS = "Gata+1%2C+0150+Oslo%2C+Norge"
PIN = "59.91273%2C10.74609"


@pytest.mark.parametrize(
    ("known", "urls"),
    [
        ({}, []),
        (
            {"address": "Gata 1", "postal_code": "0150"},
            [
                f"https://www.google.com/maps/dir/?api=1&destination={ADDRESS}&travelmode=driving",
                f"https://maps.apple.com/?daddr={ADDRESS}&dirflg=d",
            ],
        ),
        (
            {"precision": "exact", "address": "Gata 1"},
            [
                "https://entur.no/travel-result?stopLat=59.91273&stopLon=10.74609",
                f"https://www.google.com/maps/dir/?api=1&destination={PIN}&travelmode=driving",
                f"https://maps.apple.com/?daddr={PIN}&dirflg=d",
            ],
        ),
    ],
)
def test_routes_lead_only_to_where_the_door_is(known, urls):
    assert [route.url for route in routes_to(SpaceFactory.build(**known))] == urls
