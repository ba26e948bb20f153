"""What a page tells besides the table: what holds on holidays, in July, at Christmas, in odd weeks."""

from datetime import date

import pytest
from django.utils.translation import override

from spaces.opening_hours import timetable, validate_opening_hours

TUESDAY = date(2026, 12, 1)  # in week 49
USUAL = "Vanligvis: mandag–fredag 08:00–16:00"


def told(text, on=TUESDAY, language="nb"):
    validate_opening_hours(text)
    with override(language):
        return timetable(text, on)


def test_notes():
    office = "Mo-Fr 08:00-16:00"
    for text, notes in [
        (office, []),
        ("24/7", []),
        ("Mo-Sa 10:00-18:00; We 12:00-20:00", []),
        (f"{office}; PH off; Dec 24 off", ["Stengt på offentlige fridager og julaften"]),
        (f"{office}; PH off", ["Offentlige fridager: stengt"]),
        (f"{office}; PH 10:00-12:00", ["Offentlige fridager: 10:00–12:00"]),
        ("Mo-Sa 10:00-18:00; Su,PH off", ["Søndag og offentlige fridager: stengt"]),
        (f"{office}; Dec 21-Jan 03 off", [USUAL, "21. desember–3. januar: stengt"]),
        (f"{office}; Dec 24-26 off", [USUAL, "24.–26. desember: stengt"]),
        (f"{office}; 2026 Dec 24-2027 Jan 3 off", [USUAL, "24. desember 2026–3. januar 2027: stengt"]),
        (f"{office}; Jul off; PH off", [USUAL, "I juli: stengt", "Offentlige fridager: stengt"]),
        (f"{office}; 2027 Jul off", [USUAL, "I juli 2027: stengt"]),
        (f"{office}; 2027 off", [USUAL, "I 2027: stengt"]),
        (f"{office}; Jul Mo-Th 10:00-14:00; Jul Fr off", [USUAL, "I juli: mandag–torsdag 10:00–14:00, fredag stengt"]),
        (f"{office}; Jul Fr 12:00-16:00 off", [USUAL, "I juli: fredag stengt 12:00–16:00"]),
        (f"{office}, Jul Sa 10:00-12:00", [USUAL, "I juli: i tillegg lørdag 10:00–12:00"]),
        (f"{office}; Jun-Aug 00:00-24:00", [USUAL, "Fra juni til august: døgnet rundt"]),
        (
            "Jul Mo-Fr 10:00-14:00; Aug-Jun Mo-Fr 08:00-12:00,13:00-16:00",
            ["I juli: mandag–fredag 10:00–14:00", "Fra august til juni: mandag–fredag 08:00–12:00 og 13:00–16:00"],
        ),
        ("week 1-53/2 Mo 10:00-12:00", ["I oddetallsuker: mandag 10:00–12:00"]),
        ("week 2-52/2 Mo 10:00-12:00", ["I partallsuker: mandag 10:00–12:00"]),
        ("week 1-51/2 Mo 10:00-12:00", ["I oddetallsuker (i uke 1–51): mandag 10:00–12:00"]),
        (f"{office}; week 8 off; week 28-30,52 off", [USUAL, "I uke 8: stengt", "I uke 28–30, 52: stengt"]),
        ("Mo[1,-1] 10:00-11:00", ["Første og siste mandag i måneden: 10:00–11:00"]),
        (f"{office}; easter -7 days-easter +1 day off", [USUAL, "Palmesøndag–andre påskedag: stengt"]),
        (f"{office}; Fr 18:00-02:00; Jul Sa 20:00-03:00", None),
    ]:
        found = told(text).notes
        assert found == notes or notes is None, text
    assert found == ["Vanligvis: mandag–torsdag 08:00–16:00, fredag 18:00–02:00", "I juli: lørdag 20:00–03:00"]


def test_notes_in_english():
    for text, notes in [
        ("Mo-Fr 08:00-16:00; PH off; Dec 24 off", ["Closed on public holidays and Christmas Eve"]),
        ("Mo-Fr 08:00-16:00; Dec 24-26 off", ["Usually: Monday–Friday 08:00–16:00", "24–26 December: closed"]),
        ("week 2-52/2 Mo,We 10:00-12:00", ["In even-numbered weeks: Monday and Wednesday 10:00–12:00"]),
        ("Jul week 28 off", ["In July, in week 28: closed"]),
        ("Mo[1] 10:00-11:00", ["The first Monday of the month: 10:00–11:00"]),
    ]:
        assert told(text, language="en").notes == notes, text


def test_week_is_named_only_if_weeks_differ():
    for text, on, week in [
        ("Mo-Fr 08:00-16:00; PH off", TUESDAY, ""),
        ("week 1-53/2 Mo 10:00-12:00", TUESDAY, "Denne uka (uke 49, 30. november–6. desember)"),
        ("Mo-Fr 08:00-16:00; Jul off", date(2026, 12, 13), "Denne uka (uke 50, 7.–13. desember)"),
        ("Mo-Fr 08:00-16:00; Jul off", date(2027, 1, 1), "Denne uka (uke 53, 28. desember–3. januar)"),
    ]:
        assert told(text, on).week == week, text


@pytest.mark.parametrize(("on", "days"), [(TUESDAY, 1), (date(2026, 12, 8), 0)])
def test_rows_are_of_the_week_that_is_named(on, days):
    rows = told("week 1-53/2 Mo 10:00-12:00", on).rows
    assert sum(bool(row.spans) for row in rows) == days
