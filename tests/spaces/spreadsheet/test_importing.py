import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from members.models import Organisation
from spaces.models import Space
from spaces.spreadsheet.file import Unreadable
from spaces.spreadsheet.importing import SpaceImport
from tests.factories import AmenityFactory, OrganisationFactory, SpaceFactory

from .rows import NEW, faults, new, read, store

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def test_new_space_of_a_new_organisation_on_its_way_in(coordinator):
    store(new(amenities=""), by=coordinator)
    space = Space.objects.get()
    assert (space.slug, space.status, space.precision, space.hidden) == ("huset-oslo", "coming", "exact", False)
    assert (space.organisation.name, space.organisation.slug) == ("Huset AS", "huset-as")
    assert space.organisation.status == "prospect"
    for row in (space, space.organisation):
        assert row.history.get().history_user == coordinator
        assert row.history.get().history_change_reason == "imported"
    assert Space.objects.search("husët oslo").get() == space


def test_new_space_takes_what_the_postal_code_says_and_stands_at_the_town_centre():
    store({"organisation": "Huset AS", "name": "Huset", "postal_code": "6002"})
    space = Space.objects.get()
    assert (space.town, space.county, space.municipality) == ("Ålesund", "15", "Ålesund")
    assert (space.latitude, space.longitude, space.precision) == (62.47225, 6.15492, "town")


def test_county_of_a_town_whose_name_is_unique():
    store({"organisation": "Huset AS", "name": "Huset", "town": "Bodø"})
    assert Space.objects.get().county == "18"


def test_row_with_more_cells_than_columns():
    found = SpaceImport(b"slug;website;\r\na;b;c\r\na;b;;d\r\n").faults
    assert [fault.number for fault in found if "more cells" in fault.text] == [2, 3]


def test_row_without_its_last_cells_has_them_empty():
    SpaceFactory(slug="a", address="Gata 1", website="https://example.org")
    (draft,) = SpaceImport(b"slug;;address;website\r\na;;Gata 2\r\n").changed
    assert (draft.space.address, draft.space.website) == ("Gata 2", "")


def test_wide_header_is_not_gone_through_for_each_row():
    raw = b"organisation;name" + b";" * 1_000_000 + b"\r\n" + b"a;b\r\n" * 200
    start = time.process_time()
    assert len(SpaceImport(raw).faults) >= 200
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("navn;organisasjon;Kontaktperson", "Kontaktperson"),
        ("navn;organisasjon;name", "Name"),
        ("navn;by", "Organisation"),
        ("Huset;Oslo", "Huset"),
    ],
)
def test_header_that_does_not_name_the_columns(header, reason):
    with pytest.raises(Unreadable) as caught:
        SpaceImport(f"{header}\r\na;b;c\r\n".encode())
    assert reason in caught.value.reason
    assert caught.value.line == 1


def test_same_space_in_two_rows():
    assert "Row 2" in faults(new(), new(address="Gata 2"))[3, ""]
    assert faults(new(), new(slug="huset-to")) == {}


def test_same_slug_in_two_rows():
    SpaceFactory(slug="huset")
    assert "Row 2" in faults(new(slug="huset"), new(slug="huset"))[3, "Web address"]


def test_space_that_we_have_is_not_added_again():
    space = SpaceFactory(name="Huset", town="Oslo", organisation__name="Huset AS")
    assert space.slug in faults(new(name="HUSET"))[2, "Web address"]


def test_old_slug_is_not_taken_from_the_space_that_had_it():
    space = SpaceFactory(slug="old")
    space.slug = "new"
    space.save()
    assert "new" in faults(new(slug="old"))[2, "Web address"]


def test_slug_of_a_deleted_space_can_be_used_again():
    SpaceFactory(slug="old").delete()
    store(new(slug="old"))
    assert Space.objects.get().slug == "old"


def test_slugs_are_free_and_numbered():
    SpaceFactory(slug="huset-oslo").delete()
    store(*(new(organisation=f"Eier {number}") for number in range(3)), new(slug="huset-oslo-3"))
    assert set(Space.objects.values_list("slug", flat=True)) == {
        "huset-oslo-2",
        "huset-oslo-3",
        "huset-oslo-4",
        "huset-oslo-5",
    }


def test_organisation_by_number_or_by_name_however_spelt():
    ours = OrganisationFactory(name="Tømmer & Tau", organisation_number="923609016")
    store(
        new(organisation="tommer og tau".replace(" og", "")),
        new(organisation="", organisation_number="923 609 016", name="Loftet"),
        new(organisation="Tømmer & Tau", organisation_number="923609016", name="Kaia"),
    )
    assert ours.spaces.count() == 3


@pytest.mark.parametrize(
    "cells",
    [
        {"organisation": "En annen", "organisation_number": "923609016"},
        {"organisation": "Uten nummer", "organisation_number": "974760673"},
        {"organisation": "Navnebror"},
    ],
)
def test_organisation_that_could_be_another_is_refused(cells):
    OrganisationFactory(name="Med nummer", organisation_number="923609016")
    for name in ("Uten nummer", "Navnebror", "Navnebror"):
        OrganisationFactory(name=name)
    assert set(faults(new(**cells))) == {(2, "Organisation")}


