"""CSV as spreadsheets write it: parsed to numbered rows, and written so that a spreadsheet changes no cell."""

import csv
import io
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 20_000
CHUNK = 64 * 1024  # characters that are sent at a time
DELIMITERS = ";,\t"
BOMS = ((BOM_UTF8, "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
NORWEGIAN_IN_UTF_8 = re.compile(rb"\xc3[\x80-\xbf]")
SEPARATOR = re.compile('"?sep=([;,\t])"?(\r\n|\r|\n)', re.IGNORECASE)  # Excel's own first line, which it does not show
# What a spreadsheet takes for a formula: https://owasp.org/www-community/attacks/CSV_Injection
SIGN = "[=+\\-@＝＋－＠]"
FORMULA = re.compile(rf"'*([\t\r\n]|\s*{SIGN})")
# Within a cell, after what a spreadsheet of another country parts cells at: after a semicolon of ours it sees no quotes
WITHIN = rf"'*(?:\"|[^\S\t\r\n])*{SIGN}"
UNGUARDED, GUARDED = re.compile(rf"([,\t\r\n])({WITHIN})"), re.compile(rf"([,\t\r\n])'({WITHIN})")


# What a spreadsheet takes for a number, a date, a time or a truth and writes back its own way, "24/7" as "24.jul": no
# letters but such as belong to those, in Norwegian or English. An ordinary number comes back as it was.
LETTERS = (
    "(?:jan|feb|mar|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[sc]|man|mon|tir|tue|ons|wed|tor|thu|fre|fri|lør|sat|søn|sun)"
    r"[^\W\d]*+|(?:(?<=[\d ])[ap]m?|(?<=\d)e|kr|nok|eur|usd)(?![^\W\d])"
)
TAKEN = re.compile(
    rf"(?=\D*\d)(?!(?:0|[1-9]\d{{,10}})\Z)(?:\d|\W|{LETTERS})++|'*\s*(?:true|false|sann|usann)\s*", re.IGNORECASE
)


class Unreadable(Exception):
    """A file that cannot be parsed; says why, in the reader's language, and in which line if that is known."""

    def __init__(self, reason: str, line: int | None = None):
        self.reason, self.line = reason, line
        super().__init__(reason)


class Row(NamedTuple):
    """`number` as a spreadsheet counts, `line` of the file in which it begins, cells without guards."""

    number: int
    line: int
    cells: list[str]


@lru_cache(2_000)  # most cells of an export are like one before
def guarded(cell: str, *, is_number: bool = False) -> str:
    within = UNGUARDED.sub(r"\1'\2", cell)
    return f"'{within}" if FORMULA.match(cell) or (not is_number and TAKEN.fullmatch(cell)) else within


def unguarded(cell: str) -> str:
    if "'" not in cell:
        return cell
    within = GUARDED.sub(r"\1\2", cell)
    is_guarded = within[:1] == "'" and (FORMULA.match(within[1:]) or TAKEN.fullmatch(within[1:]))
    return within[1:] if is_guarded else within


def write_csv(rows: Iterable[Iterable[str]], numbers: Collection[int] = ()) -> Iterator[bytes]:
    """Yield a file as Norwegian Excel opens it: UTF-8 with its mark, semicolons. `numbers` are columns of such."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    yield BOM_UTF8
    for row in rows:
        writer.writerow([cell and guarded(cell, is_number=place in numbers) for place, cell in enumerate(row)])
        if text.tell() > CHUNK:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def read_upload(upload: UploadedFile) -> bytes:
    if upload.size > MAX_BYTES:
        raise Unreadable(_("The file is larger than %d MB. Divide it in two.") % (MAX_BYTES // 1024**2))
    return upload.read()


def rows(raw: bytes, known: Callable[[str], object]) -> Iterator[Row]:
    """Yield the rows that are not blank, the header first; `known` tells if a cell of the header names a column."""
    text = _decoded(raw)
    separator = SEPARATOR.match(text)
    first_line = 2 if separator else 1
    text = text[separator.end() :] if separator else text
    delimiter = separator[1] if separator else max(DELIMITERS, key=lambda each: _known_in_header(text, each, known))
    count = 0
    for count, row in enumerate(_rows_with_text(text, delimiter, first_line), start=1):
        if count > MAX_ROWS + 1:
            raise Unreadable(_("The file has more than %d rows. Divide it in two.") % MAX_ROWS, row.line)
        yield row._replace(cells=[unguarded(cell) for cell in row.cells])
    if count < 2:
        raise Unreadable(_("There are no rows in the file."))


def _decoded(raw: bytes) -> str:
    if raw.startswith(WORKBOOKS):
        raise Unreadable(_("This is a workbook, not CSV. In Excel choose Save as, and then CSV UTF-8."))
    mark, encoding = next(((mark, name) for mark, name in BOMS if raw.startswith(mark)), (b"", "utf-8"))
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
    # A file in both encodings would be garbled in part, without anybody noticing.
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
        return sum(bool(known(cell)) for cell in next(_rows_with_text(text, delimiter)).cells[:100])
    except (StopIteration, Unreadable):
        return 0


def _rows_with_text(text: str, delimiter: str, first_line: int = 1) -> Iterator[Row]:
    return (row for row in _records(text, delimiter, first_line) if any(cell.strip() for cell in row.cells))


def _records(text: str, delimiter: str, first_line: int) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number, line = 1, first_line
    try:
        for cells in reader:
            yield Row(number, line, cells)
            number, line = number + 1, reader.line_num + first_line
    except csv.Error as error:
        raise Unreadable(_csv_error_message(error), line) from error


def _csv_error_message(error: csv.Error) -> str:
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
