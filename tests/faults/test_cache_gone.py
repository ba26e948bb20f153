"""The folder of the cache disappears under a running server, and cannot be written: pages and tiles go on."""

import shutil

import pytest
from werkzeug import Response

from tests.browser.conftest import database_url
from tests.pictures import encoded, picture

from .servers import Web

pytestmark = pytest.mark.django_db(transaction=True)

TILE = encoded(picture(256, 256, "L", 225), "PNG")


@pytest.fixture
def web(tmp_path, httpserver):
    httpserver.expect_request("/map").respond_with_response(Response(TILE, mimetype="image/png"))
    server = Web(tmp_path, database_url(), TILES_URL=httpserver.url_for("/map") + "?{z}/{y}/{x}")
    server.start()
    yield server
    server.stop()


def tile(web, number=0):
    return web.ask(f"/kart/12/{2170 + number}/1190.png").status


def test_folder_of_the_cache_is_gone_and_made_anew(web, tmp_path, lost):
    assert tile(web) == 200
    shutil.rmtree(tmp_path / "tiles")
    answers = {f"tile {number}": tile(web, number) for number in range(8)}
    lost("Folder of the cache gone", [name for name, status in answers.items() if status != 200])


def test_folder_of_the_cache_cannot_be_written(web, tmp_path, lost):
    assert tile(web) == 200
    shutil.rmtree(tmp_path / "tiles")
    (tmp_path / "tiles").write_text("not a folder")
    assert {tile(web, number) for number in range(4)} == {204}, "no streets, and no fault"
    pages = ["/", "/steder/", "/en/", "/medlemmer/", "/bli-med/", "/en/login/"]
    lost("Cache cannot be written", [page for page in pages if web.ask(page).status != 200])
    (tmp_path / "tiles").unlink()
    assert {tile(web, number) for number in range(8)} == {200}
