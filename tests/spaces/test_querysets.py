import pytest

from spaces.models import Space
from tests.factories import AmenityFactory, OrganisationFactory, PhotoFactory, SpaceFactory

pytestmark = pytest.mark.django_db

# What the public sees of a space, by the status of its organisation and its own.
SEEN = {
    ("member", "open"): "members",
    ("member", "coming"): "upcoming",
    ("member", "closed"): None,
    ("prospect", "open"): "upcoming",
    ("prospect", "coming"): "upcoming",
    ("prospect", "closed"): None,
    ("former", "open"): None,
    ("former", "coming"): None,
    ("former", "closed"): None,
}


def make(organisation_status, space_status, **fields):
    left_on = "2024-01-31" if organisation_status == "former" else None
    organisation = OrganisationFactory(status=organisation_status, left_on=left_on)
    return SpaceFactory(organisation=organisation, status=space_status, **fields)


def test_public_by_status():
    spaces = {make(*statuses): seen for statuses, seen in SEEN.items()}
    for verb in ("members", "upcoming"):
        assert set(getattr(Space.objects, verb)()) == {space for space, seen in spaces.items() if seen == verb}
    assert set(Space.objects.public()) == {space for space, seen in spaces.items() if seen}


def test_public_never_shows_hidden():
    for statuses in SEEN:
        make(*statuses, hidden=True)
    assert not Space.objects.public().exists()


def test_search_finds_by_every_part():
    space = SpaceFactory(
        name="Huset",
        organisation__name="Blender",
        address="Nygaardsgata 33",
        postal_code="1607",
        town="Fredrikstad",
        municipality="Kommunen",
        county="31",
    )
    for query in ["huset", "blender", "nygårdsgata", "1607", "fredrikstad", "kommunen", "ostfold", "blender ostfold"]:
        assert list(Space.objects.search(query)) == [space], query
    assert not Space.objects.search("blender bergen").exists()


def test_search_follows_a_renamed_organisation():
    space = SpaceFactory()
    type(space.organisation).objects.update(name="Tårnet")
    assert list(Space.objects.search("tarnet")) == [space]


def test_search_follows_a_moved_space():
    SpaceFactory(town="Oslo")
    Space.objects.update(town="Bodø", county="18")
    assert Space.objects.search("bodo nordland").exists()
    assert not Space.objects.search("oslo").exists()


def test_nearest_to_orders_by_great_circle_distance():
    SpaceFactory(name="Bergen", latitude=60.39299, longitude=5.32415)
    SpaceFactory(name="Oslo", latitude=59.91273, longitude=10.74609)
    SpaceFactory(name="Here", latitude=63.43049, longitude=10.39506)
    nearest = Space.objects.nearest_to(63.43049, 10.39506)
    assert [space.name for space in nearest] == ["Here", "Oslo", "Bergen"]
    assert [round(space.distance_km) for space in nearest] == [0, 392, 429]


def test_nearest_to_knows_how_short_a_degree_is_far_north():
    SpaceFactory(name="North", latitude=78.24, longitude=15.6)
    SpaceFactory(name="East", latitude=78.2, longitude=15.71)
    assert [space.name for space in Space.objects.nearest_to(78.2, 15.6)] == ["East", "North"]


def test_distances_are_a_part_of_nearest_to_with_ties_by_key():
    places = [(59.91, 10.75), (60.39, 5.32), (59.91, 10.75), (59.95, 10.75)]
    keys = [SpaceFactory(latitude=latitude, longitude=longitude).pk for latitude, longitude in places]
    nearest = Space.objects.nearest_to(59.91, 10.75)
    assert list(nearest.distances(0, 3)) == [keys[0], keys[2], keys[3]]
    assert list(nearest.distances(2, 9)) == [keys[3], keys[1]]


@pytest.mark.parametrize(
    ("verb", "field", "before", "after"),
    [
        ("open", "status", "coming", "open"),
        ("close", "status", "open", "closed"),
        ("hide", "hidden", False, True),
        ("show", "hidden", True, False),
    ],
)
def test_verb_changes_and_remembers_by_whom(coordinator, verb, field, before, after):
    SpaceFactory(**{field: before})
    SpaceFactory(**{field: after})
    assert getattr(Space.objects.all(), verb)(by=coordinator) == 1, "the other one is so already"
    assert set(Space.objects.values_list(field, flat=True)) == {after}
    assert [record.history_user for record in Space.history.filter(history_type="~")] == [coordinator]


def test_attention_counts_what_is_missing():
    SpaceFactory(opening_hours="Mo-Fr 08:00-16:00", email="post@example.org", precision="exact")
    PhotoFactory(space=Space.objects.get())
    for verb in ("approximate", "without_photo", "without_opening_hours", "without_contact"):
        assert not getattr(Space.objects, verb)().exists(), verb
    SpaceFactory()
    for verb in ("approximate", "without_photo", "without_opening_hours", "without_contact"):
        assert getattr(Space.objects, verb)().count() == 1, verb


def test_attention_takes_the_organisations_contact_for_the_space():
    SpaceFactory(organisation__website="https://example.org")
    assert not Space.objects.without_contact().exists()


def test_spaces_of_one_name_are_ordered_by_town_the_norwegian_way():
    for town in ("Ålesund", "aure", "Zoo", "Bergen", "Ørland"):
        SpaceFactory(name="Huset", town=town)
    SpaceFactory(name="Huset vårt", town="Arendal")
    assert [space.town for space in Space.objects.all()] == ["aure", "Bergen", "Zoo", "Ørland", "Ålesund", "Arendal"]


def test_verb_leaves_amenities_out_of_the_history(coordinator):
    space = SpaceFactory(coming=True)
    space.amenities.add(AmenityFactory())
    Space.objects.all().open(by=coordinator)
    latest, before = space.history.all()[:2]
    assert [change.field for change in latest.diff_against(before).changes] == ["status"]
    assert latest.history_change_reason == "opened"
