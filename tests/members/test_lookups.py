"""Asks stand-ins for the two services over HTTP on this machine; they do everything that can go wrong."""

import errno
import gzip
import json
import math
import socket
import struct
import threading
import time
from contextlib import ExitStack, suppress
from datetime import date
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer

import pytest
from werkzeug import Response

from members import outside
from members.outside import Unavailable
from members.registers import Address, RegisteredOrganisation, addresses, organisation

POSTAL_CODES = Path(__file__).parents[2] / "spaces/data/postal_codes.json"
NUMBER = "923456783"
PLACE = {"adresse": ["c/o Brygga", "Storgata 1"], "postnummer": "8622", "poststed": "MO I RANA", "kommune": "RANA"}
NAME, SITE = "FJORDKONTORET SA", "https://fjord.no"
ENTRY = {"navn": NAME, "organisasjonsform": {"kode": "SA"}, "hjemmeside": "fjord.no", "forretningsadresse": PLACE}
STANDING = ["konkurs", "underAvvikling", "underTvangsavviklingEllerTvangsopplosning", "slettedato"]
FOUND = RegisteredOrganisation(
    NAME, "SA", SITE, "c/o Brygga, Storgata 1", "8622", "Mo i Rana", "Rana", False, False, None
)
BLANK = RegisteredOrganisation(NAME, "", "", "", "", "", "", False, False, None)
POINT = {"epsg": "EPSG:4258", "lat": 60.394, "lon": 5.321}
TOWN = {"poststed": "BERGEN", "kommunenavn": "BERGEN"}
HIT = {"adressetekst": "Strandgaten 5", "postnummer": "5013", "representasjonspunkt": POINT} | TOWN
FITS = Address("Strandgaten 5", "5013", "Bergen", "Bergen", 60.394, 5.321)
SOUND = json.dumps(ENTRY | {"adresser": [HIT]}).encode()  # would do for either service
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
NO_TEXT = [None, 5, 1.5, True, [], {}, [[5]], "", "\x00\x1b\u202e\ud800"]


@pytest.fixture
def bases(settings):
    def change(base):
        settings.ORGANISATION_REGISTER_URL = settings.ADDRESS_SEARCH_URL = base

    return change


@pytest.fixture(autouse=True)
def lookups(settings, httpserver, bases):
    settings.LOOKUP_SECONDS = 2
    bases(httpserver.url_for("/api/"))


@pytest.fixture
def hurry(settings):
    settings.LOOKUP_SECONDS = 0.3


@pytest.fixture(params=[lambda: organisation(NUMBER), lambda: addresses("Strandgaten 5")], ids=["number", "address"])
def ask(request, settings):
    """Asks either service; fails where that takes much longer than the budget."""

    def asking():
        start = time.monotonic()
        try:
            return request.param()
        finally:
            assert time.monotonic() - start < settings.LOOKUP_SECONDS + 1

    return asking


@pytest.fixture
def answer(httpserver):
    """Has both services answer this from now on."""

    def answering(body, status=200, mimetype="application/json", **options):
        body = body if isinstance(body, bytes) else json.dumps(body)
        httpserver.clear_all_handlers()
        for path in (f"/api/enheter/{NUMBER}", f"/api/underenheter/{NUMBER}", "/api/sok"):
            httpserver.expect_request(path).respond_with_response(Response(body, status, mimetype=mimetype, **options))

    return answering


class Rogue(ThreadingTCPServer):
    """Does to every connection what it is told to."""

    def __init__(self, act):
        super().__init__(("127.0.0.1", 0), Visit)
        self.act, self.stopped, self.sent = act, threading.Event(), 0
        threading.Thread(target=self.serve_forever, args=[0.01]).start()

    def server_close(self):
        self.stopped.set()
        self.shutdown()
        super().server_close()


class Visit(BaseRequestHandler):
    def handle(self):
        with suppress(OSError):
            self.request.recv(65536)
            for part in self.server.act(self):
                self.request.sendall(part)
                self.server.sent += len(part)


def hang(visit):
    visit.server.stopped.wait(4)
    yield b""


def drip(start):
    def dripping(visit):
        yield start
        for _ in range(200):
            visit.server.stopped.wait(0.02)
            yield b" "

    return dripping


def reset(visit):
    visit.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    visit.request.close()
    yield b""


def send_400_megabytes(visit):
    yield HEAD + b"Content-Length: 400000000\r\n\r\n" + SOUND
    yield from [b" " * 1_000_000] * 400


def send_400_megabytes_of_no_said_length(visit):
    yield HEAD + b"\r\n" + SOUND
    yield from [b" " * 1_000_000] * 400


def send(*parts):
    return lambda visit: parts