def test_new_organisation_is_added_once_for_all_its_rows():
    spaces = store(
        new(), new(name="Loftet", organisation_number="974760673"), new(name="Kaia", organisation="huset as")
    )
    assert len(spaces.organisations.new) == 1
    assert Organisation.objects.get().organisation_number == "974760673"


def test_columns_that_the_file_lacks_stay():
    space = SpaceFactory(slug="huset", address="Gata 1", website="https://example.org")
    store({"slug": "huset", "website": ""})
    space.refresh_from_db()
    assert (space.address, space.website) == ("Gata 1", "")


def test_empty_cells_of_what_may_not_be_empty_stay():
    space = SpaceFactory(slug="huset", precision="exact", hidden=True)
    spaces = read(dict.fromkeys([*NEW, "status", "hidden", "precision"], "") | {"slug": "huset"})
    assert spaces.faults == []
    assert [draft.space for draft in spaces.unchanged] == [space]


def test_empty_cells_empty_what_may_be_left_open():
    SpaceFactory(slug="huset", day_price=350, desks=9, lift="yes", welcomed_by="Kari", welcome_consent=True)
    store({"slug": "huset", "day_price": "", "lift": "", "welcomed_by": ""})
    space = Space.objects.get()
    assert (space.day_price, space.desks, space.lift) == (None, 9, "")
    assert (space.welcomed_by, space.welcome_consent) == ("", False)


def test_changed_space_has_an_entry_in_its_history(coordinator):
    space = SpaceFactory(slug="huset", name="Huset")
    SpaceFactory(slug="loftet", name="Loftet", address="Gata 2")
    store({"slug": "huset", "name": "Ålhuset"}, {"slug": "loftet", "name": "Loftet"}, by=coordinator)
    entry = space.history.first()
    assert (entry.name, entry.history_user, entry.history_change_reason) == ("Ålhuset", coordinator, "imported")
    assert space.history.count() == 2
    assert Space.objects.get(slug="loftet").history.count() == 1
    assert Space.objects.get(slug="loftet").address == "Gata 2"
    assert Space.objects.search("alhuset").get() == space


def test_changed_amenities_are_told_in_the_history(coordinator):
    space = SpaceFactory(slug="huset")
    space.amenities.add(AmenityFactory(name_en="Wi-Fi"))
    AmenityFactory(name_en="Shower")
    store({"slug": "huset", "amenities": "Shower"}, by=coordinator)
    assert [amenity.name_en for amenity in space.amenities.all()] == ["Shower"]
    assert space.history.first().history_change_reason == "+ Shower − Wi-Fi"


def test_new_space_gets_its_amenities():
    AmenityFactory(slug="wifi")
    store(new(amenities="wifi"))
    assert Space.objects.get().amenities.get().slug == "wifi"


def test_moved_pin_is_exact_unless_the_file_says_otherwise():
    for slug in ("a", "b"):
        SpaceFactory(slug=slug, precision="town")
    position = {"latitude": "59,95", "longitude": "10,8"}
    pair = {"latitude": "59.95, 10.8", "longitude": "10,74609"}  # pasted beside the one of before
    store({"slug": "a"} | pair, {"slug": "b", "precision": "approximate"} | position)
    assert list(Space.objects.order_by("slug").values_list("precision", "latitude")) == [
        ("exact", 59.95),
        ("town", 59.95),
    ]


def test_address_that_moves_without_its_pin_is_worth_a_second_look():
    SpaceFactory(slug="a", postal_code="0150")
    spaces = read({"slug": "a", "postal_code": "5003", "town": "Bergen"})
    assert [note.number for note in spaces.notes] == [2]
    assert Space.objects.get().county == "03"


def test_what_excel_changes_by_opening_and_saving_is_no_change():
    SpaceFactory(slug="a", latitude=59.912345678901234, postal_code="0150", description_nb="En\r\nTo")
    spaces = SpaceImport(
        b'slug;latitude;longitude;postal_code;description_nb\r\na;59,9123456789012;10,74609;150;"En\nTo"\r\n'
    )
    assert (spaces.faults, len(spaces.unchanged)) == ([], 1)


def queries(rows):
    lines = [new(organisation=f"Eier {number // 2}", name=f"Sted {number}") for number in range(rows)]
    with CaptureQueriesContext(connection) as captured:
        store(*lines)
    again = [{"slug": slug, "address": "Ny"} for slug in Space.objects.values_list("slug", flat=True)]
    with CaptureQueriesContext(connection) as captured_again:
        store(*again)
    return len(captured), len(captured_again)


def test_queries_come_in_batches():
    """SQLite takes 999 values at a time: some 35 rows of the history."""
    queries(1)
    Space.objects.all().delete()
    first, again = queries(400)
    assert first <= 60
    assert again <= 50


def test_municipality_follows_the_town_unless_the_file_names_it():
    for slug in ("a", "b"):
        SpaceFactory(slug=slug, municipality="Oslo")
    moved = {"town": "Ålesund", "county": "15"}
    store({"slug": "a", "municipality": ""} | moved, {"slug": "b", "municipality": "Giske"} | moved)
    assert list(Space.objects.order_by("slug").values_list("municipality", flat=True)) == ["Ålesund", "Giske"]
