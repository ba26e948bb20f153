"""What reads as if nobody had translated it: dates, names of browsers, and Django's own Norwegian."""

from datetime import UTC, datetime
from html import unescape

import pytest
from django.utils import formats, translation

from accounts.user_agents import describe
from core.history import reason_in_words

from .factories import SpaceFactory

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile Safari/604.1"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"


def test_english_dates_are_british():
    moment = datetime(2026, 11, 28, 15, 5, tzinfo=UTC)
    with translation.override("en"):
        written = [formats.date_format(moment, f"{kind}_FORMAT") for kind in ("DATE", "DATETIME", "SHORT_DATETIME")]
        assert written == ["28 November 2026", "28 November 2026, 15:05", "28/11/2026 15:05"]
        assert not [each for each in formats.get_format("DATE_INPUT_FORMATS") if each.startswith("%m")]


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [(CHROME, "Chrome på Linux"), (SAFARI, "Safari på iPhone"), (EDGE, "Edge på Windows"), ("curl/8.1", "curl/8.1")],
)
def test_browser_is_named(user_agent, words):
    assert describe(user_agent) == words
    assert describe("") == "ukjent nettleser"


def test_signs_of_the_history_are_read_in_words():
    assert reason_in_words("+ Dusj, Kaffe − Skriver ~ Et rom") == "la til Dusj, Kaffe; fjernet Skriver; endret Et rom"
    assert reason_in_words("imported") == "importert"
    assert reason_in_words("who welcomes was changed + Dusj") == "endret hvem som tar imot; la til Dusj"


@pytest.mark.django_db
def test_admin_speaks_norwegian(coordinator_client, coordinator):
    space = SpaceFactory(name="Bergen Works", town="Bergen")
    coordinator.first_name, coordinator.last_name = "Berit", "Prøve"
    coordinator.save()
    address = "/admin/spaces/space/"
    page = coordinator_client.get(address).content.decode()
    assert "<h1>Steder</h1>" in page
    assert "<summary>Skjult</summary>" in page
    for action, told in {
        "hide": "Ett sted er skjult.",
        "delete_selected": "Er du sikker på at du vil slette det du har valgt (sted)?",
    }.items():
        data = {"action": action, "_selected_action": [space.pk]}
        assert told in unescape(coordinator_client.post(address, data, follow=True).content.decode())
    space.opening_hours, space.description_nb = "Mo-Fr 08:00-16:00; PH off; Dec 24 off", "Ord " * 300
    space._history_user = coordinator
    space.save()
    page = coordinator_client.get(f"{address}{space.pk}/history/").content.decode()
    assert "mandag–fredag 08:00–16:00; lørdag–søndag stengt; Stengt på offentlige fridager og julaften" in page
    assert "Berit Prøve" in page
    assert ("Ord " * 300).strip() in page
