"""A coordinator's walk through the whole admin."""

import re
from html import unescape

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse
from post_office.models import STATUS, Email

from members.models import Organisation
from spaces.models import Space

from .factories import AmenityFactory, JoinRequestFactory, OrganisationFactory, PhotoFactory, SpaceFactory

pytestmark = pytest.mark.django_db

LISTS = ["/admin/members/organisation/", "/admin/spaces/space/", "/admin/spaces/amenity/", "/admin/post_office/email/"]
LISTS += ["/admin/members/joinrequest/"]


@pytest.fixture
def network(db):
    space = SpaceFactory(organisation__name="Blender", name="Ålesund hus", opening_hours="Mo-Fr 08:00-16:00")
    space.amenities.add(AmenityFactory())
    PhotoFactory(space=space)
    SpaceFactory(coming=True, name="Snart")
    JoinRequestFactory(state="received", reviewer=None).spaces.create(name="Loftet", town="Oslo")
    return space


def test_admin_shows_what_a_coordinator_runs_and_nothing_else(coordinator_client):
    page = coordinator_client.get("/admin/").content.decode()
    assert set(re.findall(r'href="(/admin/\w+/\w+/)"', page)) == set(LISTS)


@pytest.mark.parametrize("address", ["/admin/auth/user/", "/admin/auth/group/"])
def test_admin_keeps_users_from_coordinators(coordinator_client, address):
    assert coordinator_client.get(address).status_code == 403


@pytest.mark.parametrize("address", ["/admin/", "/admin/spaces/space/place/", "/admin/spaces/space/1/preview/", *LISTS])
def test_admin_is_closed_to_visitors(client, address):
    response = client.get(address)
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("address", LISTS)
def test_admin_every_list_filter_search_and_order_answers(coordinator_client, network, address, language):
    page = coordinator_client.get(language + address)
    queries = set(re.findall(r'href="\?([^"]+)"', page.content.decode())) | {"q=alesund"}
    assert len(queries) > 1
    for query in queries:
        assert coordinator_client.get(f"{language}{address}?{unescape(query)}").status_code == 200, query


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("model", [Organisation, Space, AmenityFactory._meta.model])
def test_admin_every_form_history_and_deletion_answers(coordinator_client, network, model, language):
    base = f"{language}/admin/{model._meta.app_label}/{model._meta.model_name}/"
    row = model.objects.first()
    for page in ("add/", f"{row.pk}/change/", f"{row.pk}/history/", f"{row.pk}/delete/"):
        assert coordinator_client.get(base + page).status_code == 200, page
    assert coordinator_client.get(f"{base}{row.pk}/history/{row.history.first().pk}/").status_code == 200


def test_admin_lists_have_few_queries(coordinator_client, django_assert_max_num_queries):
    SpaceFactory.create_batch(40)
    for request in JoinRequestFactory.create_batch(40, state="received"):
        request.spaces.create(name="Loftet", town="Oslo")
    for address in LISTS:
        with django_assert_max_num_queries(12):
            coordinator_client.get(address)


@pytest.mark.parametrize(
    ("address", "query", "found"),
    [
        ("/admin/spaces/space/", "aalesund", "Ålesund hus"),
        ("/admin/spaces/space/", "blender", "Ålesund hus"),
        ("/admin/members/organisation/", "BLENDER", "Blender"),
    ],
)
def test_admin_search_folds(coordinator_client, network, address, query, found):
    page = coordinator_client.get(address, {"q": query}).content.decode()
    assert found in page
    assert "Snart" not in page


def test_admin_start_page_counts_what_the_filter_then_lists(coordinator_client, network):
    page = coordinator_client.get("/admin/").content.decode()
    notes = re.findall(r'href="(/admin/spaces/space/\?attention=\w+)"><span class="attention-count">(\d+)<', page)
    assert [count for _, count in notes] == ["2", "0", "0", "1", "1"]
    for address, count in notes:
        listed = coordinator_client.get(address).content.decode()
        assert len(re.findall('class="field-town', listed)) == int(count), address


