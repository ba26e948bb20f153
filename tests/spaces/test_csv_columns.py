import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from spaces.csv_columns import COLUMNS, Cells, column_of, label
from spaces.models import Space
from tests.factories import AmenityFactory, SpaceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_norwegian():
    with translation.override("nb"):
        yield


@pytest.mark.parametrize("language", ["nb", "en"])
def test_label_names_its_column_in_every_language(language):
    with translation.override(language):
        labels = {column: label(column) for column in COLUMNS}
    assert len(set(labels.values())) == len(COLUMNS)
    assert {column: column_of(text) for column, text in labels.items()} == {column: column for column in COLUMNS}


@pytest.mark.parametrize("header", ["postnummer", " POSTNUMMER ", "Postal code", "postal_code"])
def test_column_of_either_language_or_code(header):
    assert column_of(header) == "postal_code"


def test_column_of_unknown():
    assert column_of("Kontaktperson") is None
    assert column_of("") is None


def test_columns_are_all_that_the_admin_edits_of_a_space():
    edited = {field.name for field in Space._meta.get_fields() if getattr(field, "editable", False)}
    assert edited - {"id"} <= set(COLUMNS)


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("status", "åpent", "open"),
        ("status", "Open", "open"),
        ("status", "på vei inn", "coming"),
        ("status", "", None),
        ("precision", "exact", "exact"),
        ("county", "møre og romsdal", "15"),
        ("county", "MORE OG ROMSDAL", "15"),
        ("county", "03", "03"),
        ("county", "3", "03"),
        ("hidden", "Ja", True),
        ("hidden", "no", False),
        ("latitude", " 59,91° ", 59.91),
        ("latitude", "59.91", 59.91),
        ("latitude", "", None),
        ("postal_code", "150", "0150"),
        ("postal_code", "", ""),
        ("website", "example.org", "https://example.org"),
        ("organisation_number", "923 609 016", "923609016"),
        ("phone", "22 22 50 00", "+4722225000"),
        ("phone", "4722225000", "+4722225000"),
        ("name", " Huset ", "Huset"),
        ("name", "", None),
        ("description_nb", "En\nTo", "En\nTo"),
    ],
)
def test_cell_reads(column, text, value):
    assert Cells().read(column, text) == value


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("status", "kanskje"),
        ("hidden", "2"),
        ("county", "99"),
        ("county", "Viken"),
        ("latitude", "nan"),
        ("latitude", "10,7"),
        ("longitude", "59,9"),
        ("postal_code", "99"),
        ("website", "javascript:alert(1)"),
        ("email", "post"),
        ("phone", "12"),
        ("opening_hours", "når som helst"),
        ("organisation_number", "123456789"),
        ("slug", "på norsk"),
        ("name", "x" * 121),
        ("address", "Gata 1\n0150 Oslo"),
        ("description_nb", "x" * 4001),
        ("amenities", "Basseng"),
    ],
)
def test_cell_refuses(column, text):
    with pytest.raises(ValidationError):
        Cells().read(column, text)


def test_amenities_by_code_or_name_in_either_language():
    wifi, shower = AmenityFactory(slug="wifi", name_nb="Trådløst nett", name_en="Wi-Fi"), AmenityFactory(name_nb="Dusj")
    for text in ("wifi, dusj", "Wi-Fi,Dusj,", "trådløst nett\ndusj"):
        assert Cells().read("amenities", text) == {wifi, shower}


def test_amenities_that_share_a_name_are_called_by_their_codes():
    one, two = AmenityFactory(slug="one", name_nb="Rom"), AmenityFactory(slug="two", name_nb="Rom")
    comma = AmenityFactory(slug="three", name_nb="Kaffe, te")
    assert Cells().vocabulary.cell([one, two, comma]) == "one, two, three"
    with pytest.raises(ValidationError):
        Cells().read("amenities", "Rom")


def test_cells_of_a_space_in_the_readers_language():
    space = SpaceFactory(precision="town", hidden=True, latitude=78.2, longitude=-8.5, phone="+4722225000")
    cells = Cells().of(space)
    assert cells["status"] == "åpent"
    assert cells["county"] == "Oslo"
    assert cells["hidden"] == "ja"
    assert (cells["latitude"], cells["longitude"]) == ("78,2", "-8,5")
    assert cells["phone"] == "22 22 50 00"
    assert set(cells) == set(COLUMNS)


def test_cells_of_a_foreign_phone_keep_the_country():
    assert Cells().of(SpaceFactory(phone="+46812345678"))["phone"] == "+46812345678"
