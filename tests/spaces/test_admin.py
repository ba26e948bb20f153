import re

import pytest
from django.utils.html import escape

from spaces.models import Space
from tests.factories import AmenityFactory, OrganisationFactory, SpaceFactory

from .conftest import HOURS

pytestmark = pytest.mark.django_db


def test_coordinates_take_comma_and_point(send):
    assert send().faults == {}
    space = Space.objects.get()
    assert (space.latitude, space.longitude) == (59.91, 10.75)


def test_coordinates_refused_by_the_field_and_kept(send):
    for latitude in ("nan", "inf", "1e400", "abc", "0", "10.75", "59,91,3"):
        response = send(latitude=latitude)
        assert set(response.faults) == {"latitude"}, latitude
        assert f'value="{latitude}"' in response.content.decode()
    assert not Space.objects.exists()


def test_coordinates_taken_as_a_pair_in_one_field(send):
    for number, cells in enumerate(
        [
            {"latitude": "59.9127, 10.7461", "longitude": ""},
            {"latitude": "59.9127, 10.7461", "longitude": "5,3"},
            {"latitude": "", "longitude": "59,9127 10,7461"},
            {"latitude": "59°54'45.72\"N", "longitude": "10°44'45.96\"Ø"},
        ]
    ):
        assert send(slug=f"huset-{number}", **cells).faults == {}, cells
        space = Space.objects.get(slug=f"huset-{number}")
        assert (space.latitude, space.longitude) == pytest.approx((59.9127, 10.7461))


def test_map_reads_coordinates_as_the_form_does(coordinator_client):
    for latitude, longitude, position in [
        ("59.9, 10.7", "5", [59.9, 10.7]),
        ("59,9°", "10.7", [59.9, 10.7]),
        ("59.9", "", None),
        ("59.9", "Oslo", None),
    ]:
        query = {"latitude": latitude, "longitude": longitude}
        answer = coordinator_client.get("/en/admin/spaces/space/place/", query).json()
        assert answer["position"] == position, query


def test_town_centre_places_the_pin(send):
    send(town="Ålesund", county="15", latitude="", longitude="", at_town_centre="on")
    space = Space.objects.get()
    assert (space.latitude, space.longitude, space.precision) == (62.47225, 6.15492, "town")


def test_town_centre_unknown_is_explained(send):
    assert set(send(town="Atlantis", latitude="", longitude="", at_town_centre="on").faults) >= {"at_town_centre"}


def test_position_missing_is_explained(send):
    assert set(send(latitude="", longitude="").faults) == {"latitude", "longitude"}


def test_postal_code_fills_in_town_and_county(send):
    send(postal_code="1607", town="", county="")
    space = Space.objects.get()
    assert (space.town, space.get_county_display()) == ("Fredrikstad", "Østfold")


def test_postal_code_of_another_county_warns_but_saves(send):
    assert "is in Østfold" in send(postal_code="1607").content.decode()
    assert Space.objects.exists()


def test_postal_code_unknown_never_stops_a_save(send):
    assert send(postal_code="0000").faults == {}
    assert Space.objects.exists()


def test_postal_code_unknown_is_not_said_not_to_exist(send):
    faults = send(postal_code="9999", town="", county="").faults
    assert faults["town"] == ["We do not know the postal code 9999. Say which town it is in."]


def test_town_missing_is_explained(send):
    assert set(send(town="", county="").faults) == {"town", "county"}


def test_slug_left_empty_is_made_and_free(send):
    SpaceFactory(slug="arhuset-oslo")
    send(name="Århuset", slug="")
    assert Space.objects.get(name="Århuset").slug == "arhuset-oslo-2"


@pytest.mark.parametrize(
    ("changes", "warned"),
    [
        ({"address": "Ny gate 1"}, True),
        ({"postal_code": "0150"}, True),
        ({"town": "Bærum"}, True),
        ({"address": "Ny gate 1", "latitude": "59.92"}, False),
        ({"name": "Nytt navn"}, False),
    ],
)
def test_address_changed_without_the_pin_warns(send, changes, warned):
    space = SpaceFactory(latitude=59.91, longitude=10.75, precision="exact")
    response = send(space, **changes)
    assert response.faults == {}
    assert ("Is it still right?" in response.content.decode()) == warned


def test_opening_hours_are_stored_as_openstreetmap_writes_them(send):
    hours = {
        HOURS.format(f"{day}_{end}"): time for day in ("mo", "tu") for end, time in (("from", "8"), ("to", "16.30"))
    }
    send(**hours, opening_hours_closed_on_holidays="on")
    assert Space.objects.get().opening_hours == "Mo-Tu 08:00-16:30; PH off; Dec 24 off"


def test_website_that_is_a_script_is_refused(send):
    assert set(send(website="javascript:alert(1)").faults) == {"website"}


