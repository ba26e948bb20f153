"""What cuts across the apps."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from django.utils import translation

from members.models import Organisation

from .conftest import needs
from .factories import AmenityFactory, OrganisationFactory, PhotoFactory, SpaceFactory

PAGES = ["landing", "spaces:directory", "members:organisations", "about", "join:form", "privacy"]
CATALOGUE = Path(settings.BASE_DIR) / "locale/nb/LC_MESSAGES/django.po"


@pytest.fixture
def network(db):
    """A space and its organisation with everything filled in, and one on the way."""
    organisation = OrganisationFactory(
        slug="org",
        description_nb="Vi driver et hus der folk deler mer enn kaffen.",
        website="https://example.org",
    )
    space = SpaceFactory(
        organisation=organisation,
        slug="place",
        address="Gata 1",
        precision="exact",
        description_nb="Et hus i sentrum der folk deler mer enn kaffen.",
        opening_hours="Mo-Fr 08:00-16:00; PH off; Dec 24 off",
    )
    space.amenities.add(AmenityFactory())
    PhotoFactory(space=space)
    SpaceFactory(slug="soon", coming=True)


def addresses():
    pages = [(name, []) for name in PAGES]
    pages += [("spaces:space", ["place"]), ("spaces:space", ["soon"]), ("members:organisation", ["org"])]
    for language in ("nb", "en"):
        with translation.override(language):
            yield from [reverse(name, args=args) for name, args in pages]


ADDRESSES = list(addresses())


def test_no_migration_is_missing(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_addresses_are_in_the_readers_language():
    assert {"/", "/steder/", "/medlemmer/", "/om/", "/bli-med/", "/personvern/", "/steder/place/"} <= set(ADDRESSES)
    assert {"/en/", "/en/spaces/", "/en/members/", "/en/about/", "/en/join/", "/en/privacy/"} <= set(ADDRESSES)


@pytest.mark.parametrize("address", ADDRESSES)
def test_page_is_whole(client, network, address):
    response = client.get(address)
    page = response.content.decode()
    assert response.status_code == 200
    assert len(re.findall("<h1[ >]", page)) == 1
    assert f'<html lang="{"en" if address.startswith("/en/") else "nb"}">' in page
    assert re.search("<title>.+ – Coworking Norge</title>", page)
    assert re.search('<meta name="description" content=".{40,200}">', page)
    assert f'<link rel="canonical" href="http://127.0.0.1:8000{address}">' in page
    assert page.count('rel="alternate" hreflang=') >= 3
    assert re.search('<meta property="og:image" content="http://127.0.0.1:8000/.+">', page)
    assert response.cookies.keys() == ({"csrftoken"} if 'method="post"' in page else set())


@pytest.mark.parametrize("address", ADDRESSES)
def test_language_link_leads_to_the_same_page_and_back(client, network, address):
    def other_language(address):
        return re.search('class="language" href="([^"]+)"', client.get(address).content.decode())[1]

    other = other_language(address)
    assert other in ADDRESSES
    assert other.startswith("/en/") != address.startswith("/en/")
    assert other_language(other) == address


def test_alternates_name_the_page_in_each_language(client, network):
    for address in ("/steder/place/", "/en/spaces/place/"):
        page = client.get(address).content.decode()
        for language, path in {"nb": "/steder/", "x-default": "/steder/", "en": "/en/spaces/"}.items():
            assert f'hreflang="{language}" href="http://127.0.0.1:8000{path}place/">' in page


POLICY = {
    "default-src 'none'",
    *(f"{kind} 'self'" for kind in ("script-src", "style-src", "img-src", "font-src", "connect-src", "form-action")),
    "base-uri 'none'",
    "frame-ancestors 'none'",
}
ADMIN = ["", "spaces/space/", "spaces/space/add/", "members/organisation/", "members/organisation/add/"]


@pytest.mark.parametrize(
    "address",
    [
        *ADDRESSES,
        "/admin/login/",
        *(f"{language}/admin/{page}" for language in ("", "/en") for page in ADMIN),
        "/sitemap.xml",
        "/sitemap-spaces.xml",
        "/robots.txt",
        "/nothing-here/",
    ],
)
def test_content_security_policy_is_strict(coordinator_client, network, address):
    response = coordinator_client.get(address)
    assert set(response.headers["Content-Security-Policy"].split("; ")) == POLICY
    page = response.content.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=", page)
    executable = [tag for tag in re.findall("<script[^>]*>", page) if "json" not in tag]
    assert all("src=" in tag for tag in executable)


def test_not_found_belongs_to_the_site(client, db):
    response = client.get("/en/nothing-here/")
    assert response.status_code == 404
    assert "fallen off the wall" in response.content.decode()


@pytest.mark.parametrize("address", ["/nothing-here/", "//evil.example/", "/en//evil.example/"])
def test_not_found_links_to_no_address_that_was_asked_for(client, db, address):
    page = client.get(address).content.decode()
    assert "evil.example" not in re.sub("<(link|meta)[^>]*>", "", page)
    assert not re.search('href="[^"]*nothing-here', re.sub("<(link|meta)[^>]*>", "", page))


def test_server_error_belongs_to_the_site(client, db, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("spaces.views.network_data", None)
    response = client.get("/en/")
    assert response.status_code == 500
    assert "The fault is ours" in response.content.decode()


def listed(client, file):
    """The addresses in it, without the site's."""
    found = re.findall("<loc>(.+?)</loc>", client.get(file).content.decode())
    assert all(address.startswith("http://127.0.0.1:8000/") for address in found)
    return [address.removeprefix("http://127.0.0.1:8000") for address in found]


