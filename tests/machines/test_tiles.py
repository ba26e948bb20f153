"""Street tiles as nginx fetches them, from a stand-in that does whatever a service may do."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import BadStatusLine
from itertools import count

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from norway import bounds
from spaces.map.points import project
from spaces.map.tiles import ZOOMS, is_offered
from tests.conftest import needs
from tests.pictures import encoded, picture
from tests.stand_ins import Rogue, drip, hang, reset, send, send_400_megabytes, send_400_megabytes_of_no_said_length
from tests.tiles import TILE, asked, oslo

from .nginx import HOST, Nginx
from .servers import allowing_for_load

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n"
NUMBERS = count()


@pytest.fixture(scope="module")
def site():
    """Answers whatever nginx does not answer itself."""
    with HTTPServer(host="127.0.0.1") as server:
        server.expect_request("/readyz").respond_with_data("ok")
        yield server


@pytest.fixture
def start(tmp_path, site):
    needs("nginx")
    needs("openssl")
    started = []

    def starting(tiles_url):
        nginx = Nginx(tmp_path, site.port, tiles_url=tiles_url)
        started.append(nginx)
        nginx.start()
        return nginx

    yield starting
    for nginx in started:
        nginx.stop()


@pytest.fixture
def service(httpserver):
    httpserver.answer = Response(TILE, mimetype="image/png")
    httpserver.expect_request("/map").respond_with_handler(lambda request: httpserver.answer)
    return httpserver


@pytest.fixture
def nginx(start, service):
    return start(f"http://127.0.0.1:{service.port}/map?{{z}}/{{y}}/{{x}}")


def get(nginx, path, method="GET", **headers):
    with closing(nginx.connect()) as connection:
        connection.request(method, path, headers={"Host": HOST} | headers)
        response = connection.getresponse()
        response.body = response.read()
        return response


def test_tile_is_fetched_once_and_cached_by_browsers_for_a_day(nginx, service):
    for _ in range(3):
        response = get(nginx, oslo())
        assert (response.status, response.body) == (200, TILE)
        assert response.headers.get_all("Content-Type") == ["image/png"]
        assert response.headers.get_all("Cache-Control") == ["public, max-age=86400"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert asked(service) == ["12/1190/2170"]
    assert cached(nginx)


def test_tile_that_several_want_is_fetched_once(nginx, service):
    service.clear()
    service.expect_request("/map").respond_with_handler(lambda request: time.sleep(0.5) or service.answer)
    with ThreadPoolExecutor() as pool:
        responses = list(pool.map(lambda _number: get(nginx, oslo()), range(4)))
    assert [response.body for response in responses] == [TILE] * 4
    assert len(asked(service)) == 1


def test_tile_may_be_a_jpeg(nginx, service):
    jpeg = encoded(picture(256, 256))
    service.answer = Response(jpeg, mimetype="image/jpeg")
    response = get(nginx, oslo())
    assert (response.headers.get_all("Content-Type"), response.body) == (["image/jpeg"], jpeg)


def test_service_learns_nothing_of_the_visitor(nginx, service):
    secrets = {"Cookie": "a=secret", "User-Agent": "secret", "Referer": "secret", "X-Forwarded-For": "secret"}
    get(nginx, f"{oslo()}?secret", **secrets)
    ((request, _response),) = service.log
    assert dict(request.headers) == {
        "Host": f"127.0.0.1:{service.port}",
        "Accept": "image/png, image/jpeg",
        "User-Agent": f"Coworking Norge (https://{HOST})",
    }
    assert request.query_string == b"12/1190/2170"


def test_visitor_learns_nothing_of_the_service(nginx, service):
    orders = ["Set-Cookie", "Clear-Site-Data", "Refresh", "Link", "Alt-Svc", "Vary", "Expires", "Report-To"]
    orders += ["Access-Control-Allow-Origin", "X-Accel-Redirect", "X-Accel-Expires", "Content-Disposition"]
    service.answer = Response(TILE, mimetype="image/png", headers=dict.fromkeys(orders, "/readyz"))
    for _ in range(2):
        response = get(nginx, oslo())
        assert (response.status, response.body) == (200, TILE)
        assert not [value for value in response.headers.values() if "readyz" in value]
    assert len(asked(service)) == 1


def corners(z):
    """Return the tiles of a zoom in the north-west and the south-east of Norway's bounds."""
    places = project(bounds.NORTH, bounds.WEST), project(bounds.SOUTH, bounds.EAST)
    return [[int(part / 1000 * 2**z) for part in place] for place in places]


@pytest.mark.parametrize("z", ZOOMS)
def test_norway_and_little_else_is_offered(nginx, service, z):
    (left, top), (right, bottom) = corners(z)
    assert is_offered(z, left, top)
    assert is_offered(z, right, bottom)
    for x, y in [(left, top), (right, bottom), (left, bottom), (right, top)]:
        assert get(nginx, f"/kart/{z}/{x}/{y}.png").status == 200
    asked_before, margin = len(asked(service)), (bottom - top) // 4
    for x, y in [(left - margin, top), (right + margin, top), (left, top - margin), (left, bottom + margin)]:
        assert get(nginx, f"/kart/{z}/{x}/{y}.png").status == 500, "the site's affair"
    assert len(asked(service)) == asked_before