def test_place_answers_for_postal_code_and_town(coordinator_client):
    answer = coordinator_client.get("/admin/spaces/space/place/?postal_code=1607&town=aalesund").json()
    assert answer == {
        "postal": {"town": "Fredrikstad", "county": "31", "municipality": "Fredrikstad"},
        "centre": {"latitude": 62.47225, "longitude": 6.15492},
        "area": {"name": "Fredrikstad", "latitude": 59.24464, "longitude": 10.83795},
        "position": None,
    }
    nothing = coordinator_client.get("/admin/spaces/space/place/?postal_code=x&town=Atlantis").json()
    assert nothing == {"postal": None, "centre": None, "area": None, "position": None}


def reasons(space):
    return [record.history_change_reason for record in space.history.all()]


def test_history_tells_of_amenities_in_the_one_entry_of_a_save(send):
    space = SpaceFactory(name="Huset", latitude=59.91, longitude=10.75, municipality="Oslo")
    wifi, sauna = AmenityFactory(name_nb="Nett", name_en="Wi-Fi"), AmenityFactory(name_nb="Badstue", name_en="Sauna")
    space.amenities.add(wifi)
    send(space, name="Nytt", amenities=[sauna.pk])
    assert reasons(space)[0] == "+ Sauna − Wi-Fi"
    assert space.history.count() == 2


def test_history_has_no_entry_for_a_save_that_changed_nothing(send):
    space = SpaceFactory(
        name="Huset", slug="huset", latitude=59.91, longitude=10.75, precision="exact", municipality="Oslo"
    )
    send(space, municipality="Oslo")
    assert space.history.count() == 1


@pytest.mark.parametrize(("fields", "text"), [({}, "Visitors see the space"), ({"status": "closed"}, "do not see")])
def test_preview_says_whether_visitors_see_the_space(coordinator_client, fields, text):
    space = SpaceFactory(**fields)
    page = coordinator_client.get(f"/en/admin/spaces/space/{space.pk}/preview/").content.decode()
    assert text in page
    assert "wants to join" not in page


def test_list_says_what_visitors_see(coordinator_client):
    SpaceFactory(hidden=True)
    SpaceFactory(organisation__status="prospect")
    SpaceFactory()
    SpaceFactory(closed=True)
    page = coordinator_client.get("/en/admin/spaces/space/").content.decode()
    shown = re.findall('field-shown_as">([^<]+)<', page)
    assert sorted(shown) == ["hidden", "joining soon", "member", "not shown"]


def test_list_behind_a_note_is_headed_as_the_note(coordinator_client):
    page = coordinator_client.get("/en/admin/spaces/space/?attention=without_photo").content.decode()
    assert "<h1>Spaces without a photo</h1>" in page


def test_pin_marked_exact_by_the_form_is_said_and_can_be_taken_back(send):
    space = SpaceFactory(latitude=59.91, longitude=10.75, precision="town")
    for precision in ("exact", "town"):
        page = send(space, latitude="59.915", precision="town").content.decode()
        space.refresh_from_db()
        assert (space.precision, "marked as exact" in page) == (precision, precision == "exact")


def test_preview_is_for_those_who_may_see_spaces(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("other", is_staff=True))
    assert client.get(f"/admin/spaces/space/{SpaceFactory().pk}/preview/").status_code == 403


def test_organisation_of_a_space_is_not_deleted_from_there(coordinator_client):
    """It never could be, as long as it has the space."""
    space = SpaceFactory()
    page = coordinator_client.get(f"/admin/spaces/space/{space.pk}/change/").content.decode()
    assert "change_id_organisation" in page
    assert "delete_id_organisation" not in page


def test_organisation_is_searched_for_and_typed_where_no_script_runs(send, coordinator_client):
    space = SpaceFactory(organisation__name="Ålesund hus")
    OrganisationFactory.create_batch(30, name="Noe annet")
    third = OrganisationFactory(name="Østre hus")
    form = coordinator_client.get(f"/admin/spaces/space/{space.pk}/change/").content.decode()
    assert "Ålesund hus" in form
    assert "Noe annet" not in form
    search = "/admin/autocomplete/?app_label=spaces&model_name=space&field_name=organisation&term={}"
    found = coordinator_client.get(search.format("aalesund")).json()["results"]
    assert found == [{"id": str(space.organisation_id), "text": "Ålesund hus"}]
    assert send(space, organisation_name=" østre  HUS ").faults == {}
    assert Space.objects.get().organisation == third
    for typed in ("Finnes ikke", "Noe annet", str(10**19), "\0'\""):
        response = send(space, organisation_name=typed)
        assert set(response.faults) == {"organisation"}, typed
        assert f'name="organisation_name" value="{escape(typed).replace(chr(0), "")}"' in response.content.decode()
    assert coordinator_client.get("/admin/spaces/space/add/?organisation=x").status_code == 200
