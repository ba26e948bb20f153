import json
from html import unescape

import pytest

from norway.limits import MAX_LOOKUPS, lookup_allowed
from norway.places import town_centre
from spaces.models import Space
from tests import stand_ins
from tests.factories import OrganisationFactory, SpaceFactory
from tests.html_forms import fields_of

from .conftest import form_of

pytestmark = pytest.mark.django_db

FOUND = json.dumps(["Strandgaten 5", "5013", "Bergen", 60.394, 5.321])


@pytest.fixture(autouse=True)
def services(settings, httpserver):
    return stand_ins.Services(settings, httpserver)


def press(client, button, value="yes", space=None, **changes):
    address = f"/en/admin/spaces/space/{space.pk}/change/" if space else "/en/admin/spaces/space/add/"
    response = client.post(address, form_of(OrganisationFactory(), **{button: value}, **changes))
    assert response.status_code == 200
    return response, unescape(response.content.decode())


def test_address_is_found_and_chosen_without_script(coordinator_client, services):
    services.answer({"adresser": [stand_ins.HIT]})
    space = SpaceFactory(precision="town")
    typed = {"address": "Strandgt 5", "name": "", "desks": "mange", "county": "03", "at_town_centre": "on"}
    response, page = press(coordinator_client, "_find_address", space=space, **typed)
    assert f'<button class="chip"\n          type="submit" name="_choose_address" value="{FOUND}"' in page
    assert 'value="mange"' in page
    assert "errornote" not in page, "what is not filled in yet is not said to be wrong"
    response, page = press(coordinator_client, "_choose_address", FOUND, space=space, **typed)
    fields = fields_of(response, "space_form")
    shown = {name: fields[name] for name in ("address", "postal_code", "town", "county", "latitude", "precision")}
    assert shown == {
        "address": ["Strandgaten 5"],
        "postal_code": ["5013"],
        "town": ["Bergen"],
        "county": ["46"],
        "latitude": ["60.394"],
        "precision": ["exact"],
    }
    assert "at_town_centre" not in fields
    assert "The pin stands at Strandgaten 5. It is not saved yet." in page
    assert Space.objects.get().history.count() == 1, "a look-up saves nothing"


def test_address_search_that_fails_says_so_and_keeps_what_was_typed(coordinator_client, services):
    for body, message in [
        (b"", "is not answering just now. Place the pin in the map"),
        ({"adresser": []}, "We found no such address"),
    ]:
        services.answer(body)
        assert message in press(coordinator_client, "_find_address", address="Gata 1")[1]
    assert "Write a street and a number first." in press(coordinator_client, "_find_address")[1]
    for value in ("", "{}", "[1]", "[" * 3000):
        page = press(coordinator_client, "_choose_address", value, address="Gata 1")[1]
        assert "Choose an address again." in page
        assert 'value="Gata 1"' in page


def test_somewhere_in_the_area_is_offered_where_the_town_has_no_centre(coordinator_client, send, client):
    typed = {"town": "Gressvik", "county": "31", "postal_code": "1621", "latitude": "", "longitude": ""}
    refused = send(**typed).content.decode()
    assert 'value="59.24464,10.83795"' in refused
    assert "Somewhere in Fredrikstad, approximate" in refused
    assert "Somewhere in Fredrikstad, approximate" in send(**typed | {"postal_code": ""}).content.decode()
    assert "Somewhere in Sarpsborg" in send(**typed, municipality="Sarpsborg").content.decode()
    assert "Somewhere in Østfold" in send(**typed | {"town": "Atlantis", "postal_code": ""}).content.decode()
    assert 'class="pin-picker-somewhere" hidden' in send(**typed | {"town": "Oslo", "county": "03"}).content.decode()
    response, _page = press(coordinator_client, "_somewhere", "59.24464,10.83795", **typed)
    fields = fields_of(response, "space_form")
    assert (fields["latitude"], fields["precision"]) == (["59.24464"], ["town"])
    send(**typed | {"latitude": "59.24464", "longitude": "10.83795", "precision": "town"})
    space = Space.objects.get()
    assert space.is_approximate
    page = client.get(space.get_absolute_url()).content.decode()
    assert "The pin is only approximate." in page
    assert "In the centre of" not in page


def test_only_a_pin_at_the_centre_is_said_to_stand_there(client):
    centre = town_centre("Oslo", "03")
    place = {"town": "Oslo", "county": "03", "precision": "town", "longitude": centre.longitude}
    for north, text in ((0, "Kartnålen står i sentrum"), (0.02, "Kartnålen står bare omtrent.")):
        space = SpaceFactory(**place, latitude=centre.latitude + north)
        assert text in client.get(space.get_absolute_url()).content.decode()
    assert f'"approximate": {json.dumps("Kartnålen står bare omtrent.")}' in client.get("/").content.decode()


def test_address_search_of_the_script_is_limited(coordinator_client, services):
    """What others on the same network have looked up is nothing to a coordinator."""
    services.answer({"adresser": [stand_ins.HIT]})
    while lookup_allowed("127.0.0.1"):
        pass
    address = "/en/admin/spaces/space/addresses/?address=Strandgt+5"
    for _search in range(MAX_LOOKUPS[0]):
        assert "Strandgaten 5, 5013 Bergen" in coordinator_client.get(address).content.decode()
    assert "very often" in coordinator_client.get(address).content.decode()
