import pytest

from core.slugs import FreeSlugs, free_slug
from members.models import Organisation
from tests.factories import OrganisationFactory

pytestmark = pytest.mark.django_db


def test_slug_has_the_base_letters_of_every_language_here():
    for name, slug in {
        "Porsáŋgu bargosadji": "porsangu-bargosadji",
        "Ruŧŧa ja ŋuorra": "rutta-ja-nuorra",
        "Čáhcesuolu Đ Š Ž": "cahcesuolu-d-s-z",
        "Raarvihke Ïö": "raarvihke-io",
        "Ærlig ål på Ås": "aerlig-al-pa-as",
    }.items():
        assert free_slug(Organisation, name) == slug


def test_free_slugs_are_those_of_free_slug_and_given_once(django_assert_num_queries):
    OrganisationFactory(slug="husly")
    OrganisationFactory(slug="husly-2").delete()
    with django_assert_num_queries(2):
        slugs = FreeSlugs(Organisation, besides=["husly-4"])
        taken = [slugs.take("Husly") for _ in range(3)]
    assert taken == ["husly-3", "husly-5", "husly-6"]
    assert free_slug(Organisation, "Husly") == taken[0]
