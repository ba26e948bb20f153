import pytest
from django.urls import reverse
from django.utils import translation

from members.models import Organisation
from members.slugs import FreeSlugs, free_slug, slug_url
from tests.factories import OrganisationFactory

pytestmark = pytest.mark.django_db


def test_free_slugs_are_those_of_free_slug_and_given_once(django_assert_num_queries):
    OrganisationFactory(slug="husly")
    OrganisationFactory(slug="husly-2").delete()
    with django_assert_num_queries(2):
        slugs = FreeSlugs(Organisation, besides=["husly-4"])
        taken = [slugs.take("Husly") for _ in range(3)]
    assert taken == ["husly-3", "husly-5", "husly-6"]
    assert free_slug(Organisation, "Husly") == taken[0]


@pytest.mark.parametrize("view", ["spaces:space", "members:organisation"])
@pytest.mark.parametrize("language", ["nb", "en"])
def test_address_of_a_slug_is_the_views(view, language):
    with translation.override(language):
        assert slug_url(view, "huset-oslo-2") == reverse(view, args=["huset-oslo-2"])
