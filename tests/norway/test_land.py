import pytest

from norway.land import Plane, is_land, km_to_coast


@pytest.mark.parametrize(
    ("place", "latitude", "longitude", "nearest", "farthest"),
    [
        ("Oslo", 59.913, 10.739, 0, 3),
        ("Lillehammer", 61.115, 10.466, 110, 140),
        ("Kautokeino", 69.012, 23.041, 70, 110),
        ("the border by Trysil", 61.3, 12.8, 150, 260),
        ("the border by Pasvik", 69.2, 29.2, 25, 60),
        ("Longyearbyen", 78.22, 15.65, 0, 4),
    ],
)
def test_coast_is_where_it_is_and_the_state_border_is_none(place, latitude, longitude, nearest, farthest):
    assert nearest <= km_to_coast(Plane(latitude, longitude)) <= farthest


def test_land_and_sea():
    assert is_land(Plane(61.115, 10.466))
    assert is_land(Plane(62.0, 15.0))  # in Sweden
    assert not is_land(Plane(58.2, 3.0))
