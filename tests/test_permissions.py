"""Who may ask for what: every address of the site has a row in permissions.txt, and answers as it says."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core import signing
from django.shortcuts import resolve_url
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import cached_property
from post_office.models import STATUS, Email

from core.bin.models import Deletion
from members.joining.views import SENT
from pages.models import SiteSettings
from spaces.models import Space

from . import canary
from .addresses import addresses
from .client import enrol
from .factories import (
    AgreementFactory,
    AmenityFactory,
    CoordinatorFactory,
    InvitationFactory,
    JoinRequestFactory,
    NewsFactory,
    PageFactory,
    SpaceFactory,
)

TABLE = Path(__file__).with_name("permissions.txt")
ROLES = ["anonymous", "applicant", "coordinator", "super-user"]
COLUMNS = [(method, role) for method in ("GET", "POST") for role in ROLES]
LINES = [line.split() for line in TABLE.read_text().splitlines() if line.strip() and not line.startswith("#")]
ROWS = {name: dict(zip(COLUMNS, outcomes, strict=True)) for name, *outcomes in LINES}
ADDRESSES = {address.name: address for address in addresses()}
NO_TOKEN = "x:y:z"
WITHOUT_CSRF_TOKEN = {"landing", "spaces:directory"}  # a POST changes nothing there either
APPS = ("accounts", "auth", "bin", "mailings", "members", "pages", "post_office", "spaces")
OF_NO_RECORD = {"admin:spaces_space_place"}  # which town a postal code is of
STATES = {"confirm": "unconfirmed", "thanks": "unconfirmed", "answer": "waiting", "erase": "declined"}


def test_every_address_has_a_row():
    missing, gone = ADDRESSES.keys() - ROWS.keys(), ROWS.keys() - ADDRESSES.keys()
    assert not missing, f"Say in {TABLE.name} who may ask for {sorted(missing)}."
    assert not gone, f"Strike {sorted(gone)} from {TABLE.name}."
    assert len(LINES) == len(ROWS), "A row stands twice."


class World:
    """Something to ask for at every address, and who asks, each with a client as the fixture's."""

    def __init__(self, name, client):
        self.name, self.new_client = name, type(client)
        self.space = SpaceFactory()
        state = STATES.get(name.removeprefix("join:").removeprefix("admin:members_joinrequest_"), "received")
        self.request = JoinRequestFactory(state=state)
        self.request.spaces.create(name="Loftet", town="Oslo")

    @cached_property
    def coordinator(self):
        return CoordinatorFactory()

    def client(self, role):
        client = self.new_client()
        if role in ("coordinator", "super-user"):
            client.force_login(self.coordinator if role == "coordinator" else CoordinatorFactory(is_superuser=True))
            client.prove_second_step()
        return client

    def arguments(self, role):
        row = self.row
        key = row.pk if row else None
        values = {"object_id": key, "pk": key, "id": key, "first": key}
        if hasattr(row, "history"):
            values["second"] = values["version_id"] = row.history.first().pk
        slugs = {"members:organisation": self.space.organisation.slug, "spaces:town": "oslo", "spaces:county": "oslo"}
        made = {"pages:page": PageFactory, "pages:news_item": NewsFactory}
        slug = made[self.name]().slug if self.name in made else slugs.get(self.name, self.space.slug)
        tile = {"z": 10, "x": 542, "y": 297}
        others = {
            "app_label": "spaces",
            "url": "nothing/",
            "path": "logos/logo.png",
            "section": "spaces",
            "version": "1",
            "day": timezone.localdate(),
        }
        return values | tile | others | {"slug": slug, "token": self.token if role == "applicant" else NO_TOKEN}

    @property
    def token(self):
        """What was mailed to the applicant, and shown to whoever sent the form."""
        if self.name == "join:thanks":
            return signing.dumps(self.request.pk, salt=SENT)
        if self.name == "accept_invitation":
            return InvitationFactory(invited_by=self.coordinator).token
        return self.request.confirm_token if self.name == "join:confirm" else self.request.page_token

    @cached_property
    def row(self):
        """What an address of the admin is about; of a model that is not named here any row."""
        _admin, app, model, *_rest = [*ADDRESSES[self.name].routes["nb"].split("/"), "", ""]
        known = {
            "group": Group.objects.first,
            "user": CoordinatorFactory,
            "coordinator": CoordinatorFactory,
            "joinrequest": lambda: self.request,
            "organisation": lambda: self.space.organisation,
            "email": lambda: Email.objects.create(from_email="a@example.org", to=["b@example.org"], status=STATUS.sent),
            "amenity": AmenityFactory,
            "deletion": lambda: Deletion.objects.put(SpaceFactory(), by=None),
            "sitesettings": SiteSettings.objects.get,
            "page": lambda: PageFactory(state="draft"),
            "agreement": lambda: AgreementFactory(state="draft"),
            "news": lambda: NewsFactory(state="draft"),
        }
        other = apps.all_models[app].get(model, Space) if app in apps.app_configs else Space
        return known.get(model, lambda: self.space if other is Space else canary.make(other))()


