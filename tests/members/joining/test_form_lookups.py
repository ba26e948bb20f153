"""The form asks the registers when the applicant says so, and works without them."""

import json
import re
import time
from contextlib import ExitStack
from html import unescape

import pytest
from django.urls import reverse

from core.models import RateLimit
from members.joining.forms import pinned
from members.joining.limits import HOUR
from members.joining.models import JoinRequest
from tests import stand_ins
from tests.factories import JoinRequestFactory
from tests.html_forms import fields_of

from .form import SPACE, filled, send

pytestmark = pytest.mark.django_db

NUMBER = stand_ins.NUMBER


@pytest.fixture(autouse=True)
def services(settings, httpserver):
    return stand_ins.Services(settings, httpserver)


def page(response):
    assert response.status_code == 200
    assert 'class="error-summary"' not in response.content.decode()
    assert not JoinRequest.objects.exists()
    return unescape(response.content.decode())


def value(shown, name):
    field = re.search(f'<input[^>]*name="{name}"[^>]*>', shown)[0]
    found = re.search('value="([^"]*)"', field)
    return found[1] if found else ""


def post_action(client, action, *spaces, **values):
    return page(client.post("/bli-med/", filled(client, *spaces, do=action, **values)))


def test_organisation_is_fetched_into_what_is_empty(client, services):
    services.answer(stand_ins.ENTRY)
    shown = post_action(client, "organisation", {}, organisation_number="923 456 783", name="", message="Behold dette")
    assert value(shown, "name") == "Fjordkontoret SA"
    assert value(shown, "website") == stand_ins.SITE
    assert value(shown, "spaces-0-address") == "c/o Brygga, Storgata 1"
    assert value(shown, "spaces-0-town") == "Mo i Rana"
    assert "Behold dette" in shown


def test_town_is_filled_in_from_the_postal_code(client):
    for action in ("town", "add"):
        spaces = [{"postal_code": "1607"}, {"postal_code": " 5003 ", "town": "Sentrum"}, {"postal_code": "x"}]
        shown = post_action(client, action, *spaces)
        assert [value(shown, f"spaces-{row}-town") for row in range(3)] == ["Fredrikstad", "Sentrum", ""]


def test_organisation_number_is_taken_as_it_is_written(client, services):
    services.answer(stand_ins.ENTRY)
    number = f"NO {NUMBER[:3]} {NUMBER[3:6]} {NUMBER[6:]} MVA"
    shown = post_action(client, "organisation", {}, organisation_number=number, name="")
    assert value(shown, "name") == "Fjordkontoret SA"
    send(client, organisation_number=number)
    assert JoinRequest.objects.get().organisation_number == NUMBER


def test_organisation_of_a_closed_branch_is_remarked(client, services):
    services.answer(stand_ins.ENTRY | {"nedleggelsesdato": "2024-02-15"})
    assert "Er nummeret riktig?" in post_action(client, "organisation", {}, organisation_number=NUMBER)


def test_organisation_that_is_fetched_overwrites_nothing(client, services):
    services.answer(stand_ins.ENTRY)
    shown = post_action(client, "organisation", SPACE, organisation_number=NUMBER, name="Vårt hus")
    assert (value(shown, "name"), value(shown, "spaces-0-address")) == ("Vårt hus", "Gata 1")


@pytest.mark.parametrize("number", ["", "12", "123456789", "../../x", "923609017"])
def test_wrong_number_is_not_asked_for(client, httpserver, number):
    shown = post_action(client, "organisation", organisation_number=number)
    assert 'id="organisation-answer"' in shown
    assert not httpserver.log


def test_unknown_number_is_told(client, httpserver):
    httpserver.expect_request(re.compile("/api/.*")).respond_with_data("", status=404)
    assert NUMBER in post_action(client, "organisation", organisation_number=NUMBER)


def test_address_is_found_chosen_and_sent(client, services):
    services.answer({"adresser": [stand_ins.HIT]})
    space = {"name": "Kaia", "address": "strandgt 5", "town": "Bergen", "is_open": "True"}
    shown = post_action(client, "address-1", SPACE, space)
    action = re.search(r'value="(choose-1-\[.*?\])"', shown)[1]
    chosen = post_action(client, action, SPACE, space)
    assert value(chosen, "spaces-1-address") == "Strandgaten 5"
    assert value(chosen, "spaces-1-postal_code") == "5013"
    assert (value(chosen, "spaces-1-latitude"), value(chosen, "spaces-1-longitude")) == ("60.394", "5.321")
    assert value(chosen, "spaces-0-address") == "Gata 1"
    assert "map-picture" in chosen


ODD = ["", "x", "choose", "choose-0", "choose-0-", "choose-0-{}", "choose-0-[1]", "choose-0-" + "[" * 9999, "address-7"]
ODD += ["address-" + "9" * 5000]
ODD += ["address--1", "address-x", "remove-9", "remove-", "choose-9-[]", "organisation-1"]


@pytest.mark.parametrize("action", ODD, ids=range(len(ODD)))
def test_hostile_action_leaves_the_form_as_it_was(client, action):
    shown = post_action(client, action, SPACE)
    assert value(shown, "spaces-0-name") == "Loftet"
    assert value(shown, "spaces-0-address") == "Gata 1"


