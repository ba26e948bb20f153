"""The page of a space in each of its states."""

import re

import pytest
import time_machine

from tests.factories import PhotoFactory, SpaceFactory

from .pages import page_of, words

pytestmark = pytest.mark.django_db

MISSING = "Vi mangler gateadresse, åpningstider, kontaktinformasjon, en omtale og bilder."
HOST = "Er du verten?"


@pytest.fixture(autouse=True)
def network_address(settings):
    settings.CONTACT_EMAIL = "post@network.example"


def test_space_of_which_nothing_is_known_says_so_once(client):
    SpaceFactory(slug="huset")
    page = page_of(client, "/steder/huset/")
    text = words(page)
    assert all(text.count(part) == 1 for part in ("Dette vet vi", "Midt i Oslo", MISSING, HOST))
    assert "ennå" not in text
    assert "leaflet.js" not in page
    assert 'class="space-bar"' not in page
    assert "mailto:post@network.example?subject=Space" in page


def test_address_of_a_mail_says_to_whom_and_nothing_else(client):
    SpaceFactory(slug="huset", email="post?bcc=evil@example.org")
    page = page_of(client, "/steder/huset/")
    assert page.count('href="mailto:post%3Fbcc%3Devil@example.org"') == 2


def test_space_asks_its_host_only_for_what_is_missing(client):
    space = SpaceFactory(
        slug="full", address="Gata 1", opening_hours="24/7", phone="+4722222222", description_nb="Et hus"
    )
    assert "Vi mangler bilder." in words(page_of(client, "/steder/full/"))
    PhotoFactory(space=space)
    text = words(page_of(client, "/steder/full/"))
    assert "Vi mangler" not in text
    assert HOST not in text


def test_host_of_a_space_on_the_way_is_led_to_what_there_is(client, settings):
    SpaceFactory(slug="snart", organisation__status="prospect")
    SpaceFactory(slug="nytt", coming=True)
    assert 'class="button" href="/bli-med/">Søk om medlemskap' in page_of(client, "/steder/snart/")
    assert "når dere åpner" in page_of(client, "/steder/nytt/")
    settings.CONTACT_EMAIL = ""
    page = page_of(client, "/en/spaces/nytt/")
    assert "Is this your space?" not in page
    assert "mailto:" not in page


@pytest.mark.parametrize(
    ("known", "ways"),
    [
        ({"phone": "+4722222222", "email": "a@b.example", "precision": "exact"}, ["Ring", "Skriv", "Finn fram"]),
        ({"email": "a@b.example"}, ["Skriv"]),
        ({"address": "Gata 1"}, ["Finn fram"]),
        ({"opening_hours": "24/7"}, []),
    ],
)
def test_bar_offers_only_what_there_is(client, known, ways):
    SpaceFactory(slug="huset", **known)
    bar = re.search('<div class="space-bar".+?</div>', page_of(client, "/steder/huset/"), re.DOTALL)
    assert (words(bar[0]) if bar else "") == " ".join(ways)


def test_hours_of_today_count_holidays(client):
    SpaceFactory(slug="huset", opening_hours="Mo-Fr 08:00-12:00,13:00-16:00; PH off")
    for now, hours in [("2027-05-14", "I dag: 08:00–12:00 , 13:00–16:00"), ("2027-05-17", "I dag: stengt")]:
        with time_machine.travel(f"{now} 09:00+02:00", tick=False):
            assert hours in words(page_of(client, "/steder/huset/"))


def test_first_photo_is_fetched_first_and_the_others_when_they_come_into_view(client):
    space = SpaceFactory(slug="huset")
    photos = [PhotoFactory(space=space, position=number, credit="Kari Foto") for number in range(4)]
    page = page_of(client, "/steder/huset/")
    preload = re.search('imagesrcset="([^"]+)" imagesizes="([^"]+)"', page)
    assert f'srcset="{preload[1]}" sizes="{preload[2]}"' in page, "else two are fetched"
    assert photos[0].key in preload[1]
    images = re.findall("<img[^>]+>", page[page.index("data-gallery") : page.index("<template")])
    assert ['fetchpriority="high"' in image for image in images] == [True, False, False, False]
    assert ['loading="lazy"' in image for image in images] == [False, True, True, True]
    assert words(page).count("Foto: Kari Foto") == 5, "each in the dialog, once on the page"
    assert "Alle 4 bilder" in page
