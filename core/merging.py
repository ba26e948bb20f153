"""Of two people who change a row at once, the later one keeps what both changed, and is asked where they clash."""

from datetime import datetime
from typing import NamedTuple

from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core import signing
from django.core.exceptions import ValidationError
from django.forms import CheckboxInput, MultiWidget
from django.forms.boundfield import BoundField
from django.forms.widgets import ChoiceWidget
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from .forms import who_and_when
from .history import reason_in_words

MINE, THEIRS = "mine", "theirs"
MAX_CHANGES = 5


class Opened(NamedTuple):
    """What stood in a form when it was opened, by key of a cell; signed, it goes to the browser and comes back.

    `asked` has what stood there before, of those where somebody is yet to choose.
    """

    values: dict
    asked: dict
    at: str

    @classmethod
    def of(cls, form, formsets, asked=()):
        rows = [row for formset in formsets for row in formset.initial_forms]
        values = {key(bound, row): sent(bound) for row in [form, *rows] for bound in fields_of(row)}
        return cls({name: value for name, value in values.items() if value}, dict(asked), timezone.now().isoformat())

    def dumps(self, instance, version: str) -> str:
        return _signer(instance, version).sign_object(self, compress=True)

    @classmethod
    def loads(cls, text: str, instance, version: str):
        """Return nothing if it does not belong to this version of the row."""
        try:
            return cls(*_signer(instance, version).unsign_object(text))
        except signing.BadSignature:
            return None


def _signer(instance, version):
    return signing.Signer(salt=f"core.merging {instance._meta.label} {instance.pk} {version}")


class Difference(NamedTuple):
    """A field, or several that belong together, in words; without a key there is nothing to choose."""

    key: str
    label: str
    before: str | None  # None if it is not known
    theirs: str
    mine: str = ""
    is_unanswered: bool = False  # it was asked already


class Cell(NamedTuple):
    """A field of the stored row or of one of its inlines, and the names by which the browser sends it."""

    key: str
    bound: BoundField
    names: list[str]


