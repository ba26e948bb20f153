import re

import pytest
from django import forms
from django.utils.translation import override

from spaces.opening_hours_field import OpeningHoursField

WORKDAYS = {
    f"hours_{day}_{end}": time for day in ("mo", "tu", "we", "th", "fr") for end, time in [("from", "8"), ("to", "16")]
}
HOLIDAYS = {"hours_closed_on_holidays": "on"}


class HoursForm(forms.Form):
    hours = OpeningHoursField(required=False)


class RequiredHoursForm(forms.Form):
    hours = OpeningHoursField()


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


def monday(opens, closes):
    return {"hours_mo_from": opens, "hours_mo_to": closes}


def other(text):
    return {"hours_other": text}


def values(form):
    """The values of the inputs that are filled in or ticked, as shown."""
    inputs = re.findall(r"<input[^>]*>", str(form["hours"]))
    return {
        re.search(r'name="hours_(\w+)"', tag)[1]: re.search(r'value="([^"]*)"', tag)[1] if "value=" in tag else "on"
        for tag in inputs
        if "value=" in tag or " checked" in tag
    }


def error_of(data):
    form = HoursForm(data)
    (error,) = form.errors["hours"]
    return error


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({}, ""),
        (WORKDAYS, "Mo-Fr 08:00-16:00"),
        ({"hours_weekdays_from": "8", "hours_weekdays_to": "16"}, "Mo-Fr 08:00-16:00"),
        (
            {"hours_weekdays_from": "8", "hours_weekdays_to": "16"} | monday("9", "12") | HOLIDAYS,
            "Mo 09:00-12:00; Tu-Fr 08:00-16:00; PH off; Dec 24 off",
        ),
        (WORKDAYS | HOLIDAYS, "Mo-Fr 08:00-16:00; PH off; Dec 24 off"),
        (other(" Fr 18:00-02:00 "), "Fr 18:00-02:00"),
        (other("Mo 08:00-12:00,13:00-16:00") | HOLIDAYS, "Mo 08:00-12:00,13:00-16:00; PH off; Dec 24 off"),
        (other("Jul off; PH off; Dec 24 off") | HOLIDAYS, "Jul off; PH off; Dec 24 off"),
        (WORKDAYS | other("Mo-Fr 8:00-16:00"), "Mo-Fr 8:00-16:00"),
    ],
)
def test_field_gives(data, text):
    form = HoursForm(data)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["hours"] == text


def test_field_reads_time():
    for typed in ("8", "08", "8.00", "8:00", "08:00", "0800", "800", " 08.00 "):
        form = HoursForm(monday(typed, "24"))
        assert form.is_valid(), form.errors
        assert form.cleaned_data["hours"] == "Mo 08:00-24:00"


def test_field_names_the_day_of_an_unreadable_time():
    for typed in ("25:00", "24:01", "8:60", "abc", "8:", "8-9", "-1"):
        assert error_of(monday(typed, "16")) == f"Monday: “{typed}” is not a time. Write it like 08:30."


def test_field_names_the_day_of_a_half_filled_row():
    for times in (("8", ""), ("", "16")):
        assert error_of(monday(*times)) == "Monday: fill in both from and to, or neither."


def test_field_names_the_day_that_closes_before_it_opens():
    for times in (("16", "8"), ("8", "8"), ("18", "00:00")):
        assert error_of(monday(*times)).startswith("Monday: “to” must be after “from”."), times


def test_field_names_every_wrong_day():
    form = HoursForm(monday("8", "") | {"hours_su_from": "x", "hours_su_to": "16"})
    assert [error.split(":")[0] for error in form.errors["hours"]] == ["Monday", "Sunday"]


def test_field_names_the_conflict_between_weekdays_and_other_hours():
    assert error_of(WORKDAYS | other("Mo 10:00-12:00")) == (
        "The weekdays say “Mo-Fr 08:00-16:00”, but the other hours say “Mo 10:00-12:00”. Empty one of them."
    )


def test_field_refuses_other_hours_that_are_no_syntax():
    assert "“man-fre 8-16” is not OpenStreetMap opening hours" in error_of(other("man-fre 8-16"))


def test_field_counts_the_holidays_into_the_length():
    text = "Mo " + ",".join(["08:00-09:00"] * 41)
    assert len(text) < 500
    assert HoursForm(other(text)).is_valid()
    assert error_of(other(text) | HOLIDAYS) == "Opening hours can have at most 500 characters."


