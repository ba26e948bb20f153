"""A form field for opening hours: weekdays in rows, OpenStreetMap syntax for what they cannot say."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.forms.widgets import Script
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from .opening_hours import HOLIDAYS_OFF, Week, from_osm, in_words, to_osm, validate_opening_hours
from .opening_hours_rules import OSM_DAYS
from .opening_hours_words import clock

TIME = re.compile(r"(?P<hour>\d{1,2})(?:[.:]?(?P<minute>[0-5]\d))?")
NO_TIMES = [""] * 14
WEEKDAYS_ROW = ["", ""]  # is never stored: it fills the rows of Monday to Friday that are empty


class OpeningHoursWidget(forms.MultiWidget):
    template_name = "spaces/widgets/opening_hours.html"

    class Media:
        css = {"all": ["spaces/opening-hours.css"]}
        js = [Script("spaces/opening-hours.js", type="module")]

    def __init__(self, attrs=None):
        times = [f"{day.lower()}_{end}" for day in OSM_DAYS for end in ("from", "to")]
        time = {"class": "opening-hours-time", "autocomplete": "off", "size": 5}
        super().__init__(
            {name: forms.TextInput(time) for name in times}
            | {
                "closed_on_holidays": forms.CheckboxInput,
                "other": forms.TextInput({"class": "opening-hours-text", "autocomplete": "off"}),
            }
            | {f"weekdays_{end}": forms.TextInput(time) for end in ("from", "to")},
            attrs,
        )

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        *times, holidays, other, opens, closes = context["widget"]["subwidgets"]
        rows = [_row(_day(day), *inputs) for day, inputs in enumerate(_in_pairs(times))]
        other["attrs"]["aria-describedby"] = f"{other['name']}_hint"
        holidays["attrs"].pop("aria-invalid", None)
        if not other["value"]:
            other["attrs"].pop("aria-invalid", None)
        context["widget"] |= {"rows": rows, "holidays": holidays, "other": other}
        context["widget"]["weekdays"] = _row(_("Monday–Friday"), opens, closes)
        return context

    def decompress(self, value):
        if not value:
            return [*NO_TIMES, False, "", *WEEKDAYS_ROW]
        week = from_osm(value)
        if week and all(len(spans) <= 1 for spans in week.days):
            return [*_typed_times(week), week.closed_on_holidays, "", *WEEKDAYS_ROW]
        # Rows cannot say it, but the checkbox can still say that it is closed on holidays.
        other = value.removesuffix(HOLIDAYS_OFF)
        return [*NO_TIMES, other != value, other, *WEEKDAYS_ROW]


class OpeningHoursField(forms.MultiValueField):
    """Cleans to OpenStreetMap syntax, "" if nothing is filled in."""

    widget = OpeningHoursWidget
    in_words = staticmethod(in_words)

    def __init__(self, **kwargs):
        texts = [forms.CharField(required=False) for _text in (*NO_TIMES, "other", *WEEKDAYS_ROW)]
        fields = [*texts[:14], forms.BooleanField(required=False), *texts[14:]]
        super().__init__(fields, require_all_fields=False, **kwargs)

    def clean(self, value):
        text = super().clean(value)
        if self.required and not text:
            raise ValidationError(self.error_messages["required"], code="required")
        return text

    def compress(self, data_list):
        if not data_list:
            return ""
        *times, closed_on_holidays, other, opens, closes = data_list
        week = _read_week(_with_weekdays(times, opens, closes), closed_on_holidays)
        text = to_osm(week)
        if other:
            return _other_hours(other, week, text)
        if closed_on_holidays and not text:
            message = _("Fill in the opening hours as well, or untick the holidays.")
            raise ValidationError(message, code="incomplete")
        return text

    def has_changed(self, initial, data):
        # "8" typed over "08:00" is no change.
        return not self.disabled and self._normalised(data) != self._normalised(self.widget.decompress(initial))

    def _normalised(self, values):
        pairs = zip(self.fields, values, strict=True)
        try:
            return self.compress([field.clean(value) for field, value in pairs])
        except ValidationError:
            return [value or "" for value in values]


def _other_hours(other, week, week_text):
    """Return the other hours as they are stored. Raise if the weekday rows are filled in and differ."""
    text = other.removesuffix(HOLIDAYS_OFF) + HOLIDAYS_OFF if week.closed_on_holidays else other
    validate_opening_hours(text)
    if week_text and from_osm(text) != week:
        message = _("The weekdays say “%(week)s”, but the other hours say “%(other)s”. Empty one of them.")
        raise ValidationError(message, code="conflict", params={"week": week_text, "other": text})
    return text


def _with_weekdays(times, opens, closes):
    _read_spans(_("Monday–Friday"), opens, closes)
    days = enumerate(_in_pairs(times))
    return [time for day, typed in days for time in (typed if any(typed) or day > 4 else (opens, closes))]


def _read_week(times, closed_on_holidays):
    days, errors = [], []
    for day, (opens, closes) in enumerate(_in_pairs(times)):
        try:
            days.append(_read_spans(_day(day), opens, closes))
        except ValidationError as error:
            errors.append(error)
    if errors:
        raise ValidationError(errors)
    return Week(tuple(days), closed_on_holidays)


def _read_spans(day, opens, closes):
    if not (opens or closes):
        return ()
    if not (opens and closes):
        message = _("%(day)s: fill in both from and to, or neither.")
        raise ValidationError(message, code="incomplete", params={"day": day})
    span = _read_time(day, opens), _read_time(day, closes)
    if span[0] >= span[1]:
        message = _("%(day)s: “to” must be after “from”. Midnight is 24:00; past it, use the other hours.")
        raise ValidationError(message, code="order", params={"day": day})
    return (span,)


def _read_time(day, typed):
    """Parse "8", "8.30", "08:30", "0830" or "24" to minutes after midnight."""
    if match := TIME.fullmatch(typed):
        minutes = int(match["hour"]) * 60 + int(match["minute"] or 0)
        if minutes <= 1440:
            return minutes
    message = _("%(day)s: “%(typed)s” is not a time. Write it like 08:30.")
    raise ValidationError(message, code="time", params={"day": day, "typed": typed})


def _row(day, opens, closes):
    # Django marks every input of the field as invalid, whichever it was.
    try:
        _read_spans("", *((each["value"] or "").strip() for each in (opens, closes)))
        invalid = False
    except ValidationError:
        invalid = "true"
    for each, name in (opens, _("%(day)s from")), (closes, _("%(day)s to")):
        each["attrs"] |= {"aria-label": name % {"day": day}, "aria-invalid": invalid}
    return {"day": day, "opens": opens, "closes": closes}


def _typed_times(week):
    for spans in week.days:
        yield from (clock(minutes) for minutes in spans[0]) if spans else ("", "")


def _in_pairs(values):
    return zip(values[::2], values[1::2], strict=True)


def _day(number):
    return capfirst(WEEKDAYS[number])
