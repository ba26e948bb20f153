"""The history in words, and its buttons that bring a version or a column back."""

import re
from html import unescape

import pytest
from django.urls import reverse

from core.changes import mark_difference
from core.history import difference
from spaces.models import Space
from tests.at_once import at_once
from tests.factories import AmenityFactory, CoordinatorFactory, OrganisationFactory, PhotoFactory, SpaceFactory
from tests.html_forms import fields_of

pytestmark = pytest.mark.django_db

LONG = " ".join(f"ord-{number}" for number in range(300))


def change(row, by=None, reason=None, **values):
    for field, value in values.items():
        setattr(row, field, value)
    row._history_user, row._change_reason = by, reason
    row.save()


def address(row, page, *versions):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk, *versions])


@pytest.fixture
def press(coordinator_client):
    """Press a button of the history of a row: of a column, or of a whole version; the page that follows."""

    def press(row, version, *columns, made_from=None):
        data = {"field": columns, "made_from": row.history.first().pk if made_from is None else made_from}
        return text(coordinator_client.post(address(row, "bring_back", version.pk), data, follow=True))

    return press


def text(response):
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_history_is_in_words(coordinator_client, coordinator):
    coordinator.first_name, coordinator.last_name = "Berit", "Prøve"
    coordinator.save()
    gone = CoordinatorFactory(first_name="Ola")
    space = SpaceFactory(opening_hours="Mo-Fr 08:00-16:00; PH off", description_nb=f"{LONG}<b>", languages="nb")
    change(space, by=gone, opening_hours="Mo-Fr 08:00-17:00; PH off", description_nb=f"Et {LONG}<b>")
    change(space, by=coordinator, reason=difference([], ["Fra gata"], of="photo "))
    change(space, by=coordinator, opening_hours="Mo-Fr 08:00-18:00; PH off")
    change(space, by=coordinator, latitude=space.latitude + 0.001, phone="+4722000000", languages="nb en", hidden=True)
    gone.delete()
    page = text(coordinator_client.get(address(space, "history")))
    assert "<del>08:00–16:00; </del> <ins>08:00–17:00; </ins>" in page
    assert f"<ins>Et </ins>{LONG}<b>" in page
    assert '<strong>Kartnål</strong>: <span class="change-text"><ins>flyttet 111 meter</ins>' in page
    assert "<del>nei</del> <ins>ja</ins>" in page
    assert len(re.findall("Angre\n", page)) == 6
    assert page.count("Hent tilbake det som sto før") == 1
    assert "bilde lagt til: Fra gata" in page
    assert "Berit Prøve" in page
    assert "konto slettet" in page
    for raw in ("PH off", "chars]", coordinator.username):
        assert raw not in page
    version = text(coordinator_client.get(address(space, "simple_history", space.history.last().pk)))
    assert "<del>Et </del>" in version
    assert "flyttet 111 meter" in version


def test_difference_is_marked_and_escaped():
    assert mark_difference("", "<b>") == "<ins>&lt;b&gt;</ins>"
    assert mark_difference("en to <i>", "en tre <i>") == "en <del>to </del> <ins>tre </ins>&lt;i&gt;"
    assert mark_difference("en to", "noe helt annet") == "<del>en to</del> <ins>noe helt annet</ins>"


STATES = [("prospect", "coming"), ("member", "open"), ("member", "closed"), ("former", "open")]


def test_column_and_version_come_back_in_every_state(press, coordinator, client):
    """What was changed since is left alone, photos and amenities too; each is an entry of the history."""
    for of, status in STATES:
        for hidden in (False, True):
            owner = OrganisationFactory(status=of, left_on="2024-01-31" if of == "former" else None)
            space = SpaceFactory(organisation=owner, status=status, hidden=hidden, name="Før", slug="for")
            change(
                space, name="Nå", slug="na", description_nb="Ny", email="post@example.org", town="Bergen", county="46"
            )
            PhotoFactory(space=space)
            space.amenities.add(AmenityFactory())
            first = space.history.last()
            assert "Hentet tilbake." in press(space, first, "town")
            space.refresh_from_db()
            assert (space.name, space.town, space.county) == ("Nå", "Oslo", "03"), "a town and its county are one"
            page = press(space, first)
            assert "Bilder og fasiliteter blir stående som de er nå." in page
            space.refresh_from_db()
            assert (space.name, space.slug, space.description_nb, space.hidden) == ("Før", "for", "", hidden)
            assert space.email == "post@example.org", "a blank in the history may be one that was erased"
            assert (space.photos.count(), space.amenities.count()) == (1, 1)
            assert (space.history.count(), space.history.first().history_user) == (4, coordinator)
            assert client.get("/steder/na/").status_code == (301 if space.is_public else 404)
            assert "Det er slik nå." in press(space, first)
            assert space.history.count() == 4
            Space.objects.all().delete()


def test_status_of_an_organisation_comes_back_with_its_dates(press):
    owner = OrganisationFactory(status="former", left_on="2024-01-31")
    space = SpaceFactory(organisation=owner)
    change(owner, status="member", left_on=None)
    press(owner, owner.history.last(), "status")
    owner.refresh_from_db()
    assert (owner.status, str(owner.left_on)) == ("former", "2024-01-31")
    space.refresh_from_db()
    assert not space.is_public


def test_what_is_in_the_way_is_said_in_words(press, coordinator_client):
    owner = OrganisationFactory(slug="for", organisation_number="923609016")
    space = SpaceFactory(organisation=owner, opening_hours="nonsense")
    change(owner, slug="na", organisation_number="")
    OrganisationFactory(name="Den andre", slug="for", organisation_number="923609016")
    page = press(owner, owner.history.last())
    assert "Nettadresse: «Den andre» har den nå." in page
    assert "En annen organisasjon har dette organisasjonsnummeret" in page
    change(space, organisation=OrganisationFactory(), opening_hours="")
    assert "Åpningstider: " in press(space, space.history.last(), "opening_hours")
    coordinator_client.post(reverse("admin:members_organisation_delete", args=[owner.pk]), {"post": "yes"})
    assert "ligger også i papirkurven. Hent den tilbake først." in press(space, space.history.last(), "organisation")
    assert owner.history.count() == 3
    assert space.history.count() == 2
    coordinator_client.post(address(space, "delete"), {"post": "yes"})
    assert "Hent den tilbake fra papirkurven først." in press(space, space.history.last())


def test_stale_button_says_who_was_first(press, coordinator_client):
    space = SpaceFactory(name="Før")
    change(space, name="Nå")
    page = coordinator_client.get(address(space, "simple_history", space.history.last().pk))
    seen = fields_of(page, "bring-back/")["made_from"][0]
    assert re.search(r'type="submit" class="default" value="Hent tilbake hele versjonen"', text(page))
    change(space, by=CoordinatorFactory(first_name="Ola"), name="Nyere")
    assert "Ola endret dette" in press(space, space.history.last(), made_from=seen)
    assert "mens du hadde det åpent" in press(space, space.history.last(), made_from="")
    space.refresh_from_db()
    assert space.name == "Nyere"


@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_once_bring_back_once(press):
    space = SpaceFactory(name="Før")
    change(space, name="Nå")
    first, newest = space.history.last(), space.history.first().pk
    at_once(*[lambda: press(space, first, made_from=newest)] * 2)
    assert space.history.count() == 3
