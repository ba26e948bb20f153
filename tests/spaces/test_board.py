"""The board: what members' pages lack, the worst first, and a mail to the house that asks for it."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone
from post_office.models import Email

from spaces.completeness import ASK_AGAIN_AFTER, Fact
from spaces.models import Photo, Space
from tests.factories import CoordinatorFactory, OrganisationFactory, PhotoFactory, SpaceFactory
from tests.mail.test_emails import body

pytestmark = pytest.mark.django_db

FULL = {"precision": "exact", "opening_hours": "24/7", "description_nb": "Et hus", "email": "post@huset.example"}
ROW = re.compile(
    r'<th scope="row">\s*<a href="/admin/spaces/space/(\d+)/change/[^"]+">([^<]+)</a>(.*?)</tr>', re.DOTALL
)
SQUARE = re.compile(r'board-(good|old|missing)" href="/admin/spaces/space/\d+/(\w+)/\?next=%2Fadmin%2F%23board#?(\S*)"')


@pytest.fixture(autouse=True)
def contact(settings):
    settings.CONTACT_EMAIL = "post@example.org"


def full_space(**fields):
    return PhotoFactory(space=SpaceFactory(**FULL | fields)).space


def rows(client, query=""):
    page = client.get(f"/admin/{query}").content.decode()
    return {unescape(name): (SQUARE.findall(row), unescape(row)) for _key, name, row in ROW.findall(page)}


def lacking(space):
    return {fact.name for fact in Space.objects.get(pk=space.pk).lacking}


def test_board_shows_what_each_lacks_and_leads_to_that_field(coordinator_client):
    full_space(name="Alt")
    old = full_space(name="Gammelt")
    old.history.update(history_date=timezone.now() - timedelta(days=400))
    bare = SpaceFactory(name="Bart", precision="town")
    bare.history.all().delete()
    SpaceFactory(coming=True, name="På vei")
    found = rows(coordinator_client)
    assert list(found) == ["Bart", "Alt", "Gammelt"]
    states = {name: [state for state, *_link in squares] for name, (squares, _row) in found.items()}
    assert states["Alt"] == ["good"] * 6
    assert states["Gammelt"] == ["good"] * 5 + ["old"]
    assert states["Bart"] == ["old"] + ["missing"] * 5
    assert "Åpningstider: mangler" in found["Bart"][1]
    assert {name: "Alt i orden" in row for name, (_squares, row) in found.items()} == {
        "Bart": False,
        "Alt": True,
        "Gammelt": False,
    }
    form = coordinator_client.get(f"/admin/spaces/space/{bare.pk}/change/").content.decode()
    for _state, page, part in found["Bart"][0][:-1]:
        assert page == "change"
        assert f'id="{part}"' in form, part


def test_what_a_space_lacks_follows_every_way_to_change_it():
    organisation = OrganisationFactory()
    space = SpaceFactory(organisation=organisation, precision="exact")
    assert lacking(space) == {"TEXT", "PHOTO", "HOURS", "CONTACT"}
    organisation.phone = "22334455"
    organisation.save()
    assert lacking(space) == {"TEXT", "PHOTO", "HOURS"}
    photo = PhotoFactory(space=space)
    space.opening_hours = "24/7"
    space.save(update_fields=["opening_hours"])
    assert lacking(space) == {"TEXT"}
    Space.objects.filter(pk=space.pk).update(description_en="A house", precision="town")
    assert lacking(space) == {"PIN"}
    Photo.objects.filter(pk=photo.pk).delete()
    assert lacking(space) == {"PIN", "PHOTO"}
    made = Space.objects.bulk_create([SpaceFactory.build(organisation=OrganisationFactory(), slug="nytt")])
    assert lacking(made[0]) == set(Fact.names)


def test_board_is_paged_and_filtered(coordinator_client, django_assert_num_queries):
    SpaceFactory.create_batch(30, **FULL)
    far = full_space(name="Nordpå", county="55", opening_hours="")
    assert len(rows(coordinator_client)) == 25
    assert len(rows(coordinator_client, "?page=2")) == 6
    assert list(rows(coordinator_client, "?county=55")) == list(rows(coordinator_client, f"?lacks={Fact.HOURS:d}"))
    assert list(rows(coordinator_client, f"?county=55&lacks={Fact.HOURS:d}")) == [far.name]
    assert not rows(coordinator_client, f"?county=55&lacks={Fact.PHOTO:d}")
    for nonsense in ("?page=0", "?page=x", "?county=99", "?lacks=3", "?page=99999999999999999999"):
        assert len(rows(coordinator_client, nonsense)) == 25, nonsense
    page = coordinator_client.get("/admin/?page=2&county=03").content.decode()
    assert 'href="?county=03&amp;page=1#board"' in page


def test_house_is_asked_once_for_what_it_lacks(coordinator_client):
    space = SpaceFactory(name="Huset", organisation__email="org@huset.example", precision="exact")
    address = f"/admin/spaces/space/{space.pk}/ask/?county=03&page=1"
    assert "Be dem fylle ut" in rows(coordinator_client)["Huset"][1]
    for _press in range(2):
        assert coordinator_client.post(address)["Location"] == "/admin/?county=03&page=1#board"
    email = Email.objects.get()
    assert (email.to, email.headers["Reply-To"]) == (["org@huset.example"], "post@example.org")
    assert email.subject == "Dette mangler på siden om Huset, Oslo"
    text = body(email)
    assert [line[:8] for line in text.split("\n") if line.startswith("–")] == ["– når de", "– et bil", "– noen s"]
    assert "/steder/" + space.slug in text
    row = rows(coordinator_client)["Huset"][1]
    assert "spurt" in row
    assert "Be dem" not in row
    Space.objects.update(asked_at=timezone.now() - ASK_AGAIN_AFTER)
    coordinator_client.post(address)
    assert Email.objects.count() == 2


def test_nobody_is_asked_who_cannot_be(client, settings):
    settings.CONTACT_EMAIL = ""
    client.force_login(CoordinatorFactory(email="berit@example.org"))
    without_address, complete, hidden = SpaceFactory(), full_space(), SpaceFactory(hidden=True, email="a@b.example")
    for space, status in ((without_address, 302), (complete, 302), (hidden, 404)):
        assert client.post(f"/admin/spaces/space/{space.pk}/ask/").status_code == status
    assert "Legg inn e-post" in rows(client)[without_address.name][1]
    assert not Email.objects.exists()
    space = SpaceFactory(email="post@huset.example")
    client.post(f"/admin/spaces/space/{space.pk}/ask/")
    assert Email.objects.get().headers["Reply-To"] == "berit@example.org", "where the site has no address of its own"
    client.force_login(CoordinatorFactory(email=""))
    client.post(f"/admin/spaces/space/{SpaceFactory(email='c@d.example').pk}/ask/")
    assert Email.objects.count() == 1