class Merge:
    """What was sent, with what others have saved since the form was opened.

    `data` is what to save where nothing clashes, and what to show where something does.
    """

    def __init__(self, form, formsets, data, files, opened: Opened | None, version: str):
        self.instance, self.data, self.files, self.opened = form.instance, data.copy(), files, opened
        self.had_files = bool(files)
        self.clashes, self.taken, self._asked = [], [], {}
        cells = [Cell(bound.name, bound, names_of(bound)) for bound in fields_of(form)]
        for together in _groups(cells, getattr(form, "together", ())):
            self._merge_cells(together)
        for formset in formsets:
            self._merge_rows(formset)
        renewed = Opened.of(form, formsets, self._asked)
        self.data["version"], self.data["opened"] = version, renewed.dumps(self.instance, version)

    @cached_property
    def changes(self) -> list[str]:
        """Say who has saved since the form was opened, and when, the latest first."""
        history = getattr(self.instance, "history", None)
        entries = history.select_related("history_user")[:MAX_CHANGES] if history else []
        since = datetime.fromisoformat(self.opened.at) if self.opened else timezone.now()
        # One that was made before may have been committed since.
        entries = [entry for entry in entries if entry.history_date >= since] or entries[:1]
        return list(dict.fromkeys(map(_told, entries))) or [_("Somebody changed this while you had it open.")]

    @property
    def summary(self) -> str:
        labels = ", ".join(dict.fromkeys(difference.label for difference in self.taken))
        kept = [_("That is kept too: %(fields)s.") % {"fields": labels}] if labels else []
        return " ".join([*self.changes, *kept])

    def _merge_cells(self, cells, row=""):
        name, opened = cells[0].key, self.opened
        mine, theirs = [self._sent(cell) for cell in cells], [sent(cell.bound) for cell in cells]
        before = opened and [opened.values.get(cell.key) for cell in cells]
        choice = self.data.get(f"choice-{name}")
        is_asked = bool(opened) and any(cell.key in opened.asked for cell in cells)
        if is_asked and choice == THEIRS:
            self._write(cells, before)
            mine = before
        is_open = is_asked and choice not in (MINE, THEIRS)
        if mine == theirs or (theirs == before and not is_open):
            return
        earlier = before
        if is_open:  # cell by cell: others may belong together now, as a tick that deletes the row takes in all of them
            earlier = [opened.asked.get(cell.key, value) for cell, value in zip(cells, before, strict=True)]
        values = list(zip(cells, earlier or mine, theirs, mine, strict=True))
        shown, *texts = zip(*(each for each in values if not each[1] == each[2] == each[3]), strict=True)
        label = ", ".join(filter(None, [row, *(str(capfirst(cell.bound.label)) for cell in shown)]))
        told = [_in_words(shown, text) for text in texts]
        difference = Difference(name, label, told[0] if earlier else None, *told[1:], is_open)
        if mine == before:
            self._write(cells, theirs)
            self.taken.append(difference._replace(key="", mine=""))
        else:
            self.clashes.append(difference)
            self._asked |= {cell.key: value for cell, value in zip(cells, earlier or mine, strict=True)}

    def _merge_rows(self, formset):
        sent_rows = rows_sent(formset, self.data)
        stored = {str(row.instance.pk): row for row in formset.initial_forms}
        for pk, row in stored.items():
            if (prefix := sent_rows.get(pk)) is None:
                continue
            cells = [Cell(key(b, row), b, names_of(b, row.prefix, prefix)) for b in fields_of(row)]
            # To delete what another has just changed is to clash with the whole of it.
            is_deleted = bool(self.data.get(f"{prefix}-DELETE"))
            for together in [cells] if is_deleted else [[cell] for cell in cells]:
                self._merge_cells(together, str(row.instance))
        if stored.keys() != {pk for pk in sent_rows if pk.isdecimal()}:
            self._renumber(formset, stored, sent_rows)

    def _renumber(self, formset, stored, sent_rows):
        """Add the rows that others have added, and leave out those that they removed."""
        blank, kind = list(fields_of(formset.empty_form)), str(capfirst(formset.model._meta.verbose_name))
        rows = []
        for pk, row in stored.items():
            if pk in sent_rows:
                rows.append(self._take_row(sent_rows[pk]))
                continue
            rows.append(({}, {}))
            for bound in fields_of(row):
                parts = sent(bound) or []
                names = names_of(bound, row.prefix, "")
                rows[-1][0].update({name: part for name, part in zip(names, parts, strict=False) if part})
            self.taken.append(Difference("", kind, "", str(row.instance)))
        for pk, prefix in sent_rows.items():
            if pk.isdecimal() and pk not in stored:
                start = f"{formset.prefix}/{pk}/"
                self._report_removed(kind, [Cell(start + b.name, b, names_of(b, b.form.prefix, prefix)) for b in blank])
                self._take_row(prefix)
            elif pk not in stored:
                rows.append(self._take_row(prefix))
        for number, (fields, files) in enumerate(rows):
            for target, parts in ((self.data, fields), (self.files, files)):
                for name, values in parts.items():
                    target.setlist(f"{formset.prefix}-{number}{name}", values)
        self.data[f"{formset.prefix}-TOTAL_FORMS"] = str(len(rows))
        self.data[f"{formset.prefix}-INITIAL_FORMS"] = str(len(stored))

    def _report_removed(self, kind, cells):
        cells = [cell for cell in cells if not cell.bound.is_hidden]
        mine = [self._sent(cell) for cell in cells]
        before = self.opened and [self.opened.values.get(cell.key) for cell in cells]
        difference = Difference("", kind, before and _in_words(cells, before), _("removed"), _in_words(cells, mine))
        if mine == before:
            self.taken.append(difference)
        else:
            self.clashes.append(difference)  # there is nothing to choose, but what was written may be copied

    def _take_row(self, prefix):
        """Return fields and files of a row, and remove them."""
        taken = []
        for source in (self.data, self.files):
            names = [name for name in source if name.startswith(f"{prefix}-")]
            taken.append({name.removeprefix(prefix): source.getlist(name) for name in names})
            for name in names:
                del source[name]
        return taken

    def _sent(self, cell):
        return _sent(cell, self.data)

    def _write(self, cells, values):
        for cell, value in zip(cells, values, strict=True):
            several = getattr(_widget(cell.bound), "allow_multiple_selected", False)
            for name, part in zip(cell.names, value or [[] for _name in cell.names], strict=True):
                self.data.setlist(name, part or ([] if several else [""]))


