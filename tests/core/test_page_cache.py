"""Public pages are kept for one version of the data, and answered 304 to whoever has them."""

import gc
import tracemalloc
import weakref

import pytest
import time_machine
from django.core.cache import caches
from django.core.management import call_command
from django.dispatch import dispatcher
from django.test import Client

from core import page_cache
from core.models import ContentVersion
from core.page_cache import release
from members.models import Organisation
from members.structured_data import network_data
from spaces.models import Space
from spaces.views import render_space
from tests.factories import AmenityFactory, OrganisationFactory, PhotoFactory, SpaceFactory

pytestmark = pytest.mark.django_db

NOON = "2026-03-02 11:00:00Z"


@pytest.fixture
def space():
    with time_machine.travel(NOON, tick=False):
        yield SpaceFactory(slug="huset", name="Huset", organisation__slug="org")


PAGES = ["/", "/en/", "/kart/punkter.json?z=4&b=4,57,32,72", "/steder/huset/", "/medlemmer/", "/medlemmer/org/"]
OF_A_MINUTE = {"/", "/en/", "/steder/huset/", "/medlemmer/org/"}  # they say who is open now
PAGES += ["/om/", "/personvern/", "/sitemap.xml", "/sitemap-spaces.xml"]


@pytest.mark.parametrize("address", PAGES)
def test_page_is_asked_for_again_and_not_sent_again(client, space, address, django_assert_num_queries):
    first = client.get(address)
    assert first["Cache-Control"] == "public, no-cache"
    assert not first.cookies
    with django_assert_num_queries(1):
        again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    with django_assert_num_queries(1):
        kept = client.get(address)
    assert kept.content == first.content
    assert kept.headers == first.headers


