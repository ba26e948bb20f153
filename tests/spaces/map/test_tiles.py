"""Asks a stand-in for the service of street tiles, whatever that does."""

import socket
import time

import pytest
import time_machine
from werkzeug import Response

from spaces.map import tiles
from tests.factories import SpaceFactory
from tests.pictures import encoded, picture
from tests.stand_ins import Rogue, drip, hang, reset, send, send_400_megabytes
from tests.tiles import OSLO, TILE, asked, oslo

JPEG = encoded(picture(256, 256))
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n"


pytestmark = pytest.mark.usefixtures("no_tiles")


def test_tile_comes_from_the_service_which_counts_rows_first(client, tile_service):
    response = client.get(OSLO)
    assert (response.status_code, response.content) == (200, TILE)
    assert asked(tile_service) == ["12/1190/2170"]


def test_tile_is_cached_by_browsers_and_sets_nothing(client, tile_service):
    response = client.get(OSLO)
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Cache-Control"] == "public, max-age=86400"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert not response.cookies


def test_tile_may_be_a_jpeg(client, tile_service):
    tile_service.answer = Response(JPEG, mimetype="image/jpeg")
    assert client.get(OSLO).headers["Content-Type"] == "image/jpeg"


def test_unchanged_tile_is_not_sent_again(client, tile_service):
    response = client.get(OSLO, headers={"If-None-Match": client.get(OSLO).headers["ETag"]})
    assert (response.status_code, response.content) == (304, b"")


def test_tile_is_kept_for_a_day(client, tile_service):
    with time_machine.travel(0, tick=False) as now:
        for hours in (0, 23, 2):
            now.shift(hours * 3600)
            assert client.get(OSLO).content == TILE
            assert len(asked(tile_service)) == (2 if hours == 2 else 1)


@pytest.mark.parametrize(
    "place",
    [
        "8/135/74",
        "18/138880/76160",
        "9/512/148",
        "9/240/39",
        "9/241/38",
        "9/306/156",
        "9/305/157",
        "12/0/0",
        "12/2170/4095",
        "12/2170/-1",
        "12/2170/1e3",
        "12/2170/1190.0",
        "012/2170/1190",
        "12/02170/1190",
        "12/2170/0001190",
        "12/٢/1190",
        "9/" + "9" * 400 + "/148",
        "9/271/" + "9" * 400,
        "9/271/" + "9" * 5000,
        "..%2f12/2170/1190",
    ],
)
def test_what_is_no_tile_over_norway_is_not_found_and_not_asked_for(client, tile_service, place):
    assert client.get(f"/kart/{place}.png").status_code == 404
    assert not asked(tile_service)


@pytest.mark.parametrize("place", ["9/241/39", "9/305/156", "17/69460/38090"])
def test_all_norway_is_offered_at_every_zoom_of_streets(client, tile_service, place):
    """The north-west and the south-east corner, and Oslo."""
    assert client.get(f"/kart/{place}.png").status_code == 200


def test_nothing_is_written_to_the_service(client, tile_service):
    assert client.post(OSLO).status_code == 405


def test_without_a_service_there_are_no_streets(client, db):
    SpaceFactory(slug="huset")
    assert client.get(OSLO).status_code == 404
    assert "data-streets" not in client.get("/steder/huset/").content.decode()


def test_with_a_service_every_map_knows_of_the_streets(client, db, tile_service):
    SpaceFactory(slug="huset", address="Storgata 1", precision="exact")
    for address in ("/", "/en/spaces/huset/", "/bli-med/"):
        assert "/kart/{z}/{x}/{y}.png" in client.get(address).content.decode()


def test_tile_that_the_service_has_not_is_remembered_and_no_fault(client, tile_service):
    tile_service.answer = Response("Not here", 404)
    for _ in range(5):
        response = client.get(OSLO)
        assert (response.status_code, response.content) == (204, b"")
        assert response.headers["Cache-Control"] == "public, max-age=2"
    assert len(asked(tile_service)) == 1
    tile_service.answer = Response(TILE, mimetype="image/png")
    assert client.get(oslo(1)).status_code == 200


