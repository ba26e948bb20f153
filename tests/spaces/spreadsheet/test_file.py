import csv
import io
import re
from itertools import product

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from spaces.spreadsheet import file
from spaces.spreadsheet.file import Unreadable, guarded, read_upload, rows, unguarded, write_csv

KNOWN = {"navn", "by"}.__contains__
TEXT = "navn;by\r\nHuset på hjørnet;Ålesund\r\n"
DELIMITERS = ";,\t"
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "'=1", "''=1"]


def cells(raw):
    return [row.cells for row in rows(raw, KNOWN)]


def fault(raw):
    with translation.override("en"), pytest.raises(Unreadable) as caught:
        cells(raw)
    return caught.value


def test_rows_however_a_spreadsheet_saves_them():
    for saved in product(["utf-8", "utf-8-sig", "cp1252", "utf-16"], DELIMITERS, ["\r\n", "\n", "\r"]):
        encoding, delimiter, ending = saved
        raw = TEXT.replace(";", delimiter).replace("\r\n", ending).encode(encoding)
        assert cells(raw) == [["navn", "by"], ["Huset på hjørnet", "Ålesund"]], saved


def test_delimiter_is_the_one_that_parts_the_header_into_known_columns():
    assert cells(b"navn;by,sted\r\nA;B\r\n")[1] == ["A", "B"]


def test_line_that_tells_excel_the_delimiter_is_believed_and_no_row():
    for first, delimiter in product(["sep=;\r\n", "SEP=;\n", '"sep=;"\r\n'], DELIMITERS):
        found = list(rows((first + TEXT).replace(";", delimiter).encode("utf-8-sig"), KNOWN))
        assert [row.cells for row in found] == [["navn", "by"], ["Huset på hjørnet", "Ålesund"]], (first, delimiter)
        assert [(row.number, row.line) for row in found] == [(1, 2), (2, 3)]


def test_rows_are_counted_as_a_spreadsheet_counts_and_lines_as_the_file_has_them():
    found = list(rows(b'navn;by\r\n"to\r\nlinjer";x\r\n\r\n;\r\nB;y\r\n', KNOWN))
    assert [(row.number, row.line) for row in found] == [(1, 1), (2, 2), (5, 6)]


@pytest.mark.parametrize(
    ("raw", "line", "reason"),
    [
        (b"", None, "no rows"),
        (b"sep=;\r\n", None, "no rows"),
        (b'sep=;\r\nnavn;by\r\nA;B\r\n"C;D\r\n', 4, "quotation mark"),
        (b"navn;by\r\n;\r\n", None, "no rows"),
        (b"PK\x03\x04rest", None, "workbook"),
        (b"\xd0\xcf\x11\xe0rest", None, "workbook"),
        (b"navn;by\r\nA\0;B\r\n", 2, "belong in no text"),
        ("navn;by\r\nA;B\r\n".encode("utf-16-le"), 1, "belong in no text"),
        (b"navn;by\r\nA;B\r\nC\x81;D\r\n", 3, "which letters"),
        (b"\xef\xbb\xbfnavn;by\r\nC\xf8;D\r\n", 2, "which letters"),
        ("navn;by\r\nBodø;B\r\n".encode() + "Bodø;D\r\n".encode("cp1252"), 2, "which letters"),
        (b'navn;by\r\nA;B\r\n"C;D\r\nE;F\r\n', 3, "quotation mark"),
        (b'navn;by\r\n"A"B;C\r\n', 2, "quotation mark"),
        (b'navn;by\r\nA;B\r\n"' + b"x" * 1_000_000 + b'";D\r\n', 3, "131072 characters"),
        (b'navn;by\r\nA;B\r\n"' + b"x\r\n" * 100_000, 3, "131072 characters"),
    ],
)
def test_unreadable_says_why_and_where(raw, line, reason):
    found = fault(raw)
    assert reason in found.reason
    assert found.line == line


def test_unreadable_with_too_many_rows(monkeypatch):
    monkeypatch.setattr(file, "MAX_ROWS", 2)
    assert len(cells(b"navn;by\r\n" + b"A;B\r\n" * 2)) == 3
    assert "more than 2 rows" in fault(b"navn;by\r\n" + b"A;B\r\n" * 3).reason


def test_unreadable_when_too_large(monkeypatch):
    monkeypatch.setattr(file, "MAX_BYTES", 9)
    assert read_upload(SimpleUploadedFile("a.csv", b"123456789")) == b"123456789"
    with pytest.raises(Unreadable):
        read_upload(SimpleUploadedFile("a.csv", b"1234567890"))


def test_guard_keeps_a_formula_from_beginning_a_cell():
    for cell in FORMULAS:
        assert guarded(cell) == "'" + re.sub("([\t\r\n])=", r"\1'=", cell)


def test_guard_keeps_a_formula_from_beginning_a_cell_wherever_cells_are_parted():
    """A spreadsheet of another country parts them at commas or tabs, and then within our quotation marks too."""
    before = ["a,", "a\t", "a\n", "a\r\n", 'a",', ",", "\t", "\n", " \n", "a;", "a,,", 'a,"', 'a\n "']
    for start, cell in product(before, FORMULAS):
        text = b"".join(write_csv([["navn", start + cell]])).decode("utf-8-sig")
        for delimiter in DELIMITERS:
            found = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
            assert not [part for row in found for part in row if part.strip()[:1] in {*"=+-@＝"}], text


def test_guard_leaves_other_cells_alone():
    for cell in ["", "A=1", "'", "'tis", "a, b", "a,'tis", "En\n\nTo", "Mo 08:00, PH off"]:
        assert guarded(cell) == unguarded(cell) == cell
    for number in ["59,9", "22 22 50 00", "0150"]:
        assert guarded(number, is_number=True) == unguarded(number) == number


@given(st.text() | st.lists(st.sampled_from([*"='+-@\t\r\n a,;\"1/", "jul", "true"])).map("".join))
def test_guard_is_taken_away_again(cell):
    assert unguarded(guarded(cell)) == cell


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=2, max_size=2))
def test_written_is_read_again(texts):
    raw = b"".join(write_csv([["navn", "by"], ["x" + texts[0], texts[1]]]))
    assert cells(raw)[1] == ["x" + texts[0], texts[1]]


def test_written_opens_in_norwegian_excel():
    raw = b"".join(write_csv([["navn", "by"], ["Bodø", "=1"]]))
    assert raw == b"\xef\xbb\xbf" + "navn;by\r\nBodø;'=1\r\n".encode()
    assert next(csv.reader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";")) == ["navn", "by"]