def what_was_sent(form, formsets, data) -> list[tuple[str, str]]:
    """Return label and words of every field that holds something, whether or not there is a row for it."""
    cells = [Cell(bound.name, bound, names_of(bound)) for bound in fields_of(form)]
    for formset in formsets:
        for prefix in rows_sent(formset, data).values():
            row = formset.empty_form
            cells += [Cell(bound.name, bound, names_of(bound, row.prefix, prefix)) for bound in fields_of(row)]
    told = [(capfirst(cell.bound.label), _words(cell.bound, _sent(cell, data))) for cell in cells if _sent(cell, data)]
    return [(label, words) for label, words in told if words]


def rows_sent(formset, data) -> dict[str, str]:
    """Return the prefixes of the rows that were sent, by key; of new rows, by the prefix itself."""
    count = data.get(f"{formset.prefix}-TOTAL_FORMS", "")
    count = min(int(count), formset.absolute_max) if count.isdecimal() and len(count) < 6 else 0
    prefixes = [f"{formset.prefix}-{number}" for number in range(count)]
    name = formset.model._meta.pk.name
    return {data.get(f"{prefix}-{name}") or prefix: prefix for prefix in prefixes}


def fields_of(form):
    """Yield the fields that people see and a browser sends as text; a file is never shown again."""
    columns = {field.name for field in form.instance._meta.get_fields()}
    for bound in form:
        is_seen = not bound.is_hidden or bound.name in columns
        if is_seen and not bound.field.disabled and not bound.field.widget.needs_multipart_form:
            yield bound


def key(bound, row) -> str:
    return f"{row.prefix.rpartition('-')[0]}/{row.instance.pk}/{bound.name}" if row.prefix else bound.name


def names_of(bound, prefix: str = "", instead: str = "") -> list[str]:
    start = f"{instead}{bound.html_name.removeprefix(prefix)}" if prefix else bound.html_name
    widget = _widget(bound)
    return [start + part for part in widget.widgets_names] if isinstance(widget, MultiWidget) else [start]


def sent(bound):
    """Return what a browser sends of a field that is left as it is shown: a list for each name, or None."""
    return _value(_parts(_widget(bound), bound.value()))


def _sent(cell, data):
    return _value([data.getlist(name) for name in cell.names])


def _told(entry) -> str:
    what = reason_in_words(entry.history_change_reason or "")
    text = _("%(who)s changed this on %(when)s, while you had it open.")
    text = _("%(who)s changed this on %(when)s, while you had it open: %(what)s.") if what else text
    return text % (who_and_when(entry) | {"what": what})


def _widget(bound):
    widget = bound.field.widget
    return widget.widget if isinstance(widget, RelatedFieldWidgetWrapper) else widget


def _parts(widget, value) -> list[list[str]]:
    if isinstance(widget, MultiWidget):
        values = value if isinstance(value, list) else widget.decompress(value)
        return [part for each, one in zip(widget.widgets, values, strict=True) for part in _parts(each, one)]
    if isinstance(widget, CheckboxInput):
        return [["on"] if widget.check_test(value) else []]
    shown = widget.format_value(value)
    return [[str(each) for each in (shown if isinstance(shown, list) else [shown]) if each is not None]]


def _value(parts):
    parts = [[text.replace("\r\n", "\n") for text in part if text] for part in parts]
    return parts if any(parts) else None


def _groups(cells, together):
    """Yield lists of cells: fields that only make sense together are one."""
    for cell in cells:
        group = next((names for names in together if cell.key in names), (cell.key,))
        members = [each for each in cells if each.key in group]
        if cell is members[0]:
            yield members


def _in_words(cells, values) -> str:
    told = [(cell.bound, _words(cell.bound, value)) for cell, value in zip(cells, values, strict=True)]
    if len(told) == 1:
        return told[0][1]
    return "\n".join(f"{capfirst(bound.label)}: {text}" for bound, text in told if text and not bound.is_hidden)


def _words(bound, value) -> str:
    """Return the labels of what is chosen, yes or no, or what is typed."""
    widget, parts = _widget(bound), value or [[]]
    if isinstance(widget, CheckboxInput):
        return _("yes") if value else _("no")
    if isinstance(widget, ChoiceWidget):
        options = [option for _group, some, _index in widget.optgroups(bound.html_name, parts[0]) for option in some]
        return ", ".join(str(option["label"]) for option in options if option["selected"] and str(option["value"]))
    if value and hasattr(bound.field, "in_words"):
        try:
            return bound.field.in_words(bound.field.clean(["".join(part) for part in parts]))
        except ValidationError:
            pass  # what is typed is told as it is
    return " ".join(text for part in parts for text in part)
