"""Where nothing is searched, the landing page's content is kept as one fragment: as long as it is true."""

import pytest
import time_machine

from members.models import Organisation
from pages.models import Page, SiteSettings
from spaces.models import Amenity, Space
from spaces.search.landing import notes
from tests.factories import AmenityFactory, NewsFactory, PhotoFactory, SpaceFactory
from tests.spaces.pages import page_of, words

pytestmark = pytest.mark.django_db

NEW = "Nytt og annet"
MONDAY = "2026-03-02 14:59:30Z"  # half a minute before four in Oslo


@pytest.fixture
def space():
    amenity, space = AmenityFactory(), SpaceFactory(organisation__member_since="2026-01-02")
    space.amenities.add(amenity)
    return space


def rename(model, **fields):
    for row in model.objects.all():
        for field, value in fields.items():
            setattr(row, field, value)
        row.save()


# What is edited, and what the page says then.
EDITS = {
    "space": (lambda: rename(Space, name=NEW), f">{NEW}</a>"),
    "town": (lambda: rename(Space, town=NEW), f'entry-place">{NEW}'),
    "hours": (lambda: rename(Space, opening_hours="24/7"), "Alltid åpent"),
    "another space": (lambda: SpaceFactory(name=NEW), f">{NEW}</a>"),
    "organisation": (lambda: rename(Organisation, name=NEW), f'mark-name">{NEW}'),
    "logo": (lambda: rename(Organisation, logo="ny.png"), "ny.png"),
    "photo": (lambda: PhotoFactory(space=Space.objects.get(), key="a" * 32), f"photos/{'a' * 32}/"),
    "amenity": (lambda: rename(Amenity, name_nb=NEW), f">{NEW}</a>"),
    "page": (lambda: rename(Page, title_nb=NEW), f">{NEW}</h2>"),
    "news": (lambda: NewsFactory(title_nb=NEW), f">{NEW}</a></h3>"),
    "settings": (lambda: SiteSettings(pk=1, links="https://nytt.example.org").save(), "https://nytt.example.org"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_each_edit_is_seen_at_the_next_visit(client, space, edit):
    change, shown = EDITS[edit]
    assert shown not in page_of(client, "/")
    change()
    assert shown in page_of(client, "/")


def test_another_address_asks_the_database_for_the_version_alone(client, space, django_assert_num_queries):
    client.get("/")
    with django_assert_num_queries(1):
        client.get("/?fra=et-nyhetsbrev")


def test_each_language_has_its_own(client, space):
    assert "<h1>Finn ditt coworkingsted</h1>" in page_of(client, "/")
    assert "<h1>Find your coworking</h1>" in page_of(client, "/en/")


def test_searches_are_not_what_others_get(client, space):
    assert f">{space.name}<" in page_of(client, "/")
    assert f">{space.name}<" not in page_of(client, "/?q=zzz")
    assert 'value="zzz"' not in page_of(client, "/?fra=et-nyhetsbrev")


def test_what_is_said_of_hours_follows_the_clock(client, space):
    Space.objects.update(opening_hours="Mo-Fr 08:00-16:00")
    with time_machine.travel(MONDAY, tick=False) as clock:
        assert "Åpent til kl. 16:00" in words(page_of(client, "/"))
        clock.shift(60)
        assert "Åpner tirsdag kl. 08:00" in words(page_of(client, "/"))
        clock.shift(9 * 3600)
        assert "Åpner kl. 08:00" in words(page_of(client, "/"))


def test_page_that_was_rendered_while_a_house_closed_is_not_shown_the_next_day(client, space, monkeypatch):
    Space.objects.update(opening_hours="Mo-Fr 08:00-16:00")
    with time_machine.travel(MONDAY, tick=False) as clock:
        draw = notes.pictures
        with monkeypatch.context() as slow:
            slow.setattr(notes, "pictures", lambda *args: clock.shift(60) or draw(*args))
            assert "Åpner tirsdag kl. 08:00" in words(page_of(client, "/"))
        clock.shift(24 * 3600 - 60)
        assert "Åpent til kl. 16:00" in words(page_of(client, "/"))
