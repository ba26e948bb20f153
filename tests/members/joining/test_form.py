"""From the empty form to a request that waits to be confirmed."""

import re
from html import unescape

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from post_office.models import Email

from members.joining.models import JoinRequest
from tests.factories import OrganisationFactory

from .form import ORGANISATION, QUICKLY, SPACE, rows, send, stamp, submission_in

pytestmark = pytest.mark.django_db

ADDRESSES = ["/bli-med/", "/en/join/"]
NUMBER = "923609016"


def text(response):
    return unescape(response.content.decode())


def summary(response):
    """Return the messages of the error summary by anchor."""
    box = re.search('<div class="error-summary".*?</div>', text(response), re.DOTALL)[0]
    return dict(re.findall('<li><a href="#([^"]+)">[^<]*</a>: ([^<]*)</li>', box))


@pytest.mark.parametrize(("address", "language"), [("/bli-med/", "nb"), ("/en/join/", "en")])
def test_form_sent_is_stored_and_confirmed_by_mail(client, address, language):
    response = send(
        client,
        SPACE | {"latitude": "59.9", "longitude": "10.7"},
        {"name": "Kaia", "town": "Bergen", "is_open": "False"},
        address=address,
        organisation_number="923 609 016",
        website="example.org",
        contact_phone="22 00 00 00",
        message="Hei\r\nå",
    )
    assert response.status_code == 302
    request = JoinRequest.objects.get()
    assert (request.state, request.language, request.organisation_number) == ("unconfirmed", language, NUMBER)
    assert (request.website, request.contact_phone, request.message) == (
        "https://example.org",
        "+4722000000",
        "Hei\nå",
    )
    loft, quay = request.spaces.all()
    assert (loft.address, loft.postal_code, loft.position, loft.is_open) == ("Gata 1", "0150", (59.9, 10.7), True)
    assert (quay.town, quay.position, quay.is_open) == ("Bergen", None, False)
    assert Email.objects.get().to == ["test@example.org"]
    thanks = client.get(response["Location"])
    assert thanks.status_code == 200
    assert "test@example.org" in text(thanks)


def test_thanks_shows_the_address_to_nobody_else(client):
    send(client)
    for token in ("x", str(JoinRequest.objects.get().pk), JoinRequest.objects.get().page_token):
        thanks = client.get(f"/bli-med/takk/{token}/")
        assert thanks.status_code == 200
        assert "test@example.org" not in text(thanks)


def test_letters_that_nobody_sees_are_no_name_and_stand_in_none(client):
    """Coordinators would find no word to press in their list, or one that is written backwards."""
    assert "id_name" in summary(send(client, name="\u200b\u2060"))
    send(client, name="\u202eLof\u00adtet\u200b og\u2028Kaia")
    assert JoinRequest.objects.get().name == "Loftet og Kaia"


@pytest.mark.parametrize("address", ADDRESSES)
def test_empty_form_names_every_field_that_is_missing(client, address):
    missing = ["name", "place", "community", "facilitation", "contact_name", "contact_email"]
    response = send(client, {}, address=address, **dict.fromkeys(missing, ""))
    expected = {f"id_{name}" for name in missing} | {"id_spaces-0-name", "id_spaces-0-town", "id_spaces-0-is_open_0"}
    assert set(summary(response)) == expected
    for anchor in expected:
        assert f'id="{anchor}"' in text(response)
    assert "autofocus" in re.search('<div class="error-summary"[^>]*>', text(response))[0]
    assert not JoinRequest.objects.exists()


LINKS = ["Vinn på https://evil.example", "WWW.evil.example", "Kari evil.example/vinn"]
WRONG = {
    "name": "x" * 121,
    "organisation_number": "123456789",
    "website": "javascript:alert(1)",
    "place": "x" * 1501,
    "contact_name": " ",
    "contact_email": '"a,b"@example.org',
    "contact_phone": "12",
    "spaces-0-name": "",
    "spaces-0-postal_code": "12345",
    "spaces-0-town": "y" * 81,
}


@pytest.mark.parametrize(("field", "value"), list(WRONG.items()))
def test_wrong_value_is_named_by_the_field_and_kept(client, field, value):
    response = send(client, SPACE, {"name": "Kaia"}, **{field: value, "message": "Behold dette"})
    assert f"id_{field}" in summary(response)
    assert f'id="id_{field}_error"' in text(response)
    page = text(response)
    for kept in (
        value.strip(),
        "Behold dette",
        "Folk som deler",
        "Loftet" if field != "spaces-0-name" else "Gata 1",
        "Kaia",
    ):
        assert kept in page
    assert not JoinRequest.objects.exists()


@pytest.mark.parametrize("field", ["name", "contact_name"])
@pytest.mark.parametrize("name", LINKS)
def test_no_web_address_reaches_a_mailbox_that_nobody_confirmed(client, field, name):
    assert f"id_{field}" in summary(send(client, **{field: name}))
    assert not Email.objects.exists()


@pytest.mark.parametrize(
    ("latitude", "longitude"), [("0", "0"), ("10.7", "59.9"), ("nan", "10"), ("1e999", "10"), ("x", "y")]
)
def test_pin_outside_norway_is_refused(client, latitude, longitude):
    response = send(client, SPACE | {"latitude": latitude, "longitude": longitude})
    assert response.status_code == 200
    assert 'class="error-summary"' in text(response)
    assert not JoinRequest.objects.exists()


def test_half_a_pin_is_none(client):
    send(client, SPACE | {"latitude": "59.9"})
    assert JoinRequest.objects.get().spaces.get().position is None