@pytest.mark.parametrize(
    ("scheme", "act"),
    [
        ("http", hang),
        ("http", drip(HEAD + b"X:")),
        ("http", drip(HEAD + b"\r\n")),
        ("http", reset),
        ("http", send_400_megabytes),
        ("http", send_400_megabytes_of_no_said_length),
        ("http", send()),
        ("http", send(b"SSH-2.0-OpenSSH\r\n\r\n")),
        ("http", send(b"HTTP/1.1 200 OK\r\n\r\n", SOUND)),
        ("http", send(HEAD, b"Content-Length: 40\r\n\r\n", SOUND)),
        ("http", send(HEAD, b"Content-Length: 9000\r\n\r\n", SOUND)),
        ("http", send(HEAD, b"Content-Encoding: gzip\r\n\r\n", gzip.compress(SOUND + b" " * 50_000_000))),
        ("https", hang),
        ("https", drip(b"\x16\x03\x03\x40\x00")),
        ("https", reset),
    ],
)
def test_rogue_service_is_unavailable_in_time(hurry, bases, ask, scheme, act):
    with Rogue(act) as server:
        bases(f"{scheme}://127.0.0.1:{server.server_address[1]}")
        with pytest.raises(Unavailable):
            ask()
        assert server.sent < 40_000_000


def test_service_that_takes_no_connection_is_unavailable_in_time(hurry, bases, ask):
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, ExitStack() as stack:
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            assert waiting.connect_ex(full.getsockname()) in (0, errno.EINPROGRESS)
        bases(f"http://127.0.0.1:{full.getsockname()[1]}")
        with pytest.raises(Unavailable):
            ask()


@pytest.mark.parametrize(
    ("body", "status", "mimetype"),
    [
        (SOUND, 500, "application/json"),
        (b"<p>Vi er snart tilbake", 200, "text/html"),
        (b"<p>Vi er snart tilbake", 200, "application/json"),
        (SOUND, 200, "text/html"),
        (SOUND[:-1], 200, "application/json"),
        (b"[" * 150_000, 200, "application/json"),
        (SOUND + b" " * 200_000, 200, "application/json"),
    ],
)
def test_useless_answer_is_unavailable(answer, ask, body, status, mimetype):
    answer(body, status, mimetype)
    with pytest.raises(Unavailable):
        ask()


@pytest.mark.parametrize("body", [[], None, 5, "Hei", {}, [ENTRY], {"navn": 5, "adresser": HIT}, {"adresser": "x"}])
def test_wrong_shape_is_unavailable(answer, ask, body):
    answer(body)
    with pytest.raises(Unavailable):
        ask()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(httpserver, answer, ask, status):
    answer(b"", status, headers={"Location": httpserver.url_for("/elsewhere")})
    httpserver.expect_request("/elsewhere").respond_with_data(SOUND, content_type="application/json")
    with pytest.raises(Unavailable):
        ask()
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("base", ["", "no-base", "ftp://127.0.0.1", "http://[", "http://127.0.0.1:99999", "http://å"])
def test_useless_base_is_unavailable(bases, ask, base):
    bases(base)
    with pytest.raises(Unavailable):
        ask()


@pytest.fixture
def named(bases, monkeypatch, httpserver):
    """Gives the services a name, whose addresses look_up(name) finds."""
    real = socket.getaddrinfo

    def naming(look_up):
        def getaddrinfo(host, port, *args, **options):
            found = look_up(host) if host.endswith(".invalid") else [host]
            return [row for each in found for row in real(each, port, *args, **options)]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        bases(f"http://services.invalid:{httpserver.port}/api")

    return naming


def no_address(name):
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def test_unknown_name_is_unavailable(named, ask):
    named(no_address)
    with pytest.raises(Unavailable):
        ask()


def test_slow_name_is_unavailable_in_time_and_few_threads_wait(settings, named, ask):
    found, before = threading.Event(), set(threading.enumerate())
    named(lambda name: found.wait() and no_address(name))
    settings.LOOKUP_SECONDS = 0.05
    for _ in range(12):
        with pytest.raises(Unavailable):
            ask()
    waiting = set(threading.enumerate()) - before
    found.set()
    for thread in waiting:
        thread.join()
    assert 0 < len(waiting) <= 8
    assert all(thread.daemon for thread in waiting)


def no_thread(**options):
    raise RuntimeError("can't start new thread")


def test_service_is_found_again_after_slow_names_and_lack_of_threads(monkeypatch, named, answer, ask):
    named(no_address)
    with monkeypatch.context() as lacking:
        lacking.setattr(outside, "Thread", no_thread)
        for _ in range(12):
            with pytest.raises(Unavailable):
                ask()
    named(lambda name: ["127.0.0.1"])
    answer(SOUND)
    assert ask()


