"""A file opened and saved in a spreadsheet, which takes cells for dates and numbers and writes them its way."""

import csv
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from members.models import Organisation
from spaces.models import Space
from spaces.spreadsheet.columns import columns
from spaces.spreadsheet.file import write_csv
from tests.factories import AmenityFactory, OrganisationFactory, SpaceFactory

pytestmark = pytest.mark.django_db

MONTHS = ["jan", "feb", "mar", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "des"]
MONTH = f"({'|'.join(MONTHS)})[a-z]*"
# Norwegian Excel's, and LibreOffice's where it takes more
CONVERSIONS = [
    (r"0*(\d{1,11})", r"\1"),
    (r"(\d)\d{11,}", r"\1,23E+12"),
    (r"0*(\d+),(\d*?)0*", lambda match: f"{match[1]},{match[2]}".rstrip(",")),
    (r"(\d+)([.,]\d+)?e\+?\d+", r"\1,00E+05"),
    (
        r"(\d\d?)[./-](\d\d?)",
        lambda match: f"{match[1]}.{MONTHS[int(match[2]) - 1]}" if 0 < int(match[2]) < 13 else match[0],
    ),
    (r"(\d\d?)[./-](\d\d?)[./-](\d{2,4})", r"\1.\2.\3 "),
    (r"(\d{4})-(\d\d?)(-\d\d?)?", r"01.\2.\1"),
    (rf"(\d\d?)[. -]*{MONTH}( \d{{4}})?", r"\1.\2"),
    (rf"{MONTH}[. -]*(\d{{1,4}})", r"\1.\2"),
    (r"(\d\d?):(\d\d)", r"\1:\2:00"),
    (r"(\d\d?)[: ]*(am|pm|a|p)", r"\1:00"),
    (r"(\d+) ?%", r"\1,00%"),
    (r"(kr|€|\$) ?(\d+)|(\d+) ?(kr|€)", "kr 100,00"),
    (r"\((\d+)\)", r"-\1"),
    (r"(\d) (\d)/(\d)", r"\1,5"),
    (r"(\d\d?) (\d{3})", r"\1\2"),
    ("true|sann", "SANN"),
    ("false|usann", "USANN"),
]
TAKEN = [
    *("24/7", "1-2", "1.2", "12-10", "1.2.2024", "2024-05", "2024-05-17", "17. mai", "17 mai 2024", "mai 17", "Des 24"),
    *("007", "00", "1,50", "3E5", "3e+05", "1234567890123", "08:00", "10 pm", "5 p", "50 %", "kr 100", "100 kr", "$5"),
    *("(5)", "1 1/2", "10 000", "TRUE", "false", "Sann", " 24/7", "'24/7", "''1-2", "'true"),
]
LEFT = [
    "657",
    "E6",
    "A1",
    "0",
    "Hus 24/7",
    "17. etasje",
    "24/7, dusj",
    "3D",
    "Mars",
    "Sannhuset",
    "1-2-1 AS",
    "Mo-Fr 08:00-16:00",
]


def saved(raw):
    """The file as a spreadsheet saves it, having read each cell as if it had been typed."""
    rows = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";")
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(map(converted, row) for row in rows)
    return text.getvalue().encode("utf-8-sig")


def converted(cell):
    for pattern, written in CONVERSIONS:
        if match := re.fullmatch(pattern, cell.strip(), re.IGNORECASE):
            return match.expand(written) if isinstance(written, str) else written(match)
    return cell


def test_cells_are_written_so_that_a_spreadsheet_leaves_them_alone():
    for cell in TAKEN:
        assert converted(cell) != cell or cell.startswith("'"), cell
        written = b"".join(write_csv([[cell]])).decode("utf-8-sig").strip()
        assert converted(written) == written == f"'{cell}"


def test_cells_that_a_spreadsheet_takes_for_nothing_else_are_not_guarded():
    assert b"".join(write_csv([[cell] for cell in LEFT])).decode("utf-8-sig").splitlines() == LEFT


def test_export_through_a_spreadsheet_is_the_identity(coordinator_client):
    amenity = AmenityFactory(name_nb="24/7", name_en="24/7")
    for number, text in enumerate(TAKEN):
        space = SpaceFactory(
            organisation=OrganisationFactory(name=text), name=text, slug=f"{number}-7", address=text, municipality=text,
            description_nb=text, opening_hours="24/7", postal_code="0010", phone="02800", precision="exact",
            latitude=59.0 + number / 7, longitude=10.5, desks=12, meeting_rooms="6 + 10", day_price=350,
            month_price=3500, trial_day="yes", languages="no en", lift="no", since=2015, welcomed_by="Kari",
            welcome_consent=True,
        )  # fmt: skip
        space.amenities.add(amenity)
    models = [Space, Organisation, Space.amenities.through]
    before = [sorted(model.objects.values_list()) for model in models]
    raw = saved(coordinator_client.get("/admin/spaces/space/export/").getvalue())
    assert b";Mo-Su 00:00-24:00;" in raw
    upload = SimpleUploadedFile("steder.csv", raw, "text/csv")
    once = "0b0f6a5e-30c1-4c60-9f7e-6f4f7a1c9d11"
    response = coordinator_client.post("/admin/spaces/space/import/", {"file": upload, "once": once, "import": "yes"})
    assert response.status_code == 302, response.context["faults"]
    assert [sorted(model.objects.values_list()) for model in models] == before


def test_cells_are_read_as_they_were_before_a_spreadsheet():
    for column, text, value in [
        ("phone", "2800", "+4702800"),
        ("phone", "2 800", "+4702800"),
        ("phone", "22225000", "+4722225000"),
        ("phone", "4681234567", "+4681234567"),
        ("phone", "4722225000", "+4722225000"),
        ("postal_code", "150", "0150"),
        ("postal_code", "10", "0010"),
        ("county", "3", "03"),
        ("opening_hours", "Mo-Su 00:00-24:00", "24/7"),
        *(("opening_hours", date, "24/7") for date in ("24.jul", "24. juli", "24-Jul", "24.07.2026", "2026-07-24")),
    ]:
        assert columns()[column].read(text) == value, (column, text)
