"""The search on top of the admin's pages."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

from coworking_norge.admin_search import MAX_HITS

from .factories import CoordinatorFactory, JoinRequestFactory, OrganisationFactory, SpaceFactory

pytestmark = pytest.mark.django_db

HIT = re.compile(r'<li><a href="/admin/\w+/(\w+)/(\d+)/change/">([^<]*)</a>')


@pytest.fixture
def aalesund():
    OrganisationFactory(name="Noe annet")
    space = SpaceFactory(name="Ålesund hus", organisation__name="Ålesund fellesskap", hidden=True)
    request = JoinRequestFactory(name="Loftet", contact_name="Åse Ålesund", state="received")
    user = CoordinatorFactory(first_name="Berit", last_name="Aalesund", username="aalesund")
    return {
        "space": (space.pk, "Ålesund hus, Oslo"),
        "organisation": (space.organisation_id, "Ålesund fellesskap"),
        "joinrequest": (request.pk, "Loftet"),
        "user": (user.pk, "Berit Aalesund"),
    }


def found(client, term):
    page = client.get("/admin/search/", {"q": term}).content.decode()
    return {(model, int(key), name) for model, key, name in HIT.findall(page)}


def test_search_finds_of_each_kind_what_one_may_see(client, admin_client, aalesund):
    every = {(model, *row) for model, row in aalesund.items()}
    assert found(admin_client, "aalesund") == every
    for codename, model in {"view_space": "space", "view_joinrequest": "joinrequest", None: ""}.items():
        user = get_user_model().objects.create_user(f"viewer-{codename}", is_staff=True)
        user.user_permissions.add(*Permission.objects.filter(codename=codename))
        client.force_login(user)
        assert found(client, "aalesund") == {row for row in every if row[0] == model}


def test_search_is_on_every_page_and_keeps_what_was_typed(coordinator_client, aalesund):
    for address in ("", "spaces/space/", f"spaces/space/{aalesund['space'][0]}/change/", "my-mail/"):
        assert 'action="/admin/search/"' in coordinator_client.get(f"/admin/{address}").content.decode(), address
    assert len(found(coordinator_client, "aalesund")) == 3, "no coordinator sees accounts"
    for term in ("", "finnes ikke", "\0", "'\"><zq", "9" * 30):
        assert not found(coordinator_client, term), term
    page = coordinator_client.get("/admin/search/", {"q": "'\"><zq"}).content.decode()
    assert 'value="&#x27;&quot;&gt;&lt;zq"' in page
    assert "Ingen treff" in page


def test_search_shows_the_first_of_many_and_leads_to_the_others(coordinator_client, django_assert_max_num_queries):
    SpaceFactory.create_batch(MAX_HITS + 1, name="Huset")
    coordinator_client.get("/admin/search/?q=huset")
    with django_assert_max_num_queries(10):
        assert len(found(coordinator_client, "huset")) == MAX_HITS
    page = coordinator_client.get("/admin/search/?q=huset").content.decode()
    assert 'href="/admin/spaces/space/?q=huset"' in page