def test_every_address_of_a_name_is_tried(monkeypatch, named, answer, ask):
    tried, connect = [], outside.httpcore2.SyncBackend.connect_tcp

    def fail_at_first(self, address, *args, **options):
        tried.append(address)
        return connect(self, address if len(tried) > 1 else "dead.invalid", *args, **options)

    monkeypatch.setattr(outside.httpcore2.SyncBackend, "connect_tcp", fail_at_first)
    named(lambda name: no_address(name) if name == "dead.invalid" else ["127.0.0.1", "127.0.0.1"])
    answer(SOUND)
    assert ask()


def test_all_requests_share_the_budget(hurry, httpserver):
    def after_a_while(status):
        return lambda request: time.sleep(0.2) or Response(SOUND, status, mimetype="application/json")

    httpserver.expect_request(f"/api/enheter/{NUMBER}").respond_with_handler(after_a_while(404))
    httpserver.expect_request(f"/api/underenheter/{NUMBER}").respond_with_handler(after_a_while(200))
    with pytest.raises(Unavailable):
        organisation(NUMBER)


def test_proxy_of_the_environment_is_not_used(monkeypatch, answer, ask):
    for variable in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    answer(SOUND)
    assert ask()


def test_fault_is_logged_without_what_was_asked(caplog, answer, ask):
    caplog.set_level("WARNING")
    answer(b"", 500)
    with pytest.raises(Unavailable):
        ask()
    (message,) = caplog.messages
    assert "/api/ gave nothing usable" in message
    assert "status 500" in message
    assert "Strandgaten" not in message
    assert NUMBER not in message


def test_organisation(httpserver, answer):
    answer(ENTRY)
    assert organisation(NUMBER) == FOUND
    ((request, _),) = httpserver.log
    assert request.path == f"/api/enheter/{NUMBER}"
    assert request.headers["Accept-Encoding"] == "identity"


def test_organisation_in_the_registers_own_type_and_just_small_enough(answer):
    kind = "application/vnd.brreg.enhetsregisteret.enhet.v2+json;charset=UTF-8"
    answer(SOUND.ljust(outside.MAX_BYTES), mimetype=kind)
    assert organisation(NUMBER) == FOUND


@pytest.mark.parametrize("status", [404, 410])
def test_organisation_is_a_branch(httpserver, status):
    branch = ENTRY | {"forretningsadresse": None, "beliggenhetsadresse": PLACE}
    httpserver.expect_request(f"/api/enheter/{NUMBER}").respond_with_data(status=status)
    httpserver.expect_request(f"/api/underenheter/{NUMBER}").respond_with_json(branch)
    assert organisation(NUMBER) == FOUND


@pytest.mark.parametrize("status", [404, 410])
def test_organisation_not_found(answer, status):
    answer(b"", status)
    assert organisation(NUMBER) is None


@pytest.mark.parametrize("number", ["", "92345678", "9234567834", "../secret", "９２３４５６７８３", "923456783\n"])
def test_organisation_is_not_asked_for_without_a_number(httpserver, number):
    assert organisation(number) is None
    assert httpserver.log == []


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"konkurs": True}, {"is_bankrupt": True}),
        ({"underAvvikling": True}, {"is_winding_up": True}),
        ({"underTvangsavviklingEllerTvangsopplosning": True}, {"is_winding_up": True}),
        ({"slettedato": "2024-02-15"}, {"deleted_on": date(2024, 2, 15)}),
        ({"slettedato": "2024-02-15T00:00:00+01:00"}, {"deleted_on": date(2024, 2, 15)}),
        (dict.fromkeys(STANDING), {}),
        (dict.fromkeys(STANDING[:3], False), {}),
    ],
)
def test_organisation_standing(answer, said, told):
    answer(ENTRY | said)
    assert organisation(NUMBER) == FOUND._replace(**told)


@pytest.mark.parametrize("key", STANDING)
@pytest.mark.parametrize("value", ["ja", "", 1, 0, 20240215, [], {}, "2024-02-30"])
def test_organisation_of_unreadable_standing_is_unavailable(answer, key, value):
    answer(ENTRY | {key: value})
    with pytest.raises(Unavailable):
        organisation(NUMBER)


@pytest.mark.parametrize("value", NO_TEXT)
def test_organisation_without_texts(answer, value):
    answer(dict.fromkeys(ENTRY, value) | {"navn": NAME})
    assert organisation(NUMBER) == BLANK
    answer({"navn": NAME, "forretningsadresse": dict.fromkeys(PLACE, value), "organisasjonsform": {"kode": value}})
    assert organisation(NUMBER) == BLANK
    answer(ENTRY | {"navn": value})
    with pytest.raises(Unavailable):
        organisation(NUMBER)


