import pytest

from core.search_text import fold, sort_key
from members.models import Organisation
from tests.factories import OrganisationFactory, SpaceFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("typed", ["ålesund", "ALESUND", "Aalesund", "alesund", "Ålesund,"])
def test_fold_a_ring_is_aa_is_a(typed):
    assert fold(typed) == fold("Ålesund")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tromsø", "tromso"),
        ("Bodø", "Bodoe"),
        ("Malmö", "malmø"),
        ("Lærdal", "laerdal"),
        ("Lærdal", "Lärdal"),
        ("é", "E"),
        ("Porsáŋgu bargosadji", "porsangu bargosadji"),
        ("Ruŧŧa ja ŋuorra", "RUTTA JA NUORRA"),
        ("Á Č Đ Ŋ Š Ŧ Ž", "a c d n s t z"),
        ("á ń ŋ å ä æ", "a n n å æ æ"),
        ("ï ö ä Ï\u0308", "i ø æ i"),
        ("Storgata 12 B", "storgata 12b"),
    ],
)
def test_fold_alike(one, other):
    assert fold(one) == fold(other)


def test_fold_keeps_the_word_i_apart_from_a_number():
    assert fold("Loft 7 i Bergen, bygg 2 bak") == "loft 7 i bergen bygg 2 bak"


def test_fold_drops_punctuation():
    assert fold("  Nygaards-gata 33 (1. etg.) ") == "nygards gata 33 1 etg"


def test_sort_key_orders_the_norwegian_way():
    names = ["Aasen", "Zoo", "Ørland", "Ærlig", "Bergen", "Ålesund", "Åre", "657", "arendal"]
    assert sorted(names, key=sort_key) == [
        "657", "arendal", "Bergen", "Zoo", "Ærlig", "Ørland", "Ålesund", "Åre", "Aasen",
    ]  # fmt: skip


def test_organisations_are_ordered_the_norwegian_way():
    for name in ["Ørland", "Aasen", "Zoo", "Ærlig"]:
        OrganisationFactory(name=name)
    assert [str(organisation) for organisation in Organisation.objects.all()] == [
        "Zoo",
        "Ærlig",
        "Ørland",
        "Aasen",
    ]


def found(query):
    return set(Organisation.objects.search(query).values_list("name", flat=True))


def test_search_every_word_somewhere():
    OrganisationFactory(name="Bergen Works")
    assert found("works berg") == {"Bergen Works"}
    assert found("works oslo") == set()


def test_search_treats_wildcards_as_text():
    OrganisationFactory(name="Bergen Works")
    assert found("x%") == found("b_x") == set()
    assert found("%") == {"Bergen Works"}, "nothing but punctuation asks for nothing"


def rename_by_save(organisation):
    organisation.name = "Ålesund hus"
    organisation.save()


def rename_by_save_of_one_field(organisation):
    organisation.name = "Ålesund hus"
    organisation.save(update_fields=["name"])


def rename_by_update(organisation):
    Organisation.objects.filter(name="Before").update(name="Ålesund hus")


def rename_by_bulk_update(organisation):
    organisation.name = "Ålesund hus"
    Organisation.objects.bulk_update([organisation], ["name"])


@pytest.mark.parametrize(
    "rename", [rename_by_save, rename_by_save_of_one_field, rename_by_update, rename_by_bulk_update]
)
def test_search_follows_every_way_of_writing(rename):
    rename(OrganisationFactory(name="Before"))
    assert found("alesund") == {"Ålesund hus"}
    assert found("before") == set()


def test_search_follows_bulk_create():
    Organisation.objects.bulk_create([Organisation(name="Ålesund hus", slug="x")])
    assert found("alesund") == {"Ålesund hus"}


def test_update_of_another_field_folds_nothing(django_assert_num_queries):
    OrganisationFactory()
    with django_assert_num_queries(2):  # the other notes that something changed
        Organisation.objects.update(description_nb="Et hus")


@pytest.mark.parametrize("first", [0xAC00, 0x20000], ids=["Hangul", "four bytes each"])
def test_texts_of_rare_letters_fit_into_the_indexes(first):
    letters = "".join(chr(first + 37 * number) for number in range(200))
    space = SpaceFactory(name=letters[:120], address=letters, town=letters[:80], municipality=letters[:80])
    space.organisation.name = letters[-120:]
    space.organisation.save()
    space.refresh_from_db()
    assert fold(letters[:20]) in space.search_text
    assert max(len(text.encode()) for text in (space.search_text, space.sort_name)) <= 1000