@pytest.mark.parametrize("code", ["0150", "9999", ""])
def test_town_is_filled_in_by_a_postal_code_that_is_known(client, code):
    response = send(client, SPACE | {"postal_code": code, "town": ""}, address="/en/join/")
    if code == "0150":
        request = JoinRequest.objects.get()
        assert "0150 Oslo" in text(client.get(f"/en/join/{request.page_token}/"))
    else:
        assert summary(response)["id_spaces-0-town"].endswith("Say which town it is in.")


def test_empty_rows_do_not_count(client):
    send(client, SPACE, {}, {"name": "Kaia", "town": "Moss", "is_open": "True"}, {"name": " "})
    assert [space.name for space in JoinRequest.objects.get().spaces.all()] == ["Loftet", "Kaia"]


@pytest.mark.parametrize("total", ["0", "-1", "11", "100000", "x", ""])
def test_absurd_number_of_rows_is_refused(client, total):
    response = send(client, *[SPACE] * 11, **{"spaces-TOTAL_FORMS": total})
    assert response.status_code == 200
    assert 'class="error-summary"' in text(response)
    assert not JoinRequest.objects.exists()


def test_member_may_apply_with_another_space(client):
    member = OrganisationFactory(name="Coworx")
    OrganisationFactory(name="Flow", prospect=True)
    choices = re.search('<select name="member".*?</select>', text(client.get("/bli-med/")), re.DOTALL)[0]
    assert "Coworx" in choices
    assert "Flow" not in choices
    send(client, member=member.pk, name="")
    request = JoinRequest.objects.get()
    assert (request.member, request.name) == (member, "Coworx")


def test_no_box_is_ticked_beforehand(client):
    assert " checked" not in text(client.get("/bli-med/"))


def test_form_tells_why_and_how_long(client):
    page = text(client.get("/en/join/"))
    for told in ("seven days", "six months", "only by the coordinators", 'href="/en/privacy/"'):
        assert told in page


def test_sent_too_fast_is_refused_and_then_taken(client):
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        data = ORGANISATION | rows(SPACE) | {"submission": stamp(client)}
        clock.shift(QUICKLY)
        response = client.post("/bli-med/", data)
        assert 'class="error-summary"' in text(response)
        assert not JoinRequest.objects.exists()
        clock.shift(QUICKLY * 4)
        assert client.post("/bli-med/", data | {"submission": submission_in(response)}).status_code == 302


@pytest.mark.parametrize("submission", ["", "x", "0" * 32, "0" * 32 + ":1:x"])
def test_unknown_stamp_is_renewed(client, submission):
    response = send(client, submission=submission)
    assert not JoinRequest.objects.exists()
    with time_machine.travel(timezone.now() + QUICKLY * 5, tick=False):
        data = ORGANISATION | rows(SPACE) | {"submission": submission_in(response)}
        assert client.post("/bli-med/", data).status_code == 302


def test_renewed_stamp_keeps_what_was_typed(client):
    page = text(send(client, SPACE, SPACE | {"name": "Kaia"}, submission="x", message="Behold dette"))
    assert 'value="Ærlig hus"' in page
    assert 'value="Kaia"' in page
    assert ">\nBehold dette</textarea>" in page


def test_wrong_address_is_mended_on_the_page_that_thanks(client):
    thanks = send(client, contact_email="tset@example.org")["Location"]
    wrong = JoinRequest.objects.get().confirm_token
    assert client.post(thanks, {"email": "x"}).status_code == 200
    assert client.post(thanks, {"email": "test@example.org"})["Location"] == thanks
    client.post(thanks, {"email": "test@example.org"})
    assert "test@example.org" in text(client.get(thanks))
    assert [email.to for email in Email.objects.order_by("pk")] == [["tset@example.org"], ["test@example.org"]]
    assert client.get(f"/bli-med/bekreft/{wrong}/").status_code == 404
    JoinRequest.objects.get().confirm()
    client.post(thanks, {"email": "other@example.org"})
    assert JoinRequest.objects.get().contact_email == "test@example.org"


def test_address_is_mended_three_times_a_day(client):
    thanks = send(client)["Location"]
    for _ in range(3):
        client.post(thanks, {"email": "a@example.org"})
        client.post(thanks, {"email": "b@example.org"})
    assert Email.objects.filter(to="a@example.org").count() == 3
    assert 'id="id_email_error"' in text(client.post(thanks, {"email": "a@example.org"}))


def test_faults_of_several_spaces_say_which(client):
    page = text(send(client, SPACE, {"name": "Kaia"}, address="/en/join/"))
    assert '<a href="#id_spaces-1-town">Space 2, Town</a>' in page


def test_trap_is_shown_to_whoever_falls_into_it(client):
    response = send(client, fax="1")
    assert "id_fax" in summary(response)
    assert "is-sprung" in text(response)
    assert not JoinRequest.objects.exists()


def test_form_is_a_form_of_the_site(client):
    assert client.get("/bli-med/").cookies.keys() == {"csrftoken"}
    assert Client(enforce_csrf_checks=True).post("/bli-med/", {}).status_code == 403


@pytest.mark.parametrize("payload", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7|add:7 }}"])
def test_hostile_text_stays_text(client, payload):
    response = send(
        client, SPACE | {"name": payload, "town": payload}, name=payload, contact_email="x", message=payload
    )
    assert payload in text(response)
    assert "<script>alert" not in response.content.decode()
    assert "<img src=x" not in response.content.decode()
