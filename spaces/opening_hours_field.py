"""A form field for opening hours: weekdays in rows, OpenStreetMap syntax for what they cannot say."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from .opening_hours import HOLIDAYS_OFF, OSM_DAYS, Week, clock, from_osm, to_osm, validate_opening_hours

TIME = re.compile(r"(?P<hour>\d{1,2})(?:[.:]?(?P<minute>[0-5]\d))?")
NO_TIMES = [""] * 14


class OpeningHoursWidget(forms.MultiWidget):
    template_name = "spaces/widgets/opening_hours.html"

    class Media:
        css = {"all": ["css/opening-hours.css"]}

    def __init__(self, attrs=None):
        times = [f"{day.lower()}_{end}" for day in OSM_DAYS for end in ("from", "to")]
        time = {"class": "opening-hours-time", "autocomplete": "off", "size": 5}
        super().__init__(
            {name: forms.TextInput(time) for name in times}
            | {
                "closed_on_holidays": forms.CheckboxInput,
                "other": forms.TextInput({"class": "opening-hours-text", "autocomplete": "off"}),
            },
            attrs,
        )

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        *times, holidays, other = context["widget"]["subwidgets"]
        rows = [_row(_day(day), *inputs) for day, inputs in enumerate(_in_pairs(times))]
        other["attrs"]["aria-describedby"] = f"{other['name']}_hint"
        holidays["attrs"].pop("aria-invalid", None)
        if not other["value"]:
            other["attrs"].pop("aria-invalid", None)
        context["widget"] |= {"rows": rows, "holidays": holidays, "other": other}
        return context

    def decompress(self, value):
        """Text that rows can't say goes to the other hours, but its closing on holidays to the tick."""
        if not value:
            return [*NO_TIMES, False, ""]
        week = from_osm(value)
        if week and all(len(spans) <= 1 for spans in week.days):
            return [*_typed_times(week), week.closed_on_holidays, ""]
        other = value.removesuffix(HOLIDAYS_OFF)
        return [*NO_TIMES, other != value, other]


class OpeningHoursField(forms.MultiValueField):
    """Gives OpenStreetMap text, "" when nothing is filled in."""

    widget = OpeningHoursWidget

    def __init__(self, **kwargs):
        texts = [forms.CharField(required=False) for _text in (*NO_TIMES, "other")]
        fields = [*texts[:-1], forms.BooleanField(required=False), texts[-1]]
        super().__init__(fields, require_all_fields=False, **kwargs)

    def clean(self, value):
        text = super().clean(value)
        if self.required and not text:
            raise ValidationError(self.error_messages["required"], code="required")
        return text

    def compress(self, data_list):
        if not data_list:
            return ""
        *times, closed_on_holidays, other = data_list
        week = _read_week(times, closed_on_holidays)
        text = to_osm(week)
        if other:
            return _other_hours(other, week, text)
        if closed_on_holidays and not text:
            message = _("Fill in the opening hours as well, or untick the holidays.")
            raise ValidationError(message, code="incomplete")
        return text

    def has_changed(self, initial, data):
        """Compares what is meant: "8" typed over "08:00" is no change."""
        return not self.disabled and self._meaning(data) != self._meaning(self.widget.decompress(initial))

    def _meaning(self, values):
        pairs = zip(self.fields, values, strict=True)
        try:
            return self.compress([field.clean(value) for field, value in pairs])
        except ValidationError:
            return [value or "" for value in values]


def _other_hours(other, week, week_text):
    """The other hours as they are stored; the weekday rows, if filled in, must say the same."""
    text = other.removesuffix(HOLIDAYS_OFF) + HOLIDAYS_OFF if week.closed_on_holidays else other
    validate_opening_hours(text)
    if week_text and from_osm(text) != week:
        message = _("The weekdays say “%(week)s”, but the other hours say “%(other)s”. Empty one of them.")
        raise ValidationError(message, code="conflict", params={"week": week_text, "other": text})
    return text


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
    """Minutes after midnight from "8", "8.30", "08:30", "0830" or "24"."""
    if match := TIME.fullmatch(typed):
        minutes = int(match["hour"]) * 60 + int(match["minute"] or 0)
        if minutes <= 1440:
            return minutes
    message = _("%(day)s: “%(typed)s” is not a time. Write it like 08:30.")
    raise ValidationError(message, code="time", params={"day": day, "typed": typed})


def _row(day, opens, closes):
    """Both inputs named after the day, and marked as invalid only when the fault is theirs."""
    readable = _is_readable(*((each["value"] or "").strip() for each in (opens, closes)))
    for each, name in (opens, _("%(day)s from")), (closes, _("%(day)s to")):
        each["attrs"] |= {"aria-label": name % {"day": day}, "aria-invalid": False if readable else "true"}
    return {"day": day, "opens": opens, "closes": closes}


def _is_readable(opens, closes):
    try:
        _read_spans("", opens, closes)
    except ValidationError:
        return False
    return True


def _typed_times(week):
    for spans in week.days:
        yield from (clock(minutes) for minutes in spans[0]) if spans else ("", "")


def _in_pairs(values):
    return zip(values[::2], values[1::2], strict=True)


def _day(number):
    return capfirst(WEEKDAYS[number])
