"""The form asks the registers at the applicant's wish, and works without them."""

import json
import re
import time
from contextlib import ExitStack
from html import unescape

import pytest

from members.join.limits import HOUR
from members.models import JoinRequest, Limit
from tests import stand_ins

from .form import SPACE, filled, send

pytestmark = pytest.mark.django_db

NUMBER = stand_ins.NUMBER


@pytest.fixture(autouse=True)
def services(settings, httpserver):
    return stand_ins.Services(settings, httpserver)


def page(response):
    assert response.status_code == 200
    assert 'class="faults"' not in response.content.decode()
    assert not JoinRequest.objects.exists()
    return unescape(response.content.decode())


def value(shown, name):
    field = re.search(f'<input[^>]*name="{name}"[^>]*>', shown)[0]
    found = re.search('value="([^"]*)"', field)
    return found[1] if found else ""


def do(client, wish, *spaces, **values):
    return page(client.post("/bli-med/", filled(client, *spaces, do=wish, **values)))


def test_organisation_is_fetched_into_what_is_empty(client, services):
    services.answer(stand_ins.ENTRY)
    shown = do(client, "organisation", {}, organisation_number="923 456 783", name="", message="Behold dette")
    assert value(shown, "name") == "Fjordkontoret SA"
    assert value(shown, "website") == stand_ins.SITE
    assert value(shown, "spaces-0-address") == "c/o Brygga, Storgata 1"
    assert value(shown, "spaces-0-town") == "Mo i Rana"
    assert "Behold dette" in shown


def test_organisation_that_is_fetched_overwrites_nothing(client, services):
    services.answer(stand_ins.ENTRY)
    shown = do(client, "organisation", SPACE, organisation_number=NUMBER, name="Vårt hus")
    assert (value(shown, "name"), value(shown, "spaces-0-address")) == ("Vårt hus", "Gata 1")


@pytest.mark.parametrize("number", ["", "12", "123456789", "../../x", "923609017"])
def test_wrong_number_is_not_asked_for(client, httpserver, number):
    shown = do(client, "organisation", organisation_number=number)
    assert 'id="organisation-answer"' in shown
    assert not httpserver.log


def test_unknown_number_is_told(client, httpserver):
    httpserver.expect_request(re.compile("/api/.*")).respond_with_data("", status=404)
    assert NUMBER in do(client, "organisation", organisation_number=NUMBER)


def test_address_is_found_chosen_and_sent(client, services):
    services.answer({"adresser": [stand_ins.HIT]})
    space = {"name": "Kaia", "address": "strandgt 5", "town": "Bergen", "is_open": "True"}
    shown = do(client, "address-1", SPACE, space)
    wish = re.search(r'value="(choose-1-\[.*?\])"', shown)[1]
    chosen = do(client, wish, SPACE, space)
    assert value(chosen, "spaces-1-address") == "Strandgaten 5"
    assert value(chosen, "spaces-1-postal_code") == "5013"
    assert (value(chosen, "spaces-1-latitude"), value(chosen, "spaces-1-longitude")) == ("60.394", "5.321")
    assert value(chosen, "spaces-0-address") == "Gata 1"
    assert "map-picture" in chosen


ODD = ["", "x", "choose", "choose-0", "choose-0-", "choose-0-{}", "choose-0-[1]", "choose-0-" + "[" * 9999, "address-7"]
ODD += ["address-" + "9" * 5000]
ODD += ["address--1", "address-x", "remove-9", "remove-", "choose-9-[]", "organisation-1"]


@pytest.mark.parametrize("wish", ODD, ids=range(len(ODD)))
def test_hostile_wish_leaves_the_form_as_it_was(client, wish):
    shown = do(client, wish, SPACE)
    assert value(shown, "spaces-0-name") == "Loftet"
    assert value(shown, "spaces-0-address") == "Gata 1"


@pytest.mark.parametrize("pin", [["<b>", "0", "x" * 5000, "nan", "inf"], [None, [], {}, True, 10**400], ["\ud800"] * 5])
def test_hostile_choice_is_checked_when_it_is_sent(client, pin):
    chosen = do(client, f"choose-0-{json.dumps(pin)}", SPACE)
    space = SPACE | {name: value(chosen, f"spaces-0-{name}") for name in ("town", "latitude", "longitude")}
    response = client.post("/bli-med/", filled(client, space))
    assert 'class="faults"' in response.content.decode()
    assert not JoinRequest.objects.exists()


def test_rows_are_added_and_removed_without_script(client):
    shown = do(client, "add", SPACE)
    assert value(shown, "spaces-TOTAL_FORMS") == "2"
    assert value(shown, "spaces-0-name") == "Loftet"
    shown = do(client, "remove-0", SPACE, SPACE | {"name": "Kaia"})
    assert value(shown, "spaces-TOTAL_FORMS") == "1"
    assert value(shown, "spaces-0-name") == "Kaia"
    assert "add" not in re.findall('name="do" value="([^"]+)"', do(client, "add", *[SPACE] * 10))


def test_lookups_are_limited(client, httpserver):
    Limit.allows("lookup", "127.0.0.1", at_most=99, within=HOUR)
    Limit.objects.update(moments=[time.time()] * 60)
    do(client, "address-0", SPACE)
    do(client, "organisation", SPACE, organisation_number=NUMBER)
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


@pytest.mark.parametrize("wish", ["organisation", "address-0"])
@pytest.mark.parametrize("fault", [*FAULTS, "no such name"])
def test_form_works_whatever_the_register_does(client, services, fault, wish):
    with ExitStack() as stack:
        services.move_to("http://finnes-ikke.invalid/")
        if fault in FAULTS:
            server = stack.enter_context(stand_ins.Rogue(FAULTS[fault]()))
            services.move_to(f"http://127.0.0.1:{server.server_address[1]}/")
        data = filled(client, organisation_number=NUMBER, do=wish)
        start = time.monotonic()
        shown = page(client.post("/bli-med/", data))
        assert time.monotonic() - start < 2.5
    assert value(shown, "spaces-0-name") == "Loftet"
    assert value(shown, "name") == "Ærlig hus"
    assert send(client).status_code == 302