# Faults


SILENT = [hang, drip(HEAD + b"\r\n"), drip(HEAD + b"X:")]


@pytest.mark.parametrize(
    "act",
    [
        send(b"HTTP/1.1 500 Oops\r\nContent-Type: image/png\r\n\r\n", TILE),
        send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", TILE),
        send(b"HTTP/1.1 200 OK\r\n\r\n", TILE),
        send(b"HTTP/1.1 302 Found\r\nContent-Type: image/png\r\nLocation: /elsewhere\r\n\r\n", TILE),
        send(HEAD, b"\r\n", b"<svg onload=alert(1)>"),
        send(HEAD, b"\r\n", b"GIF89a" + TILE),
        send(HEAD, b"\r\n", TILE[:-1]),
        send(HEAD, b"\r\n", JPEG[:-1]),
        send(HEAD, b"\r\n"),
        send(HEAD, b"\r\n", TILE[:8] + b" " * 300_000 + TILE[8:]),
        send(),
        send(b"SSH-2.0-OpenSSH\r\n\r\n"),
        reset,
        send_400_megabytes,
        *SILENT,
    ],
)
def test_fault_is_no_tile_in_time_and_soon_the_service_is_left_alone(client, settings, monkeypatch, act):
    """After three faults, or when it has hung once."""
    monkeypatch.setattr(tiles, "TIMEOUT", 0.3 if act in SILENT else 60)
    visits = []

    def counted(visit):
        visits.append(visit)
        return act(visit)

    with Rogue(counted) as server:
        settings.TILES_URL = f"http://127.0.0.1:{server.server_address[1]}/{{z}}/{{y}}/{{x}}.png"
        for number in range(6):
            start = time.monotonic()
            response = client.get(oslo(number))
            assert (response.status_code, response.content) == (204, b"")
            assert response.headers["Cache-Control"] == "public, max-age=2"
            assert time.monotonic() - start < 30, "and it hangs for a minute"
        assert server.sent < 40_000_000
    assert len(visits) == (1 if act in SILENT else 3)


def test_unknown_name_is_no_tile(client, settings, monkeypatch):
    def getaddrinfo(*args, **options):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    settings.TILES_URL = "https://tiles.invalid/{z}/{y}/{x}.png"
    assert client.get(OSLO).status_code == 204


def test_fault_is_logged_without_the_place(client, tile_service, caplog):
    caplog.set_level("WARNING")
    tile_service.answer = Response("", 500)
    client.get(OSLO)
    (message,) = caplog.messages
    assert "status 500" in message
    assert "2170" not in message


def test_service_is_tried_three_times_and_again_a_minute_later_while_it_fails(client, tile_service):
    tile_service.answer = Response("", 500)
    with time_machine.travel(0, tick=False) as now:
        for tries in (3, 6):
            for number in range(5):
                client.get(oslo(number))
            assert len(asked(tile_service)) == tries
            now.shift(61)
        tile_service.answer = Response(TILE, mimetype="image/png")
        assert [client.get(oslo(number)).status_code for number in range(5)] == [200] * 5


def test_only_faults_in_a_row_count(client, tile_service):
    for number in range(6):
        tile_service.answer = Response(TILE, 200 if number % 3 == 2 else 500, mimetype="image/png")
        client.get(oslo(number))
    assert len(asked(tile_service)) == 6


def test_kept_tiles_are_shown_while_the_service_fails(client, tile_service):
    client.get(OSLO)
    tile_service.answer = Response("", 500)
    for number in range(1, 5):
        client.get(oslo(number))
    assert client.get(OSLO).content == TILE


def test_in_production_no_worker_fetches_a_tile(client, tile_service, settings):
    settings.PRODUCTION = True
    assert client.get(OSLO).status_code == 404
    assert not asked(tile_service)
