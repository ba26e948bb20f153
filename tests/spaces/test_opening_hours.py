from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spaces.opening_hours import (
    OSLO,
    Row,
    State,
    Week,
    from_osm,
    state,
    timetable,
    to_osm,
    validate_opening_hours,
)
from spaces.opening_hours_schema import schema_org, schema_org_exceptions

OFFICE_HOURS = "Mo-Fr 08:00-16:00; PH off; Dec 24 off"
OFFICE_DAY = ((480, 960),)
ORDINARY_MONDAY = date(2025, 9, 8)


def oslo(*args, fold=0):
    return datetime(*args, tzinfo=OSLO, fold=fold)


def utc(*args):
    return datetime(*args, tzinfo=UTC)


def week_of(*days, closed_on_holidays=False):
    return Week(days + ((),) * (7 - len(days)), closed_on_holidays)


minutes = st.lists(st.integers(0, 1440), max_size=6, unique=True).map(sorted)
spans = minutes.map(lambda times: tuple(zip(times[::2], times[1::2], strict=False)))
weeks = st.builds(Week, st.tuples(*[spans] * 7), st.booleans()).filter(lambda week: any(week.days))


@given(weeks)
def test_week_survives_osm_and_back(week):
    assert from_osm(to_osm(week)) == week


@given(weeks)
def test_to_osm_means_to_the_library_what_the_week_says(week):
    text = to_osm(week)
    validate_opening_hours(text)
    for day, spans in enumerate(week.days):
        midnight = datetime.combine(ORDINARY_MONDAY + timedelta(day), datetime.min.time(), OSLO)
        for opens, closes in spans:
            assert state(text, midnight + timedelta(minutes=opens)).is_open
            assert state(text, midnight + timedelta(minutes=closes - 1)).is_open
        for (_opens, closes), (opens, _closes) in pairwise(spans):
            assert state(text, midnight + timedelta(minutes=closes)).is_open is False
            assert state(text, midnight + timedelta(minutes=opens - 1)).is_open is False


@pytest.mark.parametrize(
    ("week", "text"),
    [
        (
            week_of(*[OFFICE_DAY] * 5, ((600, 840),), closed_on_holidays=True),
            "Mo-Fr 08:00-16:00; Sa 10:00-14:00; PH off; Dec 24 off",
        ),
        (week_of(OFFICE_DAY, (), OFFICE_DAY), "Mo 08:00-16:00; We 08:00-16:00"),
        (week_of(((480, 720), (780, 1440))), "Mo 08:00-12:00,13:00-24:00"),
        (week_of(*[((0, 1440),)] * 7), "24/7"),
        (week_of(*[((0, 1440),)] * 7, closed_on_holidays=True), "Mo-Su 00:00-24:00; PH off; Dec 24 off"),
        (week_of(closed_on_holidays=True), ""),
    ],
)
def test_to_osm_writes(week, text):
    assert to_osm(week) == text


@pytest.mark.parametrize(
    ("text", "week"),
    [
        ("Mo,We 09:00-12:00,13:00-17:00", week_of(((540, 720), (780, 1020)), (), ((540, 720), (780, 1020)))),
        ("Mo 13:00-17:00,09:00-12:00", week_of(((540, 720), (780, 1020)))),
        ("mo-fr 8:00-16:00", week_of(*[OFFICE_DAY] * 5)),
        ("08:00-16:00", week_of(*[OFFICE_DAY] * 7)),
        ("Mo-Fr 08:00-16:00; We off", week_of(OFFICE_DAY, OFFICE_DAY, (), OFFICE_DAY, OFFICE_DAY)),
        ("Su-Mo 08:00-16:00", week_of(OFFICE_DAY, (), (), (), (), (), OFFICE_DAY)),
        ("24/7; Dec 24 closed; PH closed", week_of(*[((0, 1440),)] * 7, closed_on_holidays=True)),
    ],
)
def test_from_osm_reads_hand_written(text, week):
    assert from_osm(text) == week


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "abc",
        "off",
        "PH off; Dec 24 off",
        "Mo-Fr 08:00-16:00; Sa 10:00-14:00; PH off",
        "PH off; Dec 24 off; Mo-Fr 08:00-16:00",
        "Fr 18:00-02:00",
        "Mo 08:00-12:00,11:00-15:00",
        "Mo-Fr 08:00-16:00; Jul off",
        "Mo-Fr 08:00-12:00, Mo 13:00-15:00",
        'Mo-Fr 08:00-16:00 "by appointment"',
        "Mo[1] 08:00-16:00",
    ],
)
def test_from_osm_gives_up_on(text):
    assert from_osm(text) is None


