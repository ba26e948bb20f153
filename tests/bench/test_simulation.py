from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from bench.simulation import furnish
from members.models import Organisation
from spaces.detail import SpaceDetail
from spaces.models import Amenity, Space
from tests.factories import JoinRequestFactory, OrganisationFactory, SpaceFactory

pytestmark = pytest.mark.django_db

FACTS = ["name", "slug", "status", "hidden", "town", "latitude", "longitude", "opening_hours", "organisation__name"]


def simulate(spaces=300, seed=1):
    call_command("simulate", spaces=spaces, seed=seed, verbosity=0, stdout=StringIO())


def facts():
    return list(Space.objects.order_by("pk").values_list(*FACTS))


def test_simulate_makes_as_many_as_asked_for():
    simulate(spaces=37)
    assert Space.objects.count() == 37
    assert not Organisation.objects.filter(spaces=None).exists()


def test_simulate_marks_every_row_as_synthetic():
    simulate()
    for model, name in ((Space, "Prøvehus "), (Organisation, "Simulert ")):
        rows = model.objects.all()
        assert all(row.name.startswith(name) and row.slug.startswith("simulert-") for row in rows)
        assert all(row.email.endswith(".example") for row in rows if row.email)
        assert all(row.website.endswith(".example/") for row in rows if row.website)


def test_simulate_makes_rows_that_the_admin_would_accept():
    simulate()
    for row in (*Space.objects.all(), *Organisation.objects.all()):
        row.full_clean()


def test_furnished_space_lacks_nothing(media, monkeypatch):
    monkeypatch.setattr("bench.simulation.PHOTOS", [(800, 500)])
    simulate(spaces=20)
    space = Space.objects.members().first()
    furnish(space)
    assert SpaceDetail(space, space.photos.all(), timezone.localdate()).missing == ""
    assert len(space.practical_rows) > 8


def test_simulate_makes_spaces_in_every_state():
    simulate()
    assert set(Space.objects.values_list("status", flat=True)) == {"open", "coming", "closed"}
    assert set(Organisation.objects.values_list("status", flat=True)) == {"member", "prospect", "former"}
    assert 0 < Space.objects.filter(hidden=True).count() < 30
    assert Space.objects.members().count() > Space.objects.upcoming().count() > 10
    assert Organisation.objects.count() < 300


def test_simulate_places_most_where_most_people_live():
    simulate(spaces=1000)
    towns = Counter(Space.objects.values_list("town", flat=True))
    assert towns.most_common(1)[0][0] == "Oslo"
    assert len(towns) > 300


def test_simulate_puts_some_spaces_at_one_address():
    simulate()
    at_addresses = Space.objects.exclude(address="").values_list("latitude", "longitude", "address", "postal_code")
    assert 0 < len(at_addresses) - len(set(at_addresses)) < 60


def test_simulate_gives_amenities_and_opening_hours():
    simulate()
    assert Amenity.objects.count() == 14
    assert Space.objects.filter(amenities__slug="wifi").exists()
    assert Space.objects.values("opening_hours").distinct().count() > 5


def test_simulate_folds_as_every_other_write():
    simulate(spaces=50)
    space = Space.objects.exclude(address="").first()
    assert space in Space.objects.search(f"{space.name} {space.town} {space.address}")
    written = list(Space.objects.order_by("pk").values("search_text", "sort_name"))
    Space.objects.all().reindex()
    assert list(Space.objects.order_by("pk").values("search_text", "sort_name")) == written


def test_simulate_makes_the_same_network_of_the_same_seed():
    networks = []
    for seed in (7, 7, 8):
        simulate(spaces=60, seed=seed)
        networks.append(facts())
        Space.objects.all().delete()
        Organisation.objects.all().delete()
    assert networks[0] == networks[1] != networks[2]


@pytest.mark.parametrize("factory", [OrganisationFactory, SpaceFactory, JoinRequestFactory])
def test_simulate_refuses_a_database_in_use(factory):
    factory()
    with pytest.raises(CommandError, match="in use"):
        simulate()
    assert not Space.objects.filter(slug__startswith="simulert-").exists()


def test_simulate_refuses_to_add_to_itself():
    simulate(spaces=5)
    with pytest.raises(CommandError, match="in use"):
        simulate(spaces=5)
    assert Space.objects.count() == 5


def test_simulate_refuses_in_production(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        simulate()
    assert not Space.objects.exists()


def test_simulate_refuses_less_than_one_space():
    with pytest.raises(CommandError, match="at least 1"):
        simulate(spaces=0)
