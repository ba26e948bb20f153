"""Values that a database cannot take or a column cannot hold, wherever somebody may put them: no error of ours."""

import re
from itertools import product
from urllib.parse import unquote

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.urls import reverse
from post_office.models import STATUS, Email

from members.joining.models import JoinRequest
from members.models import Organisation
from spaces.models import Space

from .addresses import addresses
from .factories import JoinRequestFactory, SpaceFactory

pytestmark = pytest.mark.django_db

HOSTILE = ["%00", "99999999999999999999", "%ed%a0%80", "2026-13-45", ""]
TOO_LARGE_FOR_SQLITE = {"99999999999999999999"}  # Django raises for it among several keys of a form
ADMINS = [pytest.param(model_admin, id=model._meta.model_name) for model, model_admin in admin.site._registry.items()]
READING = ["o", "p", "q", "all", "e", "_popup", "_to_field", "_facets", "_changelist_filters"]


@pytest.fixture
def rows(db):
    Email.objects.create(from_email="post@example.org", to=["kari@example.org"], status=STATUS.queued)
    SpaceFactory()
    JoinRequestFactory(state="received")


@pytest.fixture
def faults(admin_client, rows):
    """Returns the addresses that are neither answered nor refused, each with its status."""

    def ask(addresses):
        statuses = [(address, status_of(admin_client.get(address))) for address in addresses]
        return [(address, status) for address, status in statuses if status not in (200, 302, 400, 403, 404)]

    return ask


def status_of(response):
    list(response)  # a file is written while it is sent
    return response.status_code


def list_of(model_admin):
    return reverse(f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}_changelist")


def filters(model_admin):
    for entry in model_admin.list_filter:
        if isinstance(entry, type):
            yield entry.parameter_name
        else:
            column = entry if isinstance(entry, str) else entry[0]
            yield from (column, f"{column}__exact", f"{column}__isnull", f"{column}__id__exact")


@pytest.mark.parametrize("model_admin", ADMINS)
def test_filters_of_the_admin(faults, model_admin):
    asked = [f"?{name}={value}" for name, value in product(filters(model_admin), HOSTILE)]
    asked += [f"?{name}=%00&{name}=1" for name in filters(model_admin)]
    asked += ["?" + "&".join(f"{name}={value}" for name in READING) for value in HOSTILE]
    asked += [f"?_to_field={value}" for value in HOSTILE]
    assert not faults(list_of(model_admin) + query for query in asked)


def test_filters_of_the_export(faults):
    names = ["county", "county__exact", "hidden__exact", "organisation__status__exact", "attention", "q", "o", "p"]
    assert not faults(f"/admin/spaces/space/export/?{name}={value}" for name, value in product(names, HOSTILE))


@pytest.mark.parametrize("model_admin", ADMINS)
def test_keys_in_addresses_of_the_admin(faults, model_admin):
    row = model_admin.model.objects.first()
    pages = ["{}/", "{}/change/", "{}/history/", "{}/delete/", "{}/history/1/", "1/history/{}/", "{}/password/"]
    asked = [page.format(value) for page, value in product(pages, HOSTILE) if value]
    if row:
        pages = ["change", "delete", "history"]
        asked += [f"{row.pk}/{page}/?_to_field={value}&p={value}" for page, value in product(pages, HOSTILE)]
    assert not faults(list_of(model_admin) + page for page in asked)


def test_keys_in_every_address(faults):
    """All of an address's parts at once; whoever asks may do everything."""
    asked = [
        address.path(dict.fromkeys(address.parameters, key), language)
        for address, key in product(addresses(), [*filter(None, HOSTILE), "x", "-1", "é", "0"])
        for language, _name in settings.LANGUAGES
        if address.parameters
    ]
    assert asked
    assert not faults(asked)


def test_no_short_cut_leads_from_the_admin_to_a_row(admin_client, rows):
    """Django's own raises for what is no key of a model, and tells where hidden rows stand."""
    for kind, key in product(ContentType.objects.all(), ["x", "1", *HOSTILE]):
        assert admin_client.get(f"/admin/r/{kind.pk}/{key}/").status_code == 404, (kind, key)
    space = SpaceFactory(hidden=True)
    kind = ContentType.objects.get_for_model(space)
    assert admin_client.get(f"/admin/r/{kind.pk}/{space.pk}/").status_code == 404


@pytest.mark.parametrize("model_admin", ADMINS)
def test_keys_of_chosen_rows(admin_client, rows, model_admin):
    actions = ["delete_selected", *(action for action in model_admin.actions or [])]
    for action, value in product(actions, map(unquote, HOSTILE)):
        name = action if isinstance(action, str) else action.__name__
        sent = {"action": name, ACTION_CHECKBOX_NAME: ["1", value], "index": value, "select_across": value}
        assert admin_client.post(list_of(model_admin), sent).status_code in (200, 302, 400, 403, 405), (name, value)


@pytest.mark.parametrize("field", [("accounts", "loginevent", "user"), ("post_office", "log", "email")])
def test_words_to_complete(faults, field):
    where = "/admin/autocomplete/?app_label={}&model_name={}&field_name={}".format(*field)
    assert not faults(f"{where}&term={value}" for value in HOSTILE)


def fields(page: str) -> set:
    return set(re.findall(r'<(?:input|select|textarea|button)\b[^>]*? name="([^"]+)"', page)) - {"csrfmiddlewaretoken"}


PUBLIC = ["/", "/steder/", "/en/join/", "/bli-med/lenke/", "/logg-inn/", "/logg-inn/passord/glemt/"]
FORMS = ["members/organisation/{}/change", "spaces/space/{}/change", "spaces/amenity/add", "auth/user/{}/change"]
FORMS += ["accounts/coordinator/invite", "auth/group/add", "spaces/space/import", "members/organisation/import"]
FORMS += ["members/joinrequest/{}/ask", "my-mail"]


@pytest.mark.parametrize("path", PUBLIC + [f"/admin/{path}/" for path in FORMS])
def test_fields_of_forms(admin_client, client, rows, path):
    visitor = admin_client if path.startswith("/admin") else client
    models = {"organisation": Organisation, "space": Space, "user": get_user_model(), "joinrequest": JoinRequest}
    if "{}" in path:
        path = path.format(models[path.split("/")[3]].objects.first().pk)
    names = fields(visitor.get(path).content.decode())
    assert names
    counts = {name for name in names if name.endswith("_FORMS")}
    values = [value for value in HOSTILE if connection.vendor == "postgresql" or value not in TOO_LARGE_FOR_SQLITE]
    for hostile, value in product([names - counts, counts], values):
        query = "&".join(f"{name}={value if name in hostile else 1}" for name in names)
        for status in (
            visitor.get(f"{path}?{query}").status_code,
            visitor.post(path, query, content_type="application/x-www-form-urlencoded").status_code,
        ):
            assert status in (200, 302, 400, 403, 404, 405), value


@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "django_language", "messages"])
def test_cookies(client, name):
    for path, value in product(
        ["/", "/bli-med/", "/logg-inn/", "/admin/", "/readyz"], [r"\000" * 32, "a" * 33, "æ" * 32]
    ):
        headers = {"cookie": f'{name}="{value}"'}
        assert client.get(path, headers=headers).status_code in (200, 302), path
        assert client.post(path, {"login": "x"}, headers=headers).status_code in (200, 302, 400, 405), path