@pytest.mark.parametrize("days", [[OFFICE_DAY] * 6, [((960, 480),)] * 7, [((0, 1441),)] * 7])
def test_week_refuses(days):
    with pytest.raises(ValueError, match=r"\("):
        Week(tuple(days))


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        (OFFICE_HOURS, oslo(2025, 9, 8, 12), State(True, oslo(2025, 9, 8, 16))),
        (OFFICE_HOURS, utc(2025, 9, 8, 5, 59), State(False, oslo(2025, 9, 8, 8))),
        (OFFICE_HOURS, oslo(2025, 9, 8, 16), State(False, oslo(2025, 9, 9, 8))),
        (OFFICE_HOURS, oslo(2025, 9, 6, 12), State(False, oslo(2025, 9, 8, 8))),
        ("24/7", oslo(2025, 9, 8), State(True, None)),
        ("off", oslo(2025, 9, 8), State(False, None)),
        ("Fr 18:00-02:00", oslo(2025, 9, 13, 1), State(True, oslo(2025, 9, 13, 2))),
        ("Fr 18:00-02:00", oslo(2025, 9, 13, 2), State(False, oslo(2025, 9, 19, 18))),
    ],
)
def test_state_on_ordinary_days(text, at, expected):
    assert state(text, at) == expected


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        (oslo(2024, 5, 17, 12), oslo(2024, 5, 21, 8)),
        (oslo(2025, 12, 24, 12), oslo(2025, 12, 29, 8)),
        (oslo(2026, 4, 2, 12), oslo(2026, 4, 7, 8)),
    ],
    ids=["17 May before Whitsun", "Christmas Eve", "Maundy Thursday"],
)
def test_state_on_holidays(at, opens):
    assert state(OFFICE_HOURS, at) == State(False, opens)
    assert state("Mo-Fr 08:00-16:00", at).is_open is True


@pytest.mark.parametrize(
    ("text", "at", "is_open", "until"),
    [
        ("Mo 08:00-16:00", utc(2026, 3, 29, 0), False, utc(2026, 3, 30, 6)),
        ("Mo 08:00-16:00", utc(2026, 10, 25, 0), False, utc(2026, 10, 26, 7)),
        ("22:00-04:00", utc(2026, 3, 28, 23), True, utc(2026, 3, 29, 2)),
        ("22:00-04:00", utc(2026, 10, 24, 23), True, utc(2026, 10, 25, 3)),
        ("02:30-05:00", utc(2026, 3, 29, 0, 59), False, utc(2026, 3, 29, 1)),
        ("22:00-02:30", utc(2026, 10, 25, 0), True, utc(2026, 10, 25, 0, 30)),
        ("02:15-02:45", utc(2026, 3, 29, 0), False, utc(2026, 3, 30, 0, 15)),
        ("22:00-02:30", utc(2026, 10, 25, 1, 10), False, utc(2026, 10, 25, 21)),
    ],
)
def test_state_when_summer_time_begins_or_ends(text, at, is_open, until):
    found = state(text, at)
    assert (found.is_open, found.until.astimezone(UTC)) == (is_open, until)
    assert found.until.tzinfo is OSLO


near_the_changes = st.one_of(
    st.datetimes(datetime(2026, 3, 28, 20), datetime(2026, 3, 29, 6), timezones=st.just(UTC)),
    st.datetimes(datetime(2026, 10, 24, 20), datetime(2026, 10, 25, 6), timezones=st.just(UTC)),
)


@given(near_the_changes, st.integers(0, 8), st.integers(0, 8))
def test_state_lasts_until_it_says(at, opens, closes):
    text = f"{opens // 2:02}:{opens % 2 * 30:02}-{closes // 2:02}:{closes % 2 * 30:02}"
    found = state(text, at)
    if found.until is None:
        return
    until = found.until.astimezone(UTC)
    assert until > at
    assert state(text, until).is_open is not found.is_open
    step = (until - at) / 8
    for part in range(8):
        assert state(text, at + part * step) == found