def outcome(response) -> str:
    if response.streaming:
        list(response)  # else its file stays open
    leads_to = urlsplit(response.get("Location", "")).path
    return "login" if leads_to in login_pages() else str(response.status_code)


def login_pages():
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            yield from (reverse("admin:login"), resolve_url(settings.LOGIN_URL))


@pytest.fixture(autouse=True)
def files_and_services(settings, media, monkeypatch):
    (media / "logos").mkdir(parents=True)
    (media / "logos/logo.png").touch()
    settings.ORGANISATION_REGISTER_URL, settings.CONTACT_EMAIL = "", "post@example.org"
    monkeypatch.setattr("spaces.map.tiles.get_tile", lambda z, x, y: b"\x89PNG\r\n\x1a\n")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ADDRESSES)
def test_address_answers_as_its_row_says(client, name):
    world, address, found = World(name, client), ADDRESSES[name], {}
    asking = {role: world.client(role) for role in ROLES}
    for method, role in COLUMNS:
        languages = ["nb", "en"] if method == "GET" else ["nb"]
        told = {
            outcome(asking[role].generic(method, address.path(world.arguments(role), language)))
            for language in languages
        }
        found[method, role] = "/".join(sorted(told))
    assert found == ROWS.get(name)


@pytest.mark.django_db
def test_post_without_csrf_token_is_refused(client):
    taken, client = set(), type(client)(enforce_csrf_checks=True)
    client.force_login(CoordinatorFactory(is_superuser=True))
    for name, address in ADDRESSES.items():
        if outcome(client.post(address.path(World(name, client).arguments("applicant")))) != "403":
            taken.add(name)
    assert taken == WITHOUT_CSRF_TOKEN


@pytest.mark.django_db
@pytest.mark.parametrize("account", [{}, {"is_superuser": True}, {"is_staff": True, "is_active": False}])
def test_account_that_may_not_enter_the_admin_is_a_stranger_there(client, account):
    client.force_login(get_user_model().objects.create(username="stranger", **account))
    for name, row in ROWS.items():
        if name.startswith("admin") and name not in ("admin:login", "admin:logout"):
            address = ADDRESSES[name].path(World(name, client).arguments("anonymous"))
            assert outcome(client.get(address)) == row["GET", "anonymous"], name


@pytest.mark.django_db
@pytest.mark.parametrize("is_enrolled", [True, False])
def test_admin_is_closed_until_the_second_step(client, is_enrolled):
    """Elsewhere one is whoever has logged in, but can change nothing of how one logs in."""
    proves = "mfa_", "account_reauthenticate", "account_change_password"
    for name, row in ROWS.items():
        world = World(name, client)
        if is_enrolled:
            enrol(world.coordinator)
        steps = list(Authenticator.objects.values())
        asking = world.new_client()
        Client.force_login(asking, world.coordinator)
        is_closed = name == "can_upload" or (name.startswith("admin") and name != "admin:login")
        stands_for = "anonymous" if is_closed else "coordinator"
        for method in ("GET", "POST"):
            said = outcome(asking.generic(method, ADDRESSES[name].path(world.arguments("anonymous"))))
            assert said == row[method, stands_for] or name.startswith(proves), (method, name)
        assert list(Authenticator.objects.values()) == steps, name


@pytest.mark.django_db
def test_staff_without_permissions_may_do_nothing_to_the_records(client):
    client.force_login(get_user_model().objects.create(username="new", is_staff=True))
    for name in ROWS.keys() - OF_NO_RECORD:
        if name.startswith(tuple(f"admin:{app}_" for app in APPS)):
            address = ADDRESSES[name].path(World(name, client).arguments("anonymous"))
            for method in ("GET", "POST"):
                assert outcome(client.generic(method, address)) in ("403", "405"), (method, name)


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, address in ADDRESSES.items() if "token" in address.parameters])
def test_token_opens_nothing_but_what_it_was_made_for(client, name):
    """Nor does one that was changed, or that another key signed."""
    world, salts = (
        World(name, client),
        {"join:thanks": SENT, "join:confirm": "confirm", "accept_invitation": "invitation"},
    )
    right, token = salts.get(name, "page"), world.token
    key = signing.loads(token, salt=right)
    wrong = [signing.dumps(key, salt=salt) for salt in {*salts.values(), "page"} - {right}]
    wrong += [token[:-1], token.swapcase(), signing.dumps(key, key="other", salt=right)]
    for token in wrong:
        page = client.get(ADDRESSES[name].path({"token": token}))
        assert page.status_code == (200 if name == "join:thanks" else 404)
        assert world.request.contact_email not in page.content.decode()