@pytest.mark.parametrize(
    "place",
    [
        "8/135/74",
        "18/138880/76160",
        "12/0/0",
        "12/2170/4095",
        "12/2170/-1",
        "12/2170/1190.0",
        "12/02170/1190",
        "9/" + "9" * 400 + "/148",
        "12/2170/1190.png/a",
        "..%2f12/2170/1190",
    ],
)
def test_what_is_no_tile_over_norway_is_not_fetched(nginx, service, place):
    assert get(nginx, f"/kart/{place}.png").status == 500, "the site's affair"
    assert not asked(service)


def test_nothing_is_written_to_the_service(nginx, service):
    assert get(nginx, oslo(), "POST").status == 405
    assert not asked(service)


def test_tile_that_the_service_has_not_is_remembered_and_no_fault(nginx, service):
    service.answer = Response("Not here", 404)
    for _ in range(3):
        response = get(nginx, oslo())
        assert (response.status, response.body) == (204, b"")
        assert response.headers.get_all("Cache-Control") == ["public, max-age=2"]
        time.sleep(1)
    assert len(asked(service)) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 403, 429, 500, 503])
def test_other_status_is_no_tile_and_asked_for_again_after_two_seconds(nginx, service, status):
    service.answer = Response(TILE, status, mimetype="image/png", headers={"Location": service.url_for("/elsewhere")})
    for _ in range(3):
        response = get(nginx, oslo())
        assert (response.status, response.body) == (204, b"")
        assert response.headers.get_all("Cache-Control") == ["public, max-age=2"]
    assert len(asked(service)) == 1
    service.answer = Response(TILE, mimetype="image/png")
    time.sleep(3)
    assert get(nginx, oslo()).body == TILE


@pytest.mark.parametrize("act", [send(), hang, drip(HEAD + b"X:"), reset])
def test_fault_is_no_tile_in_time_and_the_site_goes_on(start, act):
    with Rogue(act) as server:
        nginx = start(f"http://127.0.0.1:{server.server_address[1]}/{{z}}/{{y}}/{{x}}.png")
        begin = time.monotonic()
        with ThreadPoolExecutor(20) as pool:
            tiles = [pool.submit(get, nginx, oslo(number)) for number in range(20)]
            assert get(nginx, "/readyz").status == 200
            assert time.monotonic() - begin < allowing_for_load(1), "no page waits"
            assert {tile.result().status for tile in tiles} == {204}


def test_answer_that_is_not_http_is_no_page(start):
    with Rogue(send(b"SSH-2.0-OpenSSH\r\n\r\n")) as server:
        nginx = start(f"http://127.0.0.1:{server.server_address[1]}/{{z}}/{{y}}/{{x}}.png")
        with pytest.raises(BadStatusLine):  # nginx takes it for HTTP/0.9, which no browser reads
            get(nginx, oslo())
        assert not cached(nginx)


def test_service_whose_name_is_unknown_is_no_tile(start):
    nginx = start("http://tiles.invalid/{z}/{y}/{x}.png")
    assert get(nginx, oslo()).status == 204


@pytest.mark.parametrize(
    "act",
    [
        send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\n", b"<svg>"),
        send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(TILE), TILE),
        send(HEAD, b"Content-Length: 300001\r\n\r\n", b" " * 300_001),
        send(HEAD, b"Content-Length: 9000\r\n\r\n", TILE),
        send(HEAD, b"\r\n", TILE),
    ],
)
def test_unusable_answer_is_no_page_and_not_cached(start, act):
    with Rogue(act) as server:
        nginx = start(f"http://127.0.0.1:{server.server_address[1]}/{{z}}/{{y}}/{{x}}.png")
        with closing(nginx.connect()) as connection:
            connection.request("GET", oslo(), headers={"Host": HOST})
            with connection.getresponse() as response:
                assert response.headers.get_all("Content-Type") == ["image/png"]
                assert response.headers["X-Content-Type-Options"] == "nosniff"
                assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert not cached(nginx)


@pytest.mark.parametrize("act", [send_400_megabytes, send_400_megabytes_of_no_said_length, drip(HEAD + b"\r\n")])
def test_endless_answer_does_not_fill_the_disk(start, act):
    with Rogue(act) as server:
        nginx = start(f"http://127.0.0.1:{server.server_address[1]}/{{z}}/{{y}}/{{x}}.png")
        with closing(nginx.connect()) as connection:
            connection.request("GET", oslo(), headers={"Host": HOST})
            time.sleep(1)
            assert not cached(nginx)
        assert server.sent < 40_000_000


def cached(nginx):
    folders = [nginx.folder / "proxy", nginx.folder / "coworking"]
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


def test_cached_tiles_are_shown_while_the_service_fails(nginx, service):
    config = nginx.folder / "site/tiles.conf"
    config.write_text(config.read_text().replace("200 1d", "200 1s"))
    nginx.stop()
    nginx.start()
    get(nginx, oslo())
    time.sleep(2)
    service.answer = Response("", 500)
    assert get(nginx, oslo()).body == TILE
    assert len(asked(service)) == 2
