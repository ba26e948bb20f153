"""Coordinates, towns and counties as people write them: in files, filters and rows that were there before."""

import re
from importlib import import_module

import pytest
from django.apps import apps
from django.utils.translation import override

from members.joining import duplicates
from members.models import Organisation
from spaces.models import Space
from tests.factories import JoinRequestFactory, OrganisationFactory, SpaceFactory

from .pages import names, page_of, words
from .spreadsheet.rows import faults, store

pytestmark = pytest.mark.django_db

KRISTIANSAND = {"town": "Kristiansand", "county": "42", "latitude": 58.14671, "longitude": 7.9956}


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


def row(**cells):
    return {"organisation": "Huset AS", "name": "Huset"} | cells


def test_file_takes_counties_by_every_official_name():
    for number, (name, county) in enumerate(
        {
            "Hordaland": "46",
            "Sør-Trøndelag": "50",
            "Troms – Romsa – Tromssa": "55",
            "Trøndelag - Trööndelage": "50",
            "Finnmárku": "56",
            "Jan Mayen": "22",
        }.items()
    ):
        store(row(slug=f"hus-{number}", town="Atlantis", county=name, latitude="60,1", longitude="10,1"))
        assert Space.objects.get(slug=f"hus-{number}").county == county, name


def test_file_is_told_which_counties_a_former_one_became():
    told = "Viken is no longer a county. Write Akershus, Buskerud or Østfold."
    assert faults(row(town="Drammen", county="Viken")) == {(2, "County"): told}


def test_file_takes_a_pair_of_coordinates_in_one_cell():
    empty = {"latitude": "", "longitude": ""}
    for number, cells in enumerate(
        [
            empty | {"latitude": "59.9127, 10.7461"},
            {"latitude": "59,9127 10,7461"},
            empty | {"longitude": "59.9127,10.7461"},
        ]
    ):
        store(row(slug=f"hus-{number}", town="Oslo", county="03", **cells))
        space = Space.objects.get(slug=f"hus-{number}")
        assert (space.latitude, space.longitude, space.precision) == (59.9127, 10.7461, "exact")
    both = row(name="Loftet", town="Oslo", latitude="59.9, 10.7", longitude="59.9, 10.7")
    assert set(faults(both)) == {(2, "Latitude"), (2, "Longitude")}


def test_file_takes_a_postal_code_of_svalbard_and_one_that_we_lack():
    store(row(postal_code="9170"))
    assert (Space.objects.get().town, Space.objects.get().county) == ("Longyearbyen", "21")
    store(row(name="Loftet", postal_code="9999", town="Bodø"))
    told = "We do not know the postal code 9999. Say which town it is in."
    assert faults(row(name="Kaia", postal_code="9999"))[2, "Town"] == told


def test_file_takes_the_organisation_number_as_it_is_written():
    store(row(town="Oslo", organisation_number="NO 974 760 673 MVA"))
    assert Organisation.objects.get().organisation_number == "974760673"
    assert len(faults(row(town="Oslo", name="Loftet", organisation_number="12345678901"))) == 1


def test_town_filter_takes_every_name_of_it(client):
    SpaceFactory(name="Loftet", **KRISTIANSAND)
    SpaceFactory(name="Huset", town="Atlantis")
    SpaceFactory(name="Ved elva", town="Sande i Vestfold", county="39")
    for town in ("Kristiansand", "Kristiansand+S", "KRISTIANSAND"):
        page = page_of(client, f"/en/spaces/?town={town}")
        assert names(page) == ["Loftet"], town
        assert "1 space in Kristiansand" in words(page)
    assert names(page_of(client, "/en/spaces/?town=Atlantis")) == ["Huset"]
    assert names(page_of(client, "/en/spaces/?town=Sande&county=39")) == ["Ved elva"]


def test_search_finds_house_numbers_and_other_names_of_the_town():
    loft = SpaceFactory(
        name="Loftet", address="Storgata 12 B", town="Kautokeino", municipality="Kautokeino", county="56"
    )
    house = SpaceFactory(name="Huset", address="Storgata 12B", town="Kristiansand", county="42")
    for query, spaces in {
        "storgata 12b": {loft, house},
        "Storgata 12 B": {loft, house},
        "storgata 12": {loft, house},
        "loft guovdageaidnu": {loft},
        "kristiansand s": {house},
    }.items():
        assert set(Space.objects.search(query)) == spaces, query


def test_space_of_a_member_is_known_by_every_name_of_its_town():
    space = SpaceFactory(name="Loftet", **KRISTIANSAND)
    request = JoinRequestFactory(state="received", member=space.organisation)
    requested = request.spaces.create(name="Loftet", town="KRISTIANSAND S", address="Gata 1", postal_code="4611")
    [proposal] = Space.objects.proposals([requested], space.organisation)
    location = proposal.location
    assert (location.town, location.position) == ("Kristiansand", (space.latitude, space.longitude))


def test_same_address_however_it_is_written():
    SpaceFactory(name="Kaia", organisation__name="Kaia", address="Storgata 12B", **KRISTIANSAND)
    for address in ("Storgata 12 B", "12B, 2. etasje", "Storgata 12B H0201", "c/o X, Storgata 12B", "Storgata 12C"):
        request = JoinRequestFactory(state="received", name="Berget")
        street = f"Storgata {address}" if address[0] == "1" else address
        request.spaces.create(name="Berget", town="Kristiansand S", address=street)
        reasons = [one.reasons for one in duplicates.organisations(request)]
        assert reasons == ([] if address.endswith("C") else [["the same address"]]), address


def test_requested_space_on_svalbard_is_within_the_picture_of_the_decision(coordinator_client):
    request = JoinRequestFactory(state="received")
    request.spaces.create(name="Isbjørn", town="Longyearbyen", postal_code="9170")
    page = page_of(coordinator_client, f"/en/admin/members/joinrequest/{request.pk}/change/")
    left, top, width, height = map(float, re.search('class="map-picture" viewBox="([^"]+)"', page)[1].split())
    x, y = map(float, re.search('class="map-coming" x="([^"]+)" y="([^"]+)"', page).groups())
    assert left < x < left + width
    assert top < y < top + height


def test_rows_from_before_are_reindexed():
    name = "Porsáŋgu bargosadji"
    SpaceFactory(name=name, town="Lakselv", county="56", organisation=OrganisationFactory(name=name))
    SpaceFactory(name="Loftet", **KRISTIANSAND | {"town": "Kristiansand S"})
    Space.objects.update(search_text="x", sort_name="x")
    Organisation.objects.update(search_text="x", sort_name="x")
    import_module("members.migrations.0002_reindex_names").reindex(apps, None)
    import_module("spaces.migrations.0003_reindex_places").reindex(apps, None)
    assert Organisation.objects.search("porsangu").get().name == name
    assert Space.objects.search("porsangu leavdnja").get().name == name
    assert Space.objects.get(name="Loftet").town == "Kristiansand"
    for rows in (Organisation.objects.all(), Space.objects.select_related("organisation")):
        assert not any(each.reindex() for each in rows), "the migration and the model agree"
