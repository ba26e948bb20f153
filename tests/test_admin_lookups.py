"""What the address of a list of the admin may ask: its declared filters, and nothing of what the page hides."""

from itertools import chain

import pytest
from django.contrib import admin
from django.contrib.admin.exceptions import DisallowedModelAdminLookup, DisallowedModelAdminToField
from django.contrib.auth.models import Permission
from django.urls import reverse

from .factories import CoordinatorFactory, SpaceFactory

pytestmark = pytest.mark.django_db

# By model, what Django calls the parameters of the filters that its admin declares.
DECLARED = {
    "organisation": {"status__exact", "spaces__county__exact"},
    "joinrequest": {"waits", "state__exact"},
    "space": {"attention", "status__exact", "organisation__status__exact", "hidden__exact", "county__exact"}
    | {"precision__exact"},
    "amenity": set(),
    "page": {"state__exact", "is_fixed__exact"},
    "agreement": {"state__exact"},
    "news": {"state__exact"},
    "sitesettings": set(),
    "email": {"state"},
    "user": {"is_staff__exact", "is_superuser__exact", "is_active__exact", "groups__id__exact"},
    "group": set(),
    "coordinator": set(),
    "deletion": set(),
    "mailing": set(),
    "loginevent": {"kind__exact", "user__id__exact"},
}
MODELS = [pytest.param(model, id=model._meta.model_name) for model in admin.site._registry]
HIDDEN = {"password", "message", "html_message", "context", "headers", "page_nonce", "confirm_nonce"}


@pytest.fixture
def change_list(rf, admin_user):
    """Returns what the list of a model answers a super-user who sends the parameters."""

    def get(model, **parameters):
        request = rf.get("/", parameters)
        request.user = admin_user
        return admin.site.get_model_admin(model).get_changelist_instance(request)

    return get


def columns(model):
    """The columns of a model and of all that it is joined to, with every look-up that they know."""
    for field in model._meta.get_fields():
        if not field.is_relation:
            yield field.name, field
        else:
            yield from ((f"{field.name}__{other.name}", other) for other in field.related_model._meta.concrete_fields)


def lookups(model):
    for path, field in columns(model):
        yield from chain([path, f"{path}_id"], (f"{path}__{lookup}" for lookup in field.get_lookups()))


def is_answered(change_list, model, lookup, value):
    try:
        change_list(model, **{lookup: value})
    except DisallowedModelAdminLookup:
        return False
    except Exception:  # whatever it says, it has asked
        return True
    return True


@pytest.mark.parametrize("model", MODELS)
def test_lookups_are_the_declared_filters_alone(change_list, model):
    declared = DECLARED[model._meta.model_name]
    asked = set(lookups(model)) | declared
    answered = {lookup for lookup in asked if is_answered(change_list, model, lookup, "1")}
    isnull = {lookup for lookup in answered if lookup.endswith("__isnull")}
    assert answered - isnull == declared
    assert {lookup.removesuffix("__isnull") for lookup in isnull} <= {
        lookup.removesuffix("__exact").removesuffix("__id") for lookup in declared
    }


@pytest.mark.parametrize("model", MODELS)
def test_order_is_never_by_a_hidden_column(change_list, model):
    orders = [f"{sign}{number}" for sign in ("", "-") for number in range(1, 30)]
    for order in orders + [field.name for field in model._meta.concrete_fields]:
        used = {str(term).lstrip("-") for term in change_list(model, o=order).queryset.query.order_by}
        assert not used & HIDDEN, order


@pytest.mark.parametrize("model", MODELS)
def test_rows_are_named_by_their_key_alone(change_list, model):
    for name in {field.name for field in model._meta.concrete_fields if not field.primary_key}:
        with pytest.raises(DisallowedModelAdminToField):
            change_list(model, _to_field=name)


@pytest.mark.parametrize("lookup", ["message__regex", "html_message__contains", "headers__has_key", "logs__message"])
def test_outbox_is_not_asked_letter_by_letter(coordinator_client, lookup):
    for page in ("", "?_popup=1&", "?_facets=True&"):
        address = f"/admin/post_office/email/{page or '?'}{lookup}=A"
        assert coordinator_client.get(address).status_code == 400, address


def test_filter_by_a_model_that_the_role_does_not_see_is_no_filter(client):
    viewer = CoordinatorFactory()
    viewer.groups.clear()
    client.force_login(viewer)
    SpaceFactory()
    for codename, lookup in [
        ("organisation", "spaces__county__exact=03"),
        ("space", "organisation__status__exact=member"),
    ]:
        viewer.user_permissions.set(Permission.objects.filter(codename=f"view_{codename}"))
        page = reverse(f"admin:{'members' if codename == 'organisation' else 'spaces'}_{codename}_changelist")
        assert lookup.split("=")[0] not in client.get(page).content.decode()
        assert client.get(f"{page}?{lookup}").status_code == 400
        viewer.user_permissions.set(Permission.objects.filter(codename__in=["view_organisation", "view_space"]))
        assert client.get(f"{page}?{lookup}").status_code == 200
