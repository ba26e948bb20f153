"""Processes and threads that want street tiles at the same time; how busy the machine is decides nothing."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from werkzeug import Response

from spaces import tiles
from tests.at_once import at_once
from tests.tiles import OSLO, TILE, asked, oslo

pytestmark = pytest.mark.usefixtures("tile_folder")

LONG = 60  # seconds
PROCESS = f"""
import django
django.setup()
from spaces import tiles
tiles.FETCH = tiles.WAIT = tiles.PATIENCE = {LONG}
print([len(tiles.picture(12, 2170 + number, 1190)) for number in range(4)])
"""


def processes(count, folder, service):
    """What as many processes that ask for the same four tiles at once say."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "coworking_norge.settings",
        "DATA_DIR": str(folder.parent),
        "TILES_URL": service.url_for("/map") + "?{z}/{y}/{x}",
    }
    command = [sys.executable, "-c", PROCESS]
    started = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) for _ in range(count)]
    return [process.communicate(timeout=LONG)[0].decode().strip() for process in started]


def test_processes_share_what_is_kept(tile_service, tile_folder):
    size = len(TILE)
    assert processes(2, tile_folder, tile_service) == [str([size] * 4)] * 2
    assert len(asked(tile_service)) == 4


def test_processes_share_the_pause(tile_service, tile_folder):
    tile_service.answer = Response("", 500)
    assert processes(2, tile_folder, tile_service) == ["[0, 0, 0, 0]"] * 2
    assert len(asked(tile_service)) == 3


def test_tile_that_several_want_is_fetched_once(client, tile_service, monkeypatch):
    for limit in ("WAIT", "PATIENCE"):
        monkeypatch.setattr(tiles, limit, LONG)
    client.get(oslo(1))
    tile_service.seconds = 0.1
    assert at_once(*[lambda: client.get(OSLO).content] * 4) == [TILE] * 4
    assert len(asked(tile_service)) == 2


def test_turn_that_was_long_ago_is_not_the_one_that_lasts(client, tile_service, tile_folder):
    client.get(oslo(1))
    os.utime(tile_folder / "turn", (0, 0))
    begun = []

    def answer(_request):
        begun.append((tile_folder / "turn").stat().st_mtime)
        return Response(TILE, mimetype="image/png")

    tile_service.clear()
    tile_service.expect_request("/map").respond_with_handler(answer)
    assert client.get(OSLO).content == TILE
    assert begun[0] > 0


def test_slow_service_takes_up_one_of_several(client, tile_service):
    reached, free = Event(), Event()

    def answer(_request):
        reached.set()
        free.wait(LONG)
        return Response(TILE, mimetype="image/png")

    tile_service.clear()
    tile_service.expect_request("/map").respond_with_handler(answer)
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(client.get, oslo(0))
        assert reached.wait(LONG)
        others = [client.get(oslo(number)).status_code for number in (1, 2, 3)]
        still_waits = not slow.done()
        free.set()
        assert slow.result().content == TILE
    assert (others, still_waits) == ([204] * 3, True)
