"""The pictures of the coast around a space, as files and on pages."""

from io import BytesIO
from xml.etree import ElementTree

import pytest
from django.template import Context, Template
from django.utils.translation import override
from PIL import Image

from spaces.models import Space
from tests.factories import OrganisationFactory, PhotoFactory, SpaceFactory

pytestmark = pytest.mark.django_db

SIZES = {  # bytes at most, where one has to be right
    "by a fjord": (60.39299, 5.32415, 6_000),
    "inland": (61.11514, 10.46628, 10_000),
    "at the state border": (59.12478, 11.38754, 6_000),
    "at the eastern end": (69.72713, 30.04505, 6_000),
    "far from any sea": (62.28, 9.95, 10_000),
    "on an island": (59.3067, 4.8804, 6_000),
    "on Svalbard": (78.22334, 15.64689, 6_000),
    "on Jan Mayen": (70.9827, -8.4907, 6_000),
    "at sea": (58.2, 3.0, 10_000),
    "in the corner of what counts as Norway": (57, -10, 10_000),
    "in the other corner": (82, 35, 10_000),
}


def shapes(svg: bytes) -> dict:
    root = ElementTree.fromstring(svg)
    return {
        path.get("id") or path.get("class"): path.get("d") for path in root.iter("{http://www.w3.org/2000/svg}path")
    }


@pytest.mark.parametrize("where", SIZES)
def test_picture_is_small_wherever_it_is(client, where):
    latitude, longitude, most = SIZES[where]
    space = SpaceFactory(latitude=latitude, longitude=longitude, name="<Loft> & Lager")
    response = client.get(space.art_url)
    assert response["Content-Type"] == "image/svg+xml"
    assert shapes(response.content)["art-coast"]
    assert len(response.content) < most
    assert "immutable" in response["Cache-Control"]
    assert len(hero(space).encode()) < most


def hero(space):
    return Template("{% load spaces %}{% space_hero_art space %}").render(Context({"space": space}))


def test_address_changes_with_what_is_shown(client):
    space = SpaceFactory(name="Loftet")
    addresses = {space.art_url, space.share_url}
    space.latitude = 60.1
    addresses |= {space.art_url, space.share_url}
    space.visibility = 2
    addresses |= {space.art_url, space.share_url}
    space.name = "Kjelleren"
    addresses |= {space.art_url, space.share_url}
    space.pk += 1
    addresses |= {space.art_url, space.share_url}
    assert len(addresses) == 10


def test_nothing_is_drawn_for_who_has_it_or_asks_for_another(client, monkeypatch):
    """Half a second of a processor for each address that a stranger makes up would keep the site from all others."""
    monkeypatch.setattr("spaces.art.kept.coast", None)
    monkeypatch.setattr("spaces.art.kept.share_png", None)
    space = SpaceFactory(latitude=60.2, name="Nobody has drawn this")
    for url, version in ((space.art_url, space.art_version), (space.share_url, space.share_version)):
        moved = client.get(url.replace(version, "0"))
        assert (moved.status_code, moved["Location"]) == (302, url)
        assert moved["Cache-Control"] == "public, max-age=60"
        seen = client.head(url)
        assert (seen.status_code, "Content-Length" in seen, seen["ETag"]) == (200, False, f'"{version}"')
        assert client.get(url, headers={"if-none-match": f'W/"{version}"'}).status_code == 304


def test_shared_picture_is_drawn_once_and_kept_until_it_changes(client, monkeypatch, settings):
    space = SpaceFactory()
    first = client.get(space.share_url).content
    with monkeypatch.context() as patched:
        patched.setattr("spaces.art.kept.share_png", None)
        assert client.get(space.share_url).content == first
    space.name = "Et annet"
    space.save()
    assert client.get(space.share_url).content != first
    assert [file.name for file in (settings.DATA_DIR / "share").iterdir()] == [f"{space.pk}-{space.share_version}.png"]


def test_hidden_space_has_no_picture(client):
    hidden = SpaceFactory(hidden_away=True)
    former = SpaceFactory(organisation=OrganisationFactory(former=True))
    for space in (hidden, former):
        assert client.get(space.art_url).status_code == client.get(space.share_url).status_code == 404


def test_houses_of_one_town_differ(client):
    town = [SpaceFactory(latitude=58.97005, longitude=5.73332, town="Stavanger", county="11") for _ in range(3)]
    coasts = {shapes(client.get(space.art_url).content)["art-coast"] for space in town}
    assert len(coasts) == 3


def test_colour_tells_members_from_those_on_the_way(client):
    for space, family in ((SpaceFactory(), "green"), (SpaceFactory(coming=True), "yellow")):
        assert f'class="art-{family}"' in client.get(space.art_url).content.decode()
        assert f"art-{family}" in hero(space)


def test_shared_page_shows_its_coast_and_name(client):
    for name in ("Loftet", "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk", "Hus for alle som vil " * 5, "🏠"):
        space = SpaceFactory(name=name[:120], town="Longyearbyen")
        page = client.get(space.get_absolute_url()).content.decode()
        assert f'content="http://127.0.0.1:8000{space.share_url}"' in page
        response = client.get(space.share_url)
        assert Image.open(BytesIO(response.content)).size == (1200, 630)
        assert len(response.content) < 150_000


def test_shared_page_shows_its_photo_where_there_is_one(client):
    photo = PhotoFactory(width=1600, height=1200)
    page = client.get(photo.space.get_absolute_url()).content.decode()
    assert photo.sources.fallback in page
    assert ('content="960"' in page, 'content="720"' in page) == (True, True)


def test_caption_says_what_the_picture_shows():
    inland = SpaceFactory.build(latitude=61.11514, longitude=10.46628)
    caption = "Each shade is 22 km farther from the sea. The space stands on the line of 133 km."
    for space, text in ((SpaceFactory.build(town="Oslo"), "The coast around Oslo"), (inland, caption)):
        with override("en"):
            shown = Template("{% load spaces %}{% space_art_caption space %}").render(Context({"space": space}))
        assert shown == text


def test_pictures_cost_lists_no_query(client, django_assert_num_queries):
    SpaceFactory.create_batch(3)
    spaces = list(Space.objects.cards(Space.objects.public().distances(0, 3)))
    with django_assert_num_queries(0):
        assert len({space.art_url for space in spaces}) == 3
        assert "<svg" in hero(spaces[0])