@pytest.mark.parametrize("pin", [["<b>", "0", "x" * 5000, "nan", "inf"], [None, [], {}, True, 10**400], ["\ud800"] * 5])
def test_hostile_choice_is_checked_when_it_is_sent(client, pin):
    chosen = post_action(client, f"choose-0-{json.dumps(pin)}", SPACE)
    space = SPACE | {
        name: value(chosen, f"spaces-0-{name}") for name in ("postal_code", "town", "latitude", "longitude")
    }
    response = client.post("/bli-med/", filled(client, space))
    assert 'class="error-summary"' in response.content.decode()
    assert not JoinRequest.objects.exists()


def test_rows_are_added_and_removed_without_script(client):
    shown = post_action(client, "add", SPACE)
    assert value(shown, "spaces-TOTAL_FORMS") == "2"
    assert value(shown, "spaces-0-name") == "Loftet"
    shown = post_action(client, "remove-0", SPACE, SPACE | {"name": "Kaia"})
    assert value(shown, "spaces-TOTAL_FORMS") == "1"
    assert value(shown, "spaces-0-name") == "Kaia"
    assert "add" not in re.findall('name="do" value="([^"]+)"', post_action(client, "add", *[SPACE] * 10))


def test_lookups_are_limited(client, httpserver):
    RateLimit.allows("lookup", "127.0.0.1", at_most=99, within=HOUR)
    RateLimit.objects.update(timestamps=[time.time()] * 60)
    post_action(client, "address-0", SPACE)
    post_action(client, "organisation", SPACE, organisation_number=NUMBER)
    assert not httpserver.log


FAULTS = {
    "500": lambda: stand_ins.send(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"),
    "HTML": lambda: stand_ins.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>Hei"),
    "wrong shape": lambda: stand_ins.send(stand_ins.HEAD, b"\r\n", b'{"navn": [], "adresser": 7}'),
    "hang": lambda: stand_ins.hang,
    "drip": lambda: stand_ins.drip(stand_ins.HEAD + b"\r\n{"),
    "400 MB": lambda: stand_ins.send_400_megabytes,
    "redirect": lambda: stand_ins.send(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n"),
    "reset": lambda: stand_ins.reset,
}


@pytest.mark.parametrize("action", ["organisation", "address-0"])
@pytest.mark.parametrize("fault", [*FAULTS, "no such name"])
def test_form_works_whatever_the_register_does(client, settings, services, fault, action):
    settings.LOOKUP_SECONDS = 0.5
    with ExitStack() as stack:
        services.move_to("http://finnes-ikke.invalid/")
        if fault in FAULTS:
            server = stack.enter_context(stand_ins.Rogue(FAULTS[fault]()))
            services.move_to(f"http://127.0.0.1:{server.server_address[1]}/")
        data = filled(client, organisation_number=NUMBER, do=action)
        start = time.monotonic()
        shown = page(client.post("/bli-med/", data))
        assert time.monotonic() - start < 30, "and it hangs for a minute"
    assert value(shown, "spaces-0-name") == "Loftet"
    assert value(shown, "name") == "Ærlig hus"
    assert send(client).status_code == 302


PINNED = {"address": "Storgata 1", "postal_code": "0155", "town": "Oslo", "latitude": "59.9127", "longitude": "10.7461"}


@pytest.mark.parametrize("changed", [{"address": "Nygata 9"}, {"postal_code": "5003", "town": "Bergen"}])
def test_found_pin_is_taken_away_where_the_address_became_another(client, changed):
    shown = post_action(client, f"choose-0-{json.dumps(list(PINNED.values()))}", SPACE)
    sent = SPACE | {name: value(shown, f"spaces-0-{name}") for name in [*PINNED, "pinned"]} | changed
    response = send(client, sent)
    assert "så vi tok den bort" in unescape(response.content.decode())
    assert not JoinRequest.objects.exists()
    again = {name: value(unescape(response.content.decode()), f"spaces-0-{name}") for name in PINNED}
    assert again == PINNED | changed | {"latitude": "", "longitude": ""}
    assert send(client, sent | again).status_code == 302
    assert JoinRequest.objects.get().spaces.get().position is None


def test_pin_stays_with_its_address_however_written_and_where_somebody_placed_it(client):
    found = pinned(PINNED)
    moved = {"address": "Nygata 9", "latitude": "59.95", "pinned": found}
    for changes in (
        {"pinned": found},
        {"address": "STORGATA 1", "pinned": found},
        {"address": "Storgt. 1, 2. etg.", "pinned": found},
        moved,
        {"pinned": "x"},
    ):
        JoinRequest.objects.all().delete()
        RateLimit.objects.all().delete()
        assert send(client, SPACE | PINNED | changes).status_code == 302, changes
        assert JoinRequest.objects.get().spaces.get().position, changes


def test_correction_of_an_address_takes_the_pin_away_as_well(client):
    request = JoinRequestFactory(state="received")
    request.spaces.create(name="Loftet", **PINNED)
    page = reverse("join:correct", args=[request.page_token])
    form = fields_of(client.get(page), "/rett/")
    for address, status in {"Nygata 9": 200, "Storgata 1": 302}.items():
        assert client.post(page, form | {"spaces-0-address": address}).status_code == status
    assert request.spaces.get().position
