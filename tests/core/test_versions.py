"""Of two people who change the same row, the later one undoes nothing."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import translation

from accounts.coordinators_admin import CoordinatorAdmin
from core.admin import ReadOnlyAdmin, VersionedAdmin
from members.joining.admin import JoinRequestAdmin
from tests.factories import AmenityFactory, CoordinatorFactory, OrganisationFactory, PhotoFactory, SpaceFactory
from tests.html_forms import fields_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def open_form(client, row):
    return fields_of(client.get(address_of(row)), f"{row._meta.model_name}_form")


def address_of(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def rows():
    """Yield rows of every model that people change, each with a field, what another writes and what this one would."""
    space, group = SpaceFactory(), Group.objects.create(name="Gruppe")
    yield OrganisationFactory(), "website", ["https://example.org"], ["https://example.com"]
    yield space, "phone", ["22000000"], ["22000001"]
    named = SpaceFactory(welcomed_by="Kari", welcome_consent=True)  # of whom no history tells
    yield named, "welcomed_by", ["Ola"], ["Per"]
    yield space, "amenities", [AmenityFactory().pk], [AmenityFactory().pk]
    photo = PhotoFactory(space=space)
    yield space, "photos-0-alt_nb", ["Et rom til"], ["Et annet rom"]
    photo.delete()
    yield AmenityFactory(), "name_nb", ["Kaffe"], ["Te"]
    yield CoordinatorFactory(), "first_name", ["Ola"], ["Kari"]
    yield CoordinatorFactory(), "groups", [group.pk], []
    yield group, "permissions", [1], [2]


def test_later_of_two_open_forms_undoes_nothing(admin_client):
    admin_client.prove_second_step()
    for row, field, theirs, ours in rows():
        form = open_form(admin_client, row)
        assert admin_client.post(address_of(row), form | {field: theirs}).status_code == 302, (row, field)
        stored = open_form(admin_client, row)
        refused = admin_client.post(address_of(row), form | {field: ours})
        assert "while you had it open" in refused.content.decode(), (row, field)
        assert all(f'value="{value}"' in refused.content.decode() for value in ours), (row, field)
        assert open_form(admin_client, row)["version"] == stored["version"], (row, field)


def test_save_that_does_not_say_what_it_was_made_from_is_refused(admin_client):
    admin_client.prove_second_step()
    for row, field, theirs, _ours in rows():
        for version in ("", "v0"):
            refused = admin_client.post(
                address_of(row), open_form(admin_client, row) | {field: theirs, "version": version}
            )
            assert refused.status_code == 200, (row, field)


def test_login_in_between_is_no_change(admin_client, client, coordinator):
    admin_client.prove_second_step()
    form = open_form(admin_client, coordinator)
    client.force_login(coordinator)
    coordinator.set_password("a new one that is long")
    coordinator.save()
    assert admin_client.post(address_of(coordinator), form | {"first_name": ["Ola"]}).status_code == 302


def test_every_admin_that_writes_names_what_it_was_made_from():
    others = [each for each in admin.site._registry.values() if not isinstance(each, (VersionedAdmin, ReadOnlyAdmin))]
    # Nothing of a row is edited in the first, and the steps of the other name the newest event that was seen.
    assert [type(each) for each in others] == [CoordinatorAdmin, JoinRequestAdmin]
