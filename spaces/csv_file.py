"""CSV as spreadsheets write it: bytes to numbered rows of cells, and rows to a file that no formula hides in."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 20_000
DELIMITERS = ";,\t"
MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
NORWEGIAN_IN_UTF_8 = re.compile(rb"\xc3[\x80-\xbf]")
SEPARATOR = re.compile('"?sep=([;,\t])"?(\r\n|\r|\n)', re.IGNORECASE)  # Excel's own first line, which it does not show
# What a spreadsheet takes for a formula: https://owasp.org/www-community/attacks/CSV_Injection
SIGN = "[=+\\-@＝＋－＠]"
FORMULA = re.compile(rf"'*([\t\r\n]|\s*{SIGN})")
# Within a cell, after what a spreadsheet of another country parts cells at: after a semicolon of ours it sees no quotes
WITHIN = rf"'*(?:\"|[^\S\t\r\n])*{SIGN}"
UNGUARDED, GUARDED = re.compile(rf"([,\t\r\n])({WITHIN})"), re.compile(rf"([,\t\r\n])'({WITHIN})")


class Unreadable(Exception):
    """Why nothing of the file can be read, in the reader's language; and in which line, where that is known."""

    def __init__(self, reason: str, line: int | None = None):
        self.reason, self.line = reason, line
        super().__init__(reason)


class Row(NamedTuple):
    """Its number as a spreadsheet counts, the line of the file in which it begins, and its cells without guards."""

    number: int
    line: int
    cells: list[str]


def guarded(cell: str) -> str:
    within = UNGUARDED.sub(r"\1'\2", cell)
    return f"'{within}" if FORMULA.match(cell) else within


def unguarded(cell: str) -> str:
    if "'" not in cell:
        return cell
    within = GUARDED.sub(r"\1\2", cell)
    return within[1:] if within[:1] == "'" and FORMULA.match(within[1:]) else within


def written(rows: Iterable[Iterable[str]]) -> bytes:
    """As Norwegian Excel opens it: UTF-8 with its mark, semicolons."""
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(map(guarded, row) for row in rows)
    return text.getvalue().encode("utf-8-sig")


def content(upload: UploadedFile) -> bytes:
    if upload.size > MOST_BYTES:
        raise Unreadable(_("The file is larger than %d MB. Divide it in two.") % (MOST_BYTES // 1024**2))
    return upload.read()


def rows(raw: bytes, known: Callable[[str], object]) -> Iterator[Row]:
    """The rows that are not blank, the header first. `known` tells which of its cells name a column."""
    text = _decoded(raw)
    said = SEPARATOR.match(text)
    first_line = 2 if said else 1
    text = text[said.end() :] if said else text
    delimiter = said[1] if said else max(DELIMITERS, key=lambda each: _known_in_header(text, each, known))
    found = 0
    for found, row in enumerate(_filled(text, delimiter, first_line), start=1):
        if found > MOST_ROWS + 1:
            raise Unreadable(_("The file has more than %d spaces. Divide it in two.") % MOST_ROWS, row.line)
        yield row._replace(cells=[unguarded(cell) for cell in row.cells])
    if found < 2:
        raise Unreadable(_("There are no spaces in the file."))


def _decoded(raw: bytes) -> str:
    if raw.startswith(WORKBOOKS):
        raise Unreadable(_("This is a workbook, not CSV. In Excel choose Save as, and then CSV UTF-8."))
    mark, encoding = next(((mark, name) for mark, name in MARKS if raw.startswith(mark)), (b"", "utf-8"))
    try:
        text = raw.removeprefix(mark).decode(encoding)
    except UnicodeDecodeError as error:
        if mark:
            raise Unreadable(_unknown_letters(), _line_of(raw, error.start + len(mark))) from error
        text = _decoded_from_windows(raw)
    if "\0" in text:
        reason = _("The file holds characters that belong in no text. Save it as CSV UTF-8.")
        raise Unreadable(reason, text.count("\n", 0, text.index("\0")) + 1)
    return text


def _decoded_from_windows(raw: bytes) -> str:
    """Windows-1252, unless a line is plainly in UTF-8: of a file in both, one half would be garbled unseen."""
    mixed = NORWEGIAN_IN_UTF_8.search(raw)
    if mixed:
        raise Unreadable(_unknown_letters(), _line_of(raw, mixed.start()))
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError as error:
        raise Unreadable(_unknown_letters(), _line_of(raw, error.start)) from error


def _unknown_letters() -> str:
    return _("We cannot tell which letters these are. Save the file as CSV UTF-8.")


def _line_of(raw: bytes, position: int) -> int:
    return raw.count(b"\n", 0, position) + 1


def _known_in_header(text: str, delimiter: str, known) -> int:
    try:
        return sum(bool(known(cell)) for cell in next(_filled(text, delimiter)).cells[:100])
    except (StopIteration, Unreadable):
        return 0


def _filled(text: str, delimiter: str, first_line: int = 1) -> Iterator[Row]:
    return (row for row in _records(text, delimiter, first_line) if any(cell.strip() for cell in row.cells))


def _records(text: str, delimiter: str, first_line: int) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number, line = 1, first_line
    try:
        for cells in reader:
            yield Row(number, line, cells)
            number, line = number + 1, reader.line_num + first_line
    except csv.Error as error:
        raise Unreadable(_of_quotes(error), line) from error


def _of_quotes(error: csv.Error) -> str:
    if "field limit" in str(error):
        most = csv.field_size_limit()
        return (
            ngettext(
                "A cell here has more than %d character. Is a quotation mark missing?",
                "A cell here has more than %d characters. Is a quotation mark missing?",
                most,
            )
            % most
        )
    return _("A quotation mark is missing here, or one too many. Within a cell, write it twice.")
