"""The rail beside every page of the admin."""

import re
from html import unescape

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from post_office.models import STATUS, Email

from .factories import JoinRequestFactory, SpaceFactory

pytestmark = pytest.mark.django_db

PLACES = ["I dag", "Søknader", "Steder", "Organisasjoner", "Koordinatorer"]
PLACES += ["Sider", "Nyheter", "Avtale", "Kontakt og lenker"]
PLACES += ["E-post til mange", "E-poster", "Fasiliteter", "Papirkurv", "Logg"]


def rail(client, address="/admin/"):
    """Return of each place its words, its address and whether one is there."""
    page = unescape(client.get(address).content.decode())
    links = re.findall("<a (.*?)>(.*?)</a>", re.search(r'<nav class="rail".*?</nav>', page, re.DOTALL)[0], re.DOTALL)
    return [
        (" ".join(re.sub("<[^>]+>", "", words).split()), re.search('href="(.*?)"', link)[1], "aria-current" in link)
        for link, words in links
    ]


def test_rail_has_all_that_a_coordinator_runs_on_every_page(coordinator_client):
    space = SpaceFactory()
    form = f"/admin/spaces/space/{space.pk}/"
    pages = {"/admin/": "I dag", "/admin/spaces/space/": "Steder", "/admin/log/": "Logg", "/admin/my-mail/": None}
    pages |= {f"{form}{page}/": "Steder" for page in ("change", "history", "delete")}
    pages |= {"/admin/spaces/space/import/": "Steder", "/admin/accounts/coordinator/invite/": "Koordinatorer"}
    pages |= {"/admin/pages/sitesettings/1/change/": "Kontakt og lenker", "/admin/search/?q=a": None}
    for address, here in pages.items():
        found = rail(coordinator_client, address)
        assert [words for words, *_rest in found] == PLACES, address
        assert [words for words, _url, is_current in found if is_current] == [here] * bool(here), address
    for _words, url, _is_current in found:
        assert coordinator_client.get(url, follow=True).status_code == 200, url


def test_rail_counts_what_waits_and_what_failed(coordinator_client):
    for state in ("received", "in_review", "waiting", "unconfirmed", "declined"):
        JoinRequestFactory(state=state)
    for status in (STATUS.failed, STATUS.sent):
        Email.objects.create(from_email="a@example.org", to=["kari@example.org"], status=status)
    words = [words for words, *_rest in rail(coordinator_client, "/admin/log/")]
    assert [each for each in words if each not in PLACES] == ["Søknader 2 venter på deg", "E-poster 1 kom ikke fram"]
    JoinRequestFactory.create_batch(60, state="received")
    assert "Søknader 50+ venter på deg" in [words for words, *_rest in rail(coordinator_client)]


def test_rail_shows_what_one_may_see_and_a_super_user_all(client, admin_client):
    viewer = get_user_model().objects.create_user("viewer", is_staff=True, email="a@example.org")
    viewer.user_permissions.add(Permission.objects.get(codename="view_amenity"))
    client.force_login(viewer)
    assert [words for words, *_rest in rail(client)] == ["I dag", "Fasiliteter", "Logg"]
    assert [words for words, *_rest in rail(admin_client)][len(PLACES) :] == [
        "Brukere",
        "Grupper",
        "Innlogginger og avvisninger",
    ]
