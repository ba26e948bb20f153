from functools import cache
from html import escape
from itertools import groupby

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

# A file may have 200,000 faults; the template language takes over a second for each 100,000.
ROW = '<tr><th scope="row">{}</th><td>{}</td></tr>\n'


@register.simple_tag
def remark_rows(remarks) -> SafeString:
    """A row of a table for each row of the file; the remarks come in its order."""
    escaped = cache(escape)
    rows = (list(of_row) for _number, of_row in groupby(remarks, key=lambda remark: remark.number))
    return mark_safe(  # noqa: S308
        "".join(ROW.format(escaped(row[0].place), "".join(_text(remark, escaped) for remark in row)) for row in rows)
    )


def _text(remark, escaped):
    column = f"<strong>{escaped(remark.column)}</strong>: " if remark.column else ""
    return f"<p>{column}{escaped(remark.text)}</p>"