def test_organisation_texts_are_cut(answer):
    long = "Å" + "İ" * 5000  # which is longer in lower case
    place = dict.fromkeys(PLACE, long) | {"adresse": ["Storgata 1"] * 500}
    answer({"navn": long, "hjemmeside": long, "organisasjonsform": {"kode": long}, "forretningsadresse": place})
    assert [len(text) for text in organisation(NUMBER)[:7]] == [120, 10, 0, 200, 0, 80, 80]


def test_organisation_texts_are_one_visible_line(answer):
    answer(ENTRY | {"navn": " Fjord\x00\u202e\r\n\u2028\u200bkontoret\ud800 \x85SA\x1b"})
    assert organisation(NUMBER).name == "Fjord kontoret SA"


@pytest.mark.parametrize(
    ("said", "website"),
    [
        ("fjord.no/om oss", ""),
        ("javascript:alert(1)", ""),
        ("javascript://fjord.no/%0aalert(1)", ""),
        ("ftp://fjord.no", ""),
        ("post@fjord.no", ""),
        ("https://brreg.no@fjord.no", ""),
        ("https://[", ""),
        ("fjord.no/" + "x" * 300, ""),
        ("http://fjord.no/@oss", "http://fjord.no/@oss"),
        ("HTTPS://fjord.no", "HTTPS://fjord.no"),
        ("blåfjord.no", "https://blåfjord.no"),
    ],
)
def test_organisation_website(answer, said, website):
    answer(ENTRY | {"hjemmeside": said})
    assert organisation(NUMBER).website == website


def test_addresses(httpserver, answer):
    answer({"adresser": [HIT] * 9})
    assert addresses(f" Strand\x00gaten\n5 {'x' * 300}", limit=3) == [FITS] * 3
    ((request, _),) = httpserver.log
    assert request.path == "/api/sok"
    assert request.args.to_dict() == {"sok": f"Strandgaten 5 {'x' * 186}", "treffPerSide": "3"}


def test_addresses_not_found(answer):
    answer({"adresser": []})
    assert addresses("Strandgaten 5") == []


def test_addresses_where_there_is_no_search_are_unavailable(answer):
    answer(b"", 404)
    with pytest.raises(Unavailable):
        addresses("Strandgaten 5")


def test_addresses_are_not_asked_for_without_a_query(httpserver):
    assert addresses(" \x00\n") == []
    assert httpserver.log == []


@pytest.mark.parametrize("key", HIT)
@pytest.mark.parametrize("value", NO_TEXT)
def test_addresses_without_a_value_are_left_out(answer, key, value):
    answer({"adresser": [value, HIT | {key: value}, HIT]})
    assert addresses("Strandgaten 5") == [FITS]


@pytest.mark.parametrize("value", ["501", "50133", "５０１３", "501A", 5013, "5013\n"])
def test_addresses_of_another_postal_code_are_left_out(answer, value):
    answer({"adresser": [HIT | {"postnummer": value}, HIT]})
    assert addresses("Strandgaten 5") == [FITS]


@pytest.mark.parametrize("axis", ["lat", "lon"])
@pytest.mark.parametrize("value", [None, "20", True, [], math.nan, math.inf, 10**400, -(10**400), -10.1, 35.1])
def test_addresses_outside_norway_are_left_out(answer, axis, value):
    answer({"adresser": [HIT | {"representasjonspunkt": POINT | {axis: value}}, HIT]})
    assert addresses("Strandgaten 5") == [FITS]


def test_addresses_have_their_texts_cut(answer):
    answer({"adresser": [HIT | dict.fromkeys(["adressetekst", "poststed", "kommunenavn"], "Å" * 300)]})
    (address,) = addresses("Strandgaten 5")
    assert [len(address.text), len(address.town), len(address.municipality)] == [200, 80, 80]


@pytest.mark.parametrize("name", ["Mo i Rana", "Evje og Hornnes", "Å", "Deatnu-Tana", "D'Arc", "81-336 Gdynia"])
def test_place_name_in_capitals_is_written_the_norwegian_way(answer, name):
    answer({"adresser": [HIT | {"poststed": name.upper()}, HIT | {"poststed": "Segalstad bru"}]})
    assert [address.town for address in addresses("Strandgaten 5")] == [name, "Segalstad bru"]


def test_place_names_of_all_postal_codes(answer):
    names = sorted({town for town, _ in json.loads(POSTAL_CODES.read_text()).values()})
    for start in range(0, len(names), 500):
        answer({"adresser": [HIT | {"poststed": name.upper()} for name in names[start : start + 500]]})
        assert [address.town for address in addresses("Strandgaten 5", 500)] == names[start : start + 500]