def test_admin_start_page_counts_join_requests_and_mails_first(coordinator_client, network):
    JoinRequestFactory(state="in_review")
    JoinRequestFactory(state="waiting")
    for state in ("unconfirmed", "approved", "declined", "withdrawn"):
        JoinRequestFactory(state=state)
    for status in STATUS:
        Email.objects.create(from_email="post@example.org", to=["kari@example.org"], status=status)
    page = coordinator_client.get("/admin/").content.decode()
    notes = re.findall(r'href="(/admin/[^"]+)"><span class="attention-count">(\d+)<', page)
    assert notes[:3] == [
        ("/admin/members/joinrequest/?waits=for_coordinators", "2"),
        ("/admin/members/joinrequest/?waits=for_applicants", "1"),
        (f"/admin/post_office/email/?state={STATUS.failed}", "1"),
    ]
    for address, count in notes[:3]:
        listed = coordinator_client.get(address).content.decode()
        assert len(re.findall('<th class="field-', listed)) == int(count), address


@pytest.mark.parametrize(
    ("codename", "kinds"),
    [(None, set()), ("view_joinrequest", {"waits"}), ("view_email", {"state"}), ("view_space", {"attention"})],
)
def test_admin_start_page_counts_only_what_one_may_see(client, codename, kinds):
    user = get_user_model().objects.create_user("viewer", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename=codename))
    client.force_login(user)
    page = client.get("/admin/").content.decode()
    assert set(re.findall(r'\?(\w+)=[^"]+"><span class="attention-count">', page)) == kinds


@pytest.mark.parametrize(
    ("model", "action", "field", "before", "after"),
    [
        (Space, "open", "status", "coming", "open"),
        (Space, "close", "status", "open", "closed"),
        (Space, "hide", "hidden", False, True),
        (Space, "show", "hidden", True, False),
        (Organisation, "admit", "status", "prospect", "member"),
        (Organisation, "end_membership", "status", "member", "former"),
    ],
)
def test_admin_action_changes_and_remembers(coordinator_client, coordinator, model, action, field, before, after):
    row = (SpaceFactory if model is Space else OrganisationFactory)(**{field: before})
    coordinator_client.post(
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"),
        {"action": action, "_selected_action": [row.pk], "confirmed": "yes"},
    )
    row.refresh_from_db()
    assert getattr(row, field) == after
    assert row.history.first().history_user == coordinator


def test_admin_history_says_who_changed_what(coordinator_client, coordinator, network):
    network.name = "Nytt navn"
    network._history_user = coordinator
    network.save()
    page = coordinator_client.get(f"/admin/spaces/space/{network.pk}/history/").content.decode()
    assert "Ålesund hus → Nytt navn" in page
    assert coordinator.username in page


@pytest.mark.parametrize(("hidden", "shown"), [(False, True), (True, False)])
def test_admin_views_on_site_only_what_visitors_see(coordinator_client, hidden, shown):
    space = SpaceFactory(hidden=hidden, slug="huset")
    page = coordinator_client.get(f"/admin/spaces/space/{space.pk}/change/").content.decode()
    assert ('href="/steder/huset/"' in page) == shown
    assert f"/admin/spaces/space/{space.pk}/preview/" in page


def test_admin_previews_what_is_hidden(coordinator_client):
    space = SpaceFactory(hidden=True, name="Skjult hus")
    preview = coordinator_client.get(f"/admin/spaces/space/{space.pk}/preview/").content.decode()
    assert "Skjult hus" in preview
    assert "Forhåndsvisning" in preview


def test_admin_registers_only_known_models():
    known = {"organisation", "joinrequest", "space", "amenity", "email", "user", "group", "loginevent"}
    assert {model._meta.model_name for model in admin.site._registry} == known