@pytest.mark.parametrize("address", PAGES)
def test_page_of_one_process_is_not_rendered_again_by_another(client, space, address, django_assert_num_queries):
    first, other = client.get(address), Client()
    other.get("/en/join/")  # what Django keeps for every request after the first is not counted
    caches["pages"].clear()  # each process has its own
    with django_assert_num_queries(1):
        again = other.get(address, headers={"if-none-match": f'"other", {first["ETag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert (again["ETag"], again["Cache-Control"]) == (first["ETag"], "public, no-cache")
    assert "Accept-Encoding" in again["Vary"]
    assert again.headers.keys() - first.headers.keys() <= {"Vary"}


def test_any_tag_is_not_taken_for_the_page(client, space):
    assert client.get("/finnes-ikke/", headers={"if-none-match": "*"}).status_code == 404


def rename_space(space):
    space.name = "Nytt navn"
    space.save()


def rename_organisation(space):
    space.organisation.name = "Nytt navn"
    space.organisation.save()


CHANGES = {
    "save": rename_space,
    "its organisation": rename_organisation,
    "update": lambda space: Space.objects.update(name="Nytt navn"),
    "verb": lambda space: Organisation.objects.end_membership(by=None),
    "another": lambda space: SpaceFactory(),
    "amenity": lambda space: space.amenities.add(AmenityFactory()),
    "photo": lambda space: PhotoFactory(space=space),
    "deletion": lambda space: space.delete(),
    "bulk": lambda space: Organisation.objects.bulk_create([OrganisationFactory.build()]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_change_is_seen_at_the_next_request_by_every_process(space, change):
    processes = [Client(), Client()]
    before = [process.get("/steder/huset/") for process in processes]
    CHANGES[change](space)
    for process, page in zip(processes, before, strict=True):
        after = process.get("/steder/huset/", headers={"if-none-match": page["ETag"]})
        assert after.status_code != 304


def test_minute_makes_another_page_of_a_space(client, space):
    with time_machine.travel(NOON, tick=False) as clock:
        first = client.get("/steder/huset/")
        clock.shift(60)
        assert client.get("/steder/huset/", headers={"if-none-match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize("query", ["open=1", "tomorrow=1", "q=drammen"])
def test_what_is_open_is_asked_for_anew_each_minute(client, space, query):
    space.opening_hours = "Mo-Fr 08:00-16:00"
    space.save()
    for address in (f"/?{query}", f"/steder/?{query}", f"/kart/punkter.json?z=4&b=4,57,32,72&{query}"):
        with time_machine.travel("2026-03-06 11:00:00Z", tick=False) as clock:  # a Friday
            first = client.get(address)
            clock.shift(24 * 3600)
            again = client.get(address, headers={"if-none-match": first["ETag"]})
            assert first.status_code == 200
            assert again.status_code == (304 if "json" in address and "q=" in query else 200), address


def test_minute_belongs_to_the_page_that_was_rendered_in_it(client, space, monkeypatch):
    with time_machine.travel(NOON, tick=False) as clock:

        def render_slowly(*args, **context):
            page = render_space(*args, **context)
            clock.shift(60)
            return page

        monkeypatch.setattr("spaces.views.render_space", render_slowly)
        first = client.get("/steder/huset/")
        assert client.get("/steder/huset/", headers={"if-none-match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize("address", sorted({*PAGES} - OF_A_MINUTE))
def test_no_minute_makes_another_page_of_what_says_nothing_of_it(client, space, address):
    with time_machine.travel(NOON, tick=False) as clock:
        first = client.get(address)
        clock.shift(24 * 3600)
        again = client.get(address, headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again["ETag"]) == (304, first["ETag"])
        assert client.get(address).content == first.content


def test_address_of_other_bytes_is_another_page(client, space):
    """Servers pass bytes on as they come, one letter each; %C3%A5 is å, and the byte E5 alone is nothing."""
    etags = {client.get("/", QUERY_STRING=query)["ETag"] for query in ["q=%C3%A5", "q=\xe5", "q=\xc3\xa5", "q=%E5"]}
    assert len(etags) == 4
    assert len({client.get("/om/")["ETag"], client.get("/om/", QUERY_STRING="")["ETag"]}) == 1


def collect_static(settings):
    (settings.DATA_DIR / "staticfiles.json").write_text("{}")


def write_template(settings):
    (settings.BASE_DIR / "templates").mkdir()
    (settings.BASE_DIR / "templates/about.html").touch()


def change_contact(settings):
    settings.CONTACT_EMAIL = "post@example.org"


@pytest.mark.parametrize("deploy", [collect_static, write_template, change_contact])
def test_another_release_makes_other_pages(space, settings, tmp_path, monkeypatch, deploy):
    monkeypatch.setattr(page_cache, "release", release)
    settings.BASE_DIR, settings.DATA_DIR = tmp_path, tmp_path / "var"
    settings.DATA_DIR.mkdir()
    first = Client().get("/kart/punkter.json?z=4&b=4,57,32,72")
    deploy(settings)
    headers = {"if-none-match": first["ETag"]}
    assert Client().get("/kart/punkter.json?z=4&b=4,57,32,72", headers=headers).status_code == 200


def test_nothing_is_kept_where_templates_change_while_the_server_runs(client, space, settings):
    settings.DEBUG = True
    assert "ETag" not in client.get("/")


def test_version_is_never_told_again_when_old_changes_are_erased(client, space):
    with time_machine.travel(NOON, tick=False) as clock:
        clock.shift(3 * 24 * 3600)
        call_command("erase_expired")
        first = client.get("/")
        rename_space(space)
        clock.shift(3 * 24 * 3600)
        call_command("erase_expired")
        assert ContentVersion.objects.count() == 1
        assert client.get("/", headers={"if-none-match": first["ETag"]}).status_code == 200


def test_each_address_language_and_compression_is_kept_by_itself(client, space):
    asked = [("/", ""), ("/", "gzip"), ("/en/", ""), ("/?q=huset", "")]
    tags = [client.get(address, headers={"accept-encoding": coding})["ETag"] for address, coding in asked]
    assert len(set(tags)) == len(asked)
    assert client.get("/", headers={"accept-encoding": "gzip"})["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in client.get("/")


@pytest.mark.parametrize(
    "address", ["/bli-med/", "/bli-med/lenke/", "/admin/login/", "/finnes-ikke/", "/kart/punkter.json"]
)
def test_other_pages_are_not_kept(client, space, address):
    assert "public" not in client.get(address).get("Cache-Control", "")


def test_coordinators_get_pages_afresh(coordinator_client, space):
    assert "ETag" not in coordinator_client.get("/")


def test_kept_page_is_refused_to_another_host(client, space):
    page = client.get("/")
    for headers in ({}, {"if-none-match": page["ETag"]}):
        assert client.get("/", headers={"host": "evil.example"} | headers).status_code == 400


@pytest.fixture
def cache_of(settings):
    """Let the cache have so many pages."""

    def limit(number):
        pages = settings.CACHES["pages"] | {"OPTIONS": {"MAX_ENTRIES": number}}
        settings.CACHES = settings.CACHES | {"pages": pages}

    return limit


@pytest.fixture
def rendered(client, space, monkeypatch):
    """Return how many of the addresses are rendered, not taken from the cache."""
    calls = []
    monkeypatch.setattr("spaces.map.views.network_data", lambda: calls.append(1) or network_data())

    def count(addresses):
        calls.clear()
        for address in addresses:
            assert client.get(address).status_code == 200
        return len(calls)

    return count


def test_so_many_pages_are_cached(rendered, cache_of):
    cache_of(20)
    addresses = [f"/?{number}" for number in range(30)]
    assert rendered(addresses) == 30
    assert rendered(addresses[-10:]) == 0
    assert rendered(addresses[:10]) == 10


def test_no_page_is_cached_that_is_too_large(rendered, monkeypatch):
    monkeypatch.setattr(page_cache, "MAX_PAGE_BYTES", 5_000)
    assert [rendered(["/"]), rendered(["/"])] == [1, 1]
    monkeypatch.setattr(page_cache, "MAX_PAGE_BYTES", 90_000)
    assert [rendered(["/"]), rendered(["/"])] == [1, 0]


# The test client connects its signals anew for each request, and each time something is left behind.
OF_THE_TEST_CLIENT = [tracemalloc.Filter(False, module.__file__) for module in (weakref, dispatcher)]


def test_page_takes_3_kilobytes_more_than_its_body(client, space, cache_of):
    cache_of(100)
    address = "/kart/punkter.json?z=17&b=5,60,5.01,60.01&j="
    body = len(client.get(address).content)
    caches["pages"].clear()
    tracemalloc.start()
    try:
        for number in range(250):
            client.get(f"{address}{number}")
        gc.collect()
        used = tracemalloc.take_snapshot().filter_traces(OF_THE_TEST_CLIENT)
    finally:
        tracemalloc.stop()
    assert sum(trace.size for trace in used.traces) <= 100 * (body + 3_000)
