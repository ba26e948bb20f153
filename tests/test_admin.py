"""A coordinator's walk through the whole admin."""

import re
from html import unescape
from itertools import product

import pytest
from django.contrib import admin
from django.urls import reverse

from core.bin.models import Deletion
from core.markdown import render
from members.models import Organisation
from spaces.models import Space

from .factories import AmenityFactory, JoinRequestFactory, OrganisationFactory, PhotoFactory, SpaceFactory

pytestmark = pytest.mark.django_db

LISTS = ["/admin/members/organisation/", "/admin/spaces/space/", "/admin/spaces/amenity/", "/admin/post_office/email/"]
LISTS += ["/admin/members/joinrequest/", "/admin/bin/deletion/", "/admin/pages/page/", "/admin/pages/news/"]
LISTS += ["/admin/pages/agreement/"]
ALONE = ["/admin/accounts/coordinator/", "/admin/mailings/mailing/", "/admin/pages/sitesettings/"]


@pytest.fixture
def network(db):
    space = SpaceFactory(organisation__name="Blender", name="Ålesund hus", opening_hours="Mo-Fr 08:00-16:00")
    space.amenities.add(AmenityFactory())
    PhotoFactory(space=space)
    SpaceFactory(coming=True, name="Snart")
    Deletion.objects.put(SpaceFactory(), by=None)
    JoinRequestFactory(state="received", reviewer=None).spaces.create(name="Loftet", town="Oslo")
    return space


def test_admin_shows_what_a_coordinator_runs_and_nothing_else(coordinator_client):
    page = coordinator_client.get("/admin/").content.decode()
    assert set(re.findall(r'href="(/admin/\w+/\w+/)"', page)) == {*LISTS, *ALONE}


@pytest.mark.parametrize("address", LISTS)
def test_admin_every_list_filter_search_and_order_answers(coordinator_client, network, address):
    queries = set(re.findall(r'href="\?([^"]+)"', coordinator_client.get(address).content.decode())) | {"q=alesund"}
    assert len(queries) > 1
    for query in queries:
        assert coordinator_client.get(f"{address}?{unescape(query)}").status_code == 200, query
    assert coordinator_client.get(f"/en{address}").status_code == 200


@pytest.mark.parametrize("model", [Organisation, Space, AmenityFactory._meta.model])
def test_admin_every_form_history_and_deletion_answers(coordinator_client, network, model):
    row = model.objects.first()
    pages = ["add", f"{row.pk}/change", f"{row.pk}/history", f"{row.pk}/delete"]
    pages += [f"{row.pk}/history/{row.history.first().pk}"]
    for language, page in product(["", "/en"], pages):
        address = f"{language}/admin/{model._meta.app_label}/{model._meta.model_name}/{page}/"
        assert coordinator_client.get(address).status_code == 200, address


def test_admin_lists_have_few_queries(coordinator_client, django_assert_max_num_queries):
    SpaceFactory.create_batch(40)
    for request in JoinRequestFactory.create_batch(40, state="received"):
        request.spaces.create(name="Loftet", town="Oslo")
    for address in LISTS:
        with django_assert_max_num_queries(12):
            coordinator_client.get(address)


def test_admin_search_folds(coordinator_client, network):
    searches = {"spaces/space/?q=aalesund": "Ålesund hus", "spaces/space/?q=blender": "Ålesund hus"}
    for address, found in (searches | {"members/organisation/?q=BLENDER": "Blender"}).items():
        page = coordinator_client.get(f"/admin/{address}").content.decode()
        assert found in page, address
        assert "Snart" not in page, address


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
    assert "<del>Ålesund hus</del> <ins>Nytt navn</ins>" in page
    assert coordinator.username in page


@pytest.mark.parametrize(("hidden", "shown"), [(False, True), (True, False)])
def test_admin_views_on_site_only_what_visitors_see(coordinator_client, hidden, shown):
    space = SpaceFactory(hidden=hidden, slug="huset")
    page = coordinator_client.get(f"/admin/spaces/space/{space.pk}/change/").content.decode()
    assert ('href="/steder/huset/"' in page) == shown
    assert f"/admin/spaces/space/{space.pk}/preview/" in page


def test_preview_of_a_text_pushes_out_no_page_of_what_visitors_read(coordinator_client):
    before = render.cache_info()
    response = coordinator_client.post("/admin/markdown/", {"text": "**Et**" + " hus" * 4000})
    assert response.content.startswith(b"<p><strong>Et</strong> hus")
    assert len(response.content) < 4100
    assert render.cache_info() == before


def test_admin_previews_what_is_hidden(coordinator_client):
    space = SpaceFactory(hidden=True, name="Skjult hus")
    preview = coordinator_client.get(f"/admin/spaces/space/{space.pk}/preview/").content.decode()
    assert "Skjult hus" in preview
    assert "Forhåndsvisning" in preview


def test_admin_registers_only_known_models():
    known = {
        "deletion",
        "news",
        "sitesettings",
        "agreement",
        "organisation",
        "joinrequest",
        "space",
        "amenity",
        "email",
        "user",
        "group",
        "loginevent",
        "coordinator",
        "page",
        "mailing",
    }
    assert {model._meta.model_name for model in admin.site._registry} == known
