import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from spaces.models import Space
from spaces.spreadsheet.column_types import ChoiceColumn
from spaces.spreadsheet.columns import column_of, columns
from tests.factories import AmenityFactory, SpaceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_norwegian():
    with translation.override("nb"):
        yield


@pytest.mark.parametrize("language", ["nb", "en"])
def test_label_names_its_column_in_every_language(language):
    with translation.override(language):
        labels = {name: column.label for name, column in columns().items()}
    assert len(set(labels.values())) == len(columns())
    assert {column: column_of(text) for column, text in labels.items()} == {name: name for name in columns()}


def test_column_of_either_language_or_code():
    for header in ("postnummer", " POSTNUMMER ", "Postal code", "postal_code"):
        assert column_of(header) == "postal_code"


def test_column_of_unknown():
    assert column_of("Kontaktperson") is None
    assert column_of("") is None


def test_columns_are_all_that_the_admin_edits_of_a_space():
    edited = {field.name for field in Space._meta.get_fields() if getattr(field, "editable", False)}
    assert edited - {"id"} <= columns().keys()


def test_cell_reads():
    for column, text, value in [
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
        ("day_price", "kr 3\xa0500,-", 3500),
        ("month_price", "3500,00", 3500),
        ("day_price", "1.000", 1000),
        ("month_price", "kr 3.000,-", 3000),
        ("month_price", "10.000 kr", 10_000),
        ("month_price", "3,000", 3000),
        ("month_price", "3.500", 3500),
        ("month_price", "NOK 3 500.00", 3500),
        ("desks", "", None),
        ("meeting_rooms", "6 og 10", "6 + 10"),
        ("languages", "polsk, English, no", "no en pl"),
        ("languages", "", ""),
        ("lift", "nei", "no"),
        ("lift", "", ""),
        ("booking_url", "example.org", "https://example.org"),
    ]:
        assert columns()[column].read(text) == value, (column, text)


def test_cell_refuses():
    for column, text in [
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
        ("day_price", "3,5"),
        ("day_price", "0,500"),
        ("day_price", "1.0000"),
        ("day_price", "3 50"),
        ("day_price", "350 eller 400"),
        ("meeting_rooms", "6,1"),
        ("languages", "norsk, klingon"),
        ("lift", "kanskje"),
        ("since", "15"),
        ("booking_url", "http://example.org"),
    ]:
        with pytest.raises(ValidationError):
            pytest.fail(f"{column}: {text} is read as {columns()[column].read(text)}")


def test_amenities_by_code_or_name_in_either_language():
    wifi, shower = AmenityFactory(slug="wifi", name_nb="Trådløst nett", name_en="Wi-Fi"), AmenityFactory(name_nb="Dusj")
    for text in ("wifi, dusj", "Wi-Fi,Dusj,", "trådløst nett\ndusj"):
        assert columns()["amenities"].read(text) == {wifi, shower}


def test_amenities_that_share_a_name_are_called_by_their_codes():
    one, two = AmenityFactory(slug="one", name_nb="Rom"), AmenityFactory(slug="two", name_nb="Rom")
    comma = AmenityFactory(slug="three", name_nb="Kaffe, te")
    space = SpaceFactory()
    space.amenities.add(one, two, comma)
    assert columns()["amenities"].write(space) == "one, two, three"
    with pytest.raises(ValidationError):
        columns()["amenities"].read("Rom")


def test_cells_of_a_space_in_the_readers_language():
    space = SpaceFactory(precision="town", hidden=True, latitude=78.2, longitude=-8.5, phone="+4722225000")
    cells = {name: column.write(space) for name, column in columns().items()}
    assert cells["status"] == "åpent"
    assert cells["county"] == "Oslo"
    assert cells["hidden"] == "ja"
    assert (cells["latitude"], cells["longitude"]) == ("78,2", "-8,5")
    assert cells["phone"] == "22 22 50 00"


def test_cells_of_a_foreign_phone_keep_the_country():
    assert columns()["phone"].write(SpaceFactory(phone="+46812345678")) == "+46812345678"


def test_empty_cell_clears_a_choice_that_may_be_blank():
    column = ChoiceColumn("status")
    assert column.read(" ") is None
    column = ChoiceColumn("status")
    column.field = SpaceFactory._meta.model._meta.get_field("status").clone()
    column.field.blank = True
    assert column.read(" ") == ""
    with pytest.raises(ValidationError, match="kanskje"):
        column.read("kanskje")
