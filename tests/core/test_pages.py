"""The public pages lead whoever is logged in to the form, and are the same as ever for everybody else."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from tests.client import StaffClient
from tests.factories import CoordinatorFactory, SpaceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages():
    """The address of each page, and of the form that it leads to."""
    space = SpaceFactory(slug="huset", organisation__slug="org")
    organisation = f"/admin/members/organisation/{space.organisation_id}/change/"
    return {"/steder/huset/": f"/admin/spaces/space/{space.pk}/change/", "/medlemmer/org/": organisation}


def test_coordinator_is_led_to_the_form_and_no_visitors_page_changes(pages, coordinator_client):
    visitor = Client()
    for address, form in pages.items():
        before = visitor.get(address)
        page = coordinator_client.get(address, headers={"if-none-match": before["ETag"]})
        assert f'<a href="{form}">Rediger</a>' in page.content.decode()
        assert "no-store" in page["Cache-Control"]
        assert "Cookie" in page["Vary"]
        assert "ETag" not in page
        assert coordinator_client.get(form).status_code == 200
        after = visitor.get(address)
        assert (after.content, after["ETag"]) == (before.content, before["ETag"])
        assert b"/admin/" not in after.content
        assert after["Cache-Control"] == "public, no-cache"
        assert "Cookie" not in after.get("Vary", "")
        assert not after.cookies


def test_nobody_else_is_led_to_the_form(pages):
    stranger, halfway, viewer = Client(), Client(), StaffClient()
    stranger.cookies["sessionid"] = "a" * 32
    halfway.force_login(CoordinatorFactory())  # by the password alone
    user = get_user_model().objects.create_user("viewer", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__startswith="view_"))
    viewer.force_login(user)
    for client in (stranger, halfway, viewer):
        for address in pages:
            page = client.get(address)
            assert (page.status_code, "/admin/" in page.content.decode()) == (200, False)
            assert "no-store" in page["Cache-Control"]