def test_sitemap_lists_every_public_page_in_both_languages(client, network):
    files = listed(client, "/sitemap.xml")
    others = {f"/{'en/members' if prefix else 'medlemmer'}/{slug}/" for prefix in (0, 1) for slug in slugs()} - {
        "/medlemmer/org/",
        "/en/members/org/",
    }
    assert {address for file in files for address in listed(client, file)} == set(ADDRESSES) | others
    assert all('hreflang="x-default"' in client.get(file).content.decode() for file in files)


def test_sitemap_grows_by_files(client, network, monkeypatch):
    monkeypatch.setattr("members.sitemaps.BilingualSitemap.limit", 2)
    SpaceFactory.create_batch(3)
    spaces = [file for file in listed(client, "/sitemap.xml") if "spaces" in file]
    assert spaces == ["/sitemap-spaces.xml", "/sitemap-spaces.xml?p=2", "/sitemap-spaces.xml?p=3"]
    addresses = [listed(client, file) for file in spaces]
    assert list(map(len, addresses)) == [4, 4, 2]
    assert len(set().union(*addresses)) == 10
    assert client.get("/sitemap-spaces.xml?p=4").status_code == 404


def slugs():
    return Organisation.objects.values_list("slug", flat=True)


def test_sitemap_never_believes_the_host_header(client, network):
    for file in ("/sitemap.xml", "/sitemap-spaces.xml"):
        assert "localhost" not in client.get(file, headers={"host": "localhost"}).content.decode()


def test_robots_names_the_sitemap(client, db):
    robots = client.get("/robots.txt").content.decode()
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in robots
    assert "Disallow: /admin/" in robots


def test_translation_is_complete(tmp_path):
    needs("msgattrib")
    for lacking in ("--untranslated", "--only-fuzzy", "--only-obsolete"):
        found = subprocess.run(["msgattrib", lacking, CATALOGUE], capture_output=True, check=True)
        assert not found.stdout.decode(), lacking


def test_translation_knows_every_text(tmp_path):
    needs("xgettext")
    source = tmp_path / "source"
    shutil.copytree(
        settings.BASE_DIR,
        source,
        ignore=shutil.ignore_patterns(".venv", "var", ".git", "node_modules", ".*_cache"),
    )
    call_command_in(source, "makemessages", "--locale=nb", "--no-location", "--no-wrap")
    assert texts(source / "locale/nb/LC_MESSAGES/django.po") == texts(CATALOGUE)


def test_translation_is_compiled(tmp_path):
    needs("msgfmt")
    compiled = tmp_path / "django.mo"
    subprocess.run(["msgfmt", "--check", "-o", compiled, CATALOGUE], check=True)
    assert compiled.read_bytes() == CATALOGUE.with_suffix(".mo").read_bytes()


def call_command_in(folder, *arguments):
    python = Path(settings.BASE_DIR) / ".venv/bin/python"
    subprocess.run([python, "manage.py", *arguments], cwd=folder, check=True, capture_output=True)


def texts(catalogue):
    return set(re.findall(r"^msgid .*?(?=^msgstr)", catalogue.read_text(), re.MULTILINE | re.DOTALL))
