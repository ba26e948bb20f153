"""What is known of a space before one comes, wherever it is told; nothing is said of what is not known."""

import json
import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.utils import timezone

from spaces.models import Space
from tests.factories import AmenityFactory, SpaceFactory

from .pages import page_of, words

pytestmark = pytest.mark.django_db

FACTS = {
    "desks": 40,
    "meeting_rooms": "10 + 6",
    "day_price": 350,
    "month_price": 3500,
    "trial_day": "yes",
    "booking_url": "https://www.example.org/book",
    "languages": "no en pl",
    "step_free": "yes",
    "lift": "no",
    "since": 2015,
    "welcomed_by": "Kari",
    "welcome_consent": True,
}
NORWEGIAN = (
    "Praktisk Plass for en dag 350 kr inkl. mva. Plass for en måned fra 3 500 kr inkl. mva. Prøvedag Den første "
    "dagen er gratis Arbeidsplasser 40 Møterom 2 rom, for 6 og 10 personer Bestilling example.org Tilgjengelighet "
    "Trinnfri inngang, ikke heis Språk Norsk, engelsk og polsk Tar imot deg Kari Åpnet 2015"
)
ENGLISH = (
    "Practical A desk for a day NOK 350 incl. VAT A desk for a month from NOK 3,500 incl. VAT Trial day The first day "
    "is free Desks 40 Meeting rooms 2 rooms, for 6 and 10 people Booking example.org Accessibility Step-free entrance, "
    "no lift Languages Norwegian, English and Polish Welcomes you Kari Opened 2015"
)


def test_facts_are_told_in_words(client):
    SpaceFactory(slug="huset", **FACTS)
    for address, text in {"/steder/huset/": NORWEGIAN, "/en/spaces/huset/": ENGLISH}.items():
        page = client.get(address).content.decode()
        assert text in words(page)
        assert 'href="https://www.example.org/book" rel="nofollow ugc external"' in page


def test_link_for_booking_says_where_it_leads(client):
    SpaceFactory(slug="huset", booking_url="https://www.vipps.no@example.org:8000/")
    page = page_of(client, "/en/spaces/huset/")
    assert ">example.org</a>" in page


def test_facts_are_told_to_search_engines(client):
    SpaceFactory(slug="huset", **FACTS)
    page = client.get("/en/spaces/huset/").content.decode()
    data = json.loads(re.search('<script type="application/ld.json">(.+?)</script>', page)[1])
    data = data[0] if isinstance(data, list) else data
    assert (data["priceRange"], data["foundingDate"]) == ("NOK 350–3500", "2015")
    assert data["knowsLanguage"] == ["no", "en", "pl"]
    assert data["potentialAction"] == {"@type": "ReserveAction", "target": "https://www.example.org/book"}
    features = {feature["name"]: feature["value"] for feature in data["amenityFeature"]}
    assert features == {"Step-free entrance": True, "Lift": False, "Free trial day": True}
    assert "Kari" not in str(data)
    Space.objects.update(day_price=0)
    assert "NOK 0–3500" in client.get("/en/spaces/huset/").content.decode()


@pytest.mark.parametrize(
    ("fact", "row"),
    [
        ({"day_price": 0}, "A desk for a day Free of charge"),
        ({"meeting_rooms": "8"}, "Meeting rooms One room, for 8 people"),
        ({"trial_day": "no"}, "Trial day No free trial day"),
        ({"accessible_toilet": "no"}, "Accessibility No wheelchair-accessible toilet"),
    ],
)
def test_one_fact_is_the_one_row(client, fact, row):
    SpaceFactory(slug="huset", **fact)
    page = page_of(client, "/en/spaces/huset/")
    assert f"Practical {row}" in words(page)
    assert page.count("<dt>") == 1


def test_of_what_is_unknown_nothing_is_said(client):
    SpaceFactory(slug="huset")
    page = page_of(client, "/en/spaces/huset/")
    assert "Practical" not in page
    assert "<dl" not in page


@pytest.mark.parametrize(
    ("fact", "constraint"),
    [
        ({"lift": "?"}, "space_answers_known"),
        ({"welcomed_by": "Kari"}, "space_named_by_consent"),
        ({"welcome_consent": True}, "space_named_by_consent"),
    ],
)
def test_constraint_refuses(fact, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        SpaceFactory(**fact)


def test_form_takes_what_people_type(send):
    typed = {"meeting_rooms": "6 og 10", "languages": ["pl", "no"], "since": "2015", "day_price": "350"}
    typed |= {"month_price": "3.500", "desks": "1 000"}
    typed |= {"booking_url": "example.org/book", "welcomed_by": "Anne-Lise", "welcome_consent": "on", "lift": "no"}
    assert send(**typed).faults == {}
    space = Space.objects.get()
    assert (space.meeting_rooms, space.languages, space.since, space.day_price) == ("6 + 10", "no pl", 2015, 350)
    assert (space.month_price, space.desks) == (3500, 1000)
    assert (space.booking_url, space.welcomed_by, space.lift) == ("https://example.org/book", "Anne-Lise", "no")


@pytest.mark.parametrize(
    "typed",
    [
        {"meeting_rooms": "seks"},
        {"meeting_rooms": "0"},
        {"languages": ["xx"]},
        {"since": "2999"},
        {"since": "15"},
        {"day_price": "-1"},
        {"month_price": "999999"},
        {"desks": "0"},
        {"booking_url": "http://example.org"},
        {"booking_url": "https://www.vipps.no@example.org/"},
        {"lift": "perhaps"},
        {"welcomed_by": "kari@example.org", "welcome_consent": "on"},
    ],
)
def test_form_refuses(send, typed):
    faults = send(**typed).faults
    assert set(faults) == {next(iter(typed))}
    assert not Space.objects.exists()


def test_nobody_is_named_without_their_consent(send):
    assert set(send(welcomed_by="Kari").faults) == {"welcome_consent"}
    assert send(welcomed_by="", welcome_consent="on").faults == {}
    assert not Space.objects.get().welcome_consent, "the next one has not been asked"


def everything() -> str:
    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows += cursor.fetchall()
    return str(rows)


def test_name_that_is_taken_away_is_nowhere(send):
    space = SpaceFactory(welcomed_by="Rebekka", welcome_consent=True, latitude=59.91, longitude=10.75)
    send(space, welcomed_by="Ingunn", welcome_consent="on", amenities=[AmenityFactory(name_en="Dusj").pk])
    assert space.history.first().history_change_reason == "who welcomes was changed + Dusj"
    assert send(space, welcomed_by="").faults == {}
    assert not re.search("Rebekka|Ingunn", everything())


@pytest.mark.parametrize(
    ("days", "status", "name"), [(366, "closed", ""), (364, "closed", "Kari"), (366, "open", "Kari")]
)
def test_name_at_a_space_that_nobody_has_seen_for_a_year_is_erased(days, status, name):
    space = SpaceFactory(status=status, welcomed_by="Kari", welcome_consent=True)
    space.history.update(history_date=timezone.now() - timedelta(days=days))
    call_command("purge_contacts")
    space.refresh_from_db()
    assert (space.welcomed_by, space.welcome_consent) == (name, bool(name))
