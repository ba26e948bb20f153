"""What is made of what the two services answer."""

import json
import math
from datetime import date
from pathlib import Path

import pytest

from core import http
from core.http import ServiceUnavailable
from norway.registers import RegisteredOrganisation, addresses, organisation
from tests.stand_ins import ENTRY, FITS, FOUND, HIT, NAME, NUMBER, PLACE, POINT, QUERY, SOUND, Services

POSTAL_CODES = Path(__file__).parents[2] / "norway/data/postal_codes.json"
STANDING = ["konkurs", "underAvvikling", "underTvangsavviklingEllerTvangsopplosning", "slettedato"]
STANDING.append("nedleggelsesdato")
BLANK = RegisteredOrganisation(NAME, "", "", "", "", "", False, False, None)
NO_TEXT = [None, 5, 1.5, True, [], {}, [[5]], "", "\x00\x1b\u202e\ud800"]


@pytest.fixture(autouse=True)
def services(settings, httpserver):
    return Services(settings, httpserver)


def test_organisation(httpserver, services):
    services.answer(ENTRY)
    assert organisation(NUMBER) == FOUND
    ((request, _),) = httpserver.log
    assert request.path == f"/api/enheter/{NUMBER}"
    assert request.headers["Accept-Encoding"] == "identity"


def test_organisation_in_the_registers_own_type_and_just_small_enough(services):
    kind = "application/vnd.brreg.enhetsregisteret.enhet.v2+json;charset=UTF-8"
    services.answer(SOUND.ljust(http.MAX_BYTES), mimetype=kind)
    assert organisation(NUMBER) == FOUND


@pytest.mark.parametrize("status", [404, 410])
def test_organisation_is_a_branch_or_not_found(httpserver, services, status):
    services.answer(b"", status)
    assert organisation(NUMBER) is None
    httpserver.clear_all_handlers()
    branch = ENTRY | {"forretningsadresse": None, "beliggenhetsadresse": PLACE}
    httpserver.expect_request(f"/api/enheter/{NUMBER}").respond_with_data(status=status)
    httpserver.expect_request(f"/api/underenheter/{NUMBER}").respond_with_json(branch)
    assert organisation(NUMBER) == FOUND


def test_organisation_is_not_asked_for_without_a_number(httpserver):
    for number in ("", "92345678", "9234567834", "../secret", "９２３４５６７８３", "923456783\n"):
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
        ({"nedleggelsesdato": "2024-02-15"}, {"deleted_on": date(2024, 2, 15)}),
        (dict.fromkeys(STANDING), {}),
        (dict.fromkeys(STANDING[:3], False), {}),
    ],
)
def test_organisation_standing(services, said, told):
    services.answer(ENTRY | said)
    assert organisation(NUMBER) == FOUND._replace(**told)


@pytest.mark.parametrize("key", STANDING)
def test_organisation_of_unreadable_standing_is_unavailable(services, key):
    for value in ("ja", "", 1, 0, 20240215, [], {}, "2024-02-30"):
        services.answer(ENTRY | {key: value})
        with pytest.raises(ServiceUnavailable):
            pytest.fail(f"{value!r}: {organisation(NUMBER)}")


def test_organisation_without_texts(services):
    for value in NO_TEXT:
        services.answer(dict.fromkeys(ENTRY, value) | {"navn": NAME})
        assert organisation(NUMBER) == BLANK, value
        parts = {"forretningsadresse": dict.fromkeys(PLACE, value), "organisasjonsform": {"kode": value}}
        services.answer({"navn": NAME} | parts)
        assert organisation(NUMBER) == BLANK, value
        services.answer(ENTRY | {"navn": value})
        with pytest.raises(ServiceUnavailable):
            pytest.fail(f"{value!r}: {organisation(NUMBER)}")


def test_organisation_texts_are_cut(services):
    long = "Å" + "İ" * 5000  # which is longer in lower case
    place = dict.fromkeys(PLACE, long) | {"adresse": ["Storgata 1"] * 500}
    services.answer(
        {"navn": long, "hjemmeside": long, "organisasjonsform": {"kode": long}, "forretningsadresse": place}
    )
    assert [len(text) for text in organisation(NUMBER)[:6]] == [120, 10, 0, 200, 0, 80]


def test_organisation_texts_are_one_visible_line(services):
    services.answer(ENTRY | {"navn": " Fjord\x00\u202e\r\n\u2028\u200bkontoret\ud800 \x85SA\x1b"})
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
def test_organisation_website(services, said, website):
    services.answer(ENTRY | {"hjemmeside": said})
    assert organisation(NUMBER).website == website


def test_addresses(httpserver, services):
    services.answer({"adresser": [HIT] * 9})
    assert addresses(f" Strand\x00gaten\n5 {'x' * 300}", limit=3) == [FITS] * 3
    ((request, _),) = httpserver.log
    assert request.path == "/api/sok"
    assert request.args.to_dict() == {"sok": f"Strandgaten 5 {'x' * 186}", "treffPerSide": "3"}


def test_addresses_not_found(services):
    services.answer({"adresser": []})
    assert addresses(QUERY) == []


def test_addresses_where_there_is_no_search_are_unavailable(services):
    services.answer(b"", 404)
    with pytest.raises(ServiceUnavailable):
        addresses(QUERY)


def test_addresses_are_not_asked_for_without_a_query(httpserver):
    assert addresses(" \x00\n") == []
    assert httpserver.log == []


def test_addresses_without_a_value_of_another_postal_code_or_outside_norway_are_left_out(services):
    wrong = [{key: value} for key in HIT for value in NO_TEXT]
    wrong += [{"postnummer": value} for value in ("501", "50133", "５０１３", "501A", 5013, "5013\n")]
    places = [None, "20", True, [], math.nan, math.inf, 10**400, -(10**400), -10.1, 35.1]
    wrong += [{"representasjonspunkt": POINT | {axis: place}} for axis in ("lat", "lon") for place in places]
    for part in wrong:
        services.answer({"adresser": [*part.values(), HIT | part, HIT]})
        assert addresses(QUERY) == [FITS], part


def test_addresses_have_their_texts_cut(services):
    services.answer({"adresser": [HIT | dict.fromkeys(["adressetekst", "poststed"], "Å" * 300)]})
    (address,) = addresses(QUERY)
    assert [len(address.text), len(address.town)] == [200, 80]


def test_place_name_in_capitals_is_written_the_norwegian_way(services):
    names = ["Mo i Rana", "Evje og Hornnes", "Å", "Deatnu-Tana", "D'Arc", "81-336 Gdynia"]
    given = [name.upper() for name in names] + ["Segalstad bru"]
    services.answer({"adresser": [HIT | {"poststed": name} for name in given]})
    assert [address.town for address in addresses(QUERY, 10)] == [*names, "Segalstad bru"]


def test_place_names_of_all_postal_codes(services):
    names = sorted({town for town, *_ in json.loads(POSTAL_CODES.read_text()).values()})
    for start in range(0, len(names), 500):
        services.answer({"adresser": [HIT | {"poststed": name.upper()} for name in names[start : start + 500]]})
        assert [address.town for address in addresses(QUERY, 500)] == names[start : start + 500]