@pytest.mark.parametrize(
    ("text", "on", "rows"),
    [
        ("", ORDINARY_MONDAY, []),
        (
            "Mo-Fr 08:00-12:00,13:00-24:00; PH off; Dec 24 off",
            date(2025, 12, 24),
            [Row(0, 4, ["08:00–12:00", "13:00–24:00"]), Row(5, 6, [])],
        ),
        ("24/7", ORDINARY_MONDAY, [Row(0, 6, ["døgnet rundt"])]),
        ("off", ORDINARY_MONDAY, [Row(0, 6, [])]),
        (
            "Fr 18:00-02:00; Su 20:00-03:00",
            ORDINARY_MONDAY,
            [Row(0, 3, []), Row(4, 4, ["18:00–02:00"]), Row(5, 5, []), Row(6, 6, ["20:00–03:00"])],
        ),
        ("Mo-Fr 08:00-16:00; Jul off", date(2025, 7, 12), [Row(0, 6, [])]),
        ("Mo-Fr 08:00-16:00; Jul off", date(2025, 8, 10), [Row(0, 4, ["08:00–16:00"]), Row(5, 6, [])]),
        (
            "Mo 20:00-24:00; Tu-We 00:00-24:00; Th 00:00-03:00; Jul off",
            ORDINARY_MONDAY,
            [Row(0, 0, ["20:00–24:00"]), Row(1, 2, ["døgnet rundt"]), Row(3, 3, ["00:00–03:00"]), Row(4, 6, [])],
        ),
    ],
)
def test_weekly_lists(text, on, rows):
    assert (timetable(text, on).rows if text else []) == rows


def test_text_that_cannot_be_told_tells_nothing():
    """Such as may be stored from before it was refused: a page had told an end that there is not."""
    for text in ("Mo-Fr 08:00+", "Mo-Fr 08:00-16:00 unknown", "PH off; Mo-Fr 08:00-16:00", "not understood", " "):
        told = state(text, oslo(2025, 9, 8, 12)), timetable(text, ORDINARY_MONDAY), schema_org(text, ORDINARY_MONDAY)
        assert told == (None, None, []), text


def test_schema_org_lists_a_specification_for_each_span():
    assert schema_org("Mo-Tu 08:00-12:00,13:00-24:00; Sa 10:00-14:00; PH off; Dec 24 off", date(2026, 11, 23)) == [
        {"@type": "OpeningHoursSpecification", "dayOfWeek": days, "opens": opens, "closes": closes}
        for days, opens, closes in [
            (["Monday", "Tuesday"], "08:00", "12:00"),
            (["Monday", "Tuesday"], "13:00", "23:59"),
            (["Saturday"], "10:00", "14:00"),
        ]
    ]


def test_schema_org_is_empty_when_the_text_says_more():
    assert schema_org("Jun-Aug Mo-Fr 08:00-16:00", date(2026, 11, 23)) == []


def test_schema_org_says_of_which_week_it_is():
    odd_weeks = "week 1-53/2 Mo 10:00-12:00"
    (monday,) = schema_org(odd_weeks, date(2026, 12, 4))
    assert (monday["validFrom"], monday["validThrough"]) == ("2026-11-30", "2026-12-06")
    assert schema_org(odd_weeks, date(2026, 12, 11)) == schema_org_exceptions(odd_weeks, date(2026, 12, 11)) == []


def test_schema_org_exceptions_are_the_days_that_differ():
    for text, days in [
        (OFFICE_HOURS, {"2026-12-24": "00:00", "2026-12-25": "00:00", "2027-01-01": "00:00"}),
        ("Mo-Fr 08:00-16:00; PH 10:00-12:00", {f"202{day}": "12:00" for day in ("6-12-25", "6-12-26", "7-01-01")}),
        ("Fr 18:00-02:00; PH off", {"2026-12-25": "00:00", "2027-01-01": "00:00"}),
        ("24/7", {}),
    ]:
        found = schema_org_exceptions(text, date(2026, 11, 23))
        assert {day["validFrom"]: day["closes"] for day in found} == days, text
        assert all(day["validFrom"] == day["validThrough"] for day in found)


def test_schema_org_past_midnight():
    friday = schema_org("Mo-Th 08:00-16:00; Fr 18:00-02:00", date(2026, 11, 23))[1]
    assert (friday["dayOfWeek"], friday["opens"], friday["closes"]) == (["Friday"], "18:00", "02:00")