def test_field_refuses_holidays_without_hours():
    assert error_of(HOLIDAYS) == "Fill in the opening hours as well, or untick the holidays."


@pytest.mark.parametrize("data", [{}, monday(" ", "")])
def test_required_field_asks_for_hours(data):
    assert RequiredHoursForm(data).errors["hours"] == ["This field is required."]


def test_required_field_takes_hours():
    assert RequiredHoursForm(WORKDAYS).is_valid()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", {}),
        ("Mo 08:00-24:00", {"mo_from": "08:00", "mo_to": "24:00"}),
        ("Su 08:00-16:30; PH off; Dec 24 off", {"su_from": "08:00", "su_to": "16:30", "closed_on_holidays": "on"}),
        ("Mo 08:00-12:00,13:00-16:00", {"other": "Mo 08:00-12:00,13:00-16:00"}),
        ("Jul off; PH off; Dec 24 off", {"other": "Jul off", "closed_on_holidays": "on"}),
        ("not understood", {"other": "not understood"}),
    ],
)
def test_widget_shows_stored_text(text, shown):
    assert values(HoursForm(initial={"hours": text})) == shown


def test_widget_shows_again_all_that_was_typed():
    typed = {"mo_from": "abc", "tu_to": "25", "closed_on_holidays": "on", "other": "man-fre"}
    form = HoursForm({f"hours_{name}": value for name, value in typed.items()})
    assert not form.is_valid()
    assert values(form) == typed


def test_widget_names_every_time_after_its_day():
    html = str(HoursForm()["hours"])
    names = re.findall(r'aria-label="(\w+day (?:from|to))"', html)
    assert len(set(names)) == 14
    assert names[:2] == ["Monday from", "Monday to"]


def test_widget_labels_the_other_inputs():
    html = str(HoursForm()["hours"])
    for name in ("closed_on_holidays", "other"):
        number = re.search(rf'name="hours_{name}"[^>]* id="(\w+)"', html)[1]
        assert f'<label for="{number}">' in html
    assert 'aria-describedby="hours_other_hint"' in html
    assert 'id="hours_other_hint"' in html


@pytest.mark.parametrize(
    ("data", "marked"),
    [(WORKDAYS, []), (WORKDAYS | {"hours_tu_to": " "}, ["tu_from", "tu_to"]), (WORKDAYS | other("man-fre"), ["other"])],
)
def test_widget_marks_only_what_is_wrong(data, marked):
    html = str(HoursForm(data)["hours"])
    assert re.findall(r'name="hours_(\w+)"[^>]* aria-invalid="true"', html) == marked


def test_widget_brings_its_style_sheet():
    assert "spaces/opening-hours.css" in str(HoursForm().media)


@pytest.mark.parametrize(
    ("initial", "data", "changed"),
    [
        (None, {}, False),
        ("", {}, False),
        ("Mo 08:00-16:00", monday("8", "16.00"), False),
        ("Mo 08:00-16:00", monday("8", "17"), True),
        ("Mo 08:00-16:00", monday("8", "x"), True),
        ("Mo 08:00-16:00", monday("8", "16") | HOLIDAYS, True),
        ("Mo 08:00-16:00", {}, True),
        ("Mo,Tu 08:00-16:00", monday("8", "16") | {"hours_tu_from": "8", "hours_tu_to": "16"}, False),
        ("Fr 18:00-02:00; PH off; Dec 24 off", other("Fr 18:00-02:00") | HOLIDAYS, False),
        ("Fr 18:00-02:00; PH off; Dec 24 off", other("Fr 18:00-02:00"), True),
        ("not understood", other("not understood"), False),
    ],
)
def test_field_has_changed(initial, data, changed):
    assert HoursForm(data, initial={"hours": initial}).has_changed() is changed


def test_required_field_left_empty_has_not_changed():
    assert RequiredHoursForm({}).has_changed() is False


@pytest.mark.parametrize(
    "text",
    ["Mo-Fr 08:00-16:00; Sa 10:00-14:00; PH off; Dec 24 off", "24/7", "Fr 18:00-02:00; PH off; Dec 24 off", "off"],
)
def test_field_gives_back_what_it_was_shown(text):
    shown = values(HoursForm(initial={"hours": text}))
    form = HoursForm({f"hours_{name}": value for name, value in shown.items()})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["hours"] == text
