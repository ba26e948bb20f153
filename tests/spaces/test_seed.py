import json

import pytest
from django.core.management import call_command

from members.models import Organisation
from norway.places import postal_place, towns
from spaces.management.commands.seed import NETWORK
from spaces.models import Amenity, Space

pytestmark = pytest.mark.django_db


@pytest.fixture
def seeded():
    call_command("seed", verbosity=0)


def test_seed_loads_the_network(seeded):
    assert Organisation.objects.members().count() == 9
    assert Space.objects.members().count() == 10
    assert Space.objects.upcoming().count() == 9
    assert Space.objects.upcoming().filter(organisation__status="member").get().title == "Coworx, Mandal"
    assert Space.objects.filter(organisation__name="Blender Collective").count() == 2
    assert Amenity.objects.count() == 14


def test_seed_invents_no_address_and_no_person(seeded):
    assert [space.address for space in Space.objects.exclude(address="")] == ["Nygaardsgata 33"]
    assert not Space.objects.exclude(precision="town").exists()
    for model in (Space, Organisation):
        assert not model.objects.exclude(email="", phone="", website="").exists()


def test_seed_places_spaces_at_their_town_centre(seeded):
    mandal = Space.objects.get(slug="coworx-mandal")
    assert (mandal.latitude, mandal.longitude) == (58.0274, 7.45342)
    assert (mandal.municipality, mandal.get_county_display()) == ("Lindesnes", "Agder")


def test_seed_again_undoes_no_edit_and_no_deletion(seeded):
    edited = Space.objects.get(slug="flow-tromso")
    edited.name, edited.slug, edited.latitude = "Flyt", "flyt", 69.65
    edited.save()
    Space.objects.get(slug="657-oslo").delete()
    Organisation.objects.get(slug="657").delete()
    Amenity.objects.get(slug="shower").delete()
    call_command("seed", verbosity=0)
    edited.refresh_from_db()
    assert (edited.name, edited.latitude) == ("Flyt", 69.65)
    assert Space.objects.count() == 18
    assert Organisation.objects.count() == 15
    assert Amenity.objects.count() == 13


def test_seed_says_what_it_loaded_and_nothing_where_nothing_is_new(capsys):
    call_command("seed")
    assert capsys.readouterr().out == "16 organisations, 19 spaces, 14 amenities loaded.\n"
    call_command("seed")
    assert capsys.readouterr().out == ""


def test_seed_says_what_was_added_since(capsys):
    call_command("seed")
    capsys.readouterr()
    Amenity.objects.filter(slug="shower").delete()
    Amenity.history.filter(slug="shower").delete()
    call_command("seed")
    assert capsys.readouterr().out == "1 amenity loaded.\n"


def test_network_file_says_where_its_facts_come_from():
    assert json.loads(NETWORK.read_text())["sources"]


def test_postal_place_knows_town_and_county():
    assert postal_place("1607") == ("Fredrikstad", "31", "Fredrikstad")
    assert postal_place("0000") is None


def test_towns_fold_as_the_search_does():
    assert [town.county.label for town in towns("aalesund")] == ["Møre og Romsdal"]
    assert towns("Atlantis") == []
