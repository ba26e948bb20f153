"""What cuts across the apps."""

import ast
import re
import shutil
import subprocess
import sys
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from django.utils import translation

from members.models import Organisation

from .conftest import SAME_ON_EVERY_DATABASE, TESTS, needs
from .factories import AmenityFactory, NewsFactory, OrganisationFactory, PageFactory, PhotoFactory, SpaceFactory

PAGES = [
    "landing",
    "spaces:directory",
    "members:organisations",
    "about",
    "join:form",
    "privacy",
    "pages:agreement",
    "pages:news",
]
TEMPLATES = [path for path in sorted((Path(settings.BASE_DIR) / "templates").rglob("*")) if path.is_file()]
SOURCES = sorted(
    path for folder in Path(settings.BASE_DIR).glob("[!.]*/") if folder.name != "var" for path in folder.rglob("*.py")
)
OURS = {path.relative_to(settings.BASE_DIR).parts[0] for path in SOURCES}
CATALOGUE = Path(settings.BASE_DIR) / "locale/nb/LC_MESSAGES/django.po"


@pytest.fixture
def network(db):
    """A space and its organisation with everything filled in, and one on the way."""
    organisation = OrganisationFactory(
        slug="org", description_nb="Vi driver et hus der folk deler mer enn kaffen.", website="https://example.org"
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
    PageFactory(slug="text")
    NewsFactory(slug="item")


def addresses():
    pages = [(name, []) for name in PAGES]
    pages += [("spaces:space", ["place"]), ("spaces:space", ["soon"]), ("members:organisation", ["org"])]
    pages += [("spaces:town", ["oslo"]), ("spaces:county", ["oslo"]), ("pages:page", ["text"])]
    pages += [("pages:news_item", ["item"])]
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
    page = " ".join(response.content.decode().split())
    assert response.status_code == 200
    assert len(re.findall("<h1[ >]", page)) == 1
    assert f'<html lang="{"en" if address.startswith("/en/") else "nb"}">' in page
    assert re.search("<title> ?.+ – Coworking Norge ?</title>", page)
    assert re.search('<meta name="description" content=".{40,200}">', page)
    assert f'<link rel="canonical" href="http://127.0.0.1:8000{address}">' in page
    assert page.count('rel="alternate" hreflang=') >= 3
    assert re.search('<meta property="og:image" content="http://127.0.0.1:8000/.+">', page)
    assert response.cookies.keys() == ({"csrftoken"} if 'method="post"' in page else set())


def test_join_is_loud_where_a_host_looks(client, network):
    quiet = {address: "site-join button-quiet" in client.get(address).content.decode() for address in ADDRESSES}
    loud = {"/om/", "/bli-med/", "/en/about/", "/en/join/"}
    assert {address for address, is_quiet in quiet.items() if not is_quiet} == loud


def test_language_link_leads_to_the_same_page_and_back(client, network):
    pages = {address: client.get(address).content.decode() for address in ADDRESSES}
    others = {address: re.search(r'class="site-language"\s+href="([^"]+)"', page)[1] for address, page in pages.items()}
    for address, other in others.items():
        assert other.startswith("/en/") != address.startswith("/en/")
        assert others[other] == address


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


def test_content_security_policy_is_strict(coordinator_client, network):
    others = ["/admin/login/", "/sitemap.xml", "/sitemap-spaces.xml", "/robots.txt", "/nothing-here/"]
    admin = [f"{language}/admin/{page}" for language in ("", "/en") for page in ADMIN]
    for address in [*ADDRESSES, *admin, *others]:
        response = coordinator_client.get(address)
        page = response.content.decode()
        policy = POLICY
        if style := re.search("<style>(.*?)</style>", page, re.DOTALL):  # allowed as it is, and nothing else
            page = page.replace(style[0], "")
            digest = b64encode(sha256(style[1].encode()).digest()).decode()
            policy = POLICY - {"style-src 'self'"} | {f"style-src 'self' 'sha256-{digest}'"}
        assert set(response.headers["Content-Security-Policy"].split("; ")) == policy, address
        assert not re.search(r"<style|\sstyle=|\son\w+=", page), address
        executable = [tag for tag in re.findall("<script[^>]*>", page) if "json" not in tag]
        assert all("src=" in tag for tag in executable), address


def test_not_found_belongs_to_the_site(client, db):
    response = client.get("/en/nothing-here/")
    assert response.status_code == 404
    assert "fallen off the wall" in response.content.decode()


def test_not_found_links_to_no_address_that_was_asked_for(client, db):
    for address in ("/nothing-here/", "//evil.example/", "/en//evil.example/"):
        page = re.sub("<(link|meta)[^>]*>", "", client.get(address).content.decode())
        assert "evil.example" not in page
        assert not re.search('href="[^"]*nothing-here', page)


def test_server_error_belongs_to_the_site(client, db, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("spaces.map.views.network_data", None)
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
    slugs = Organisation.objects.values_list("slug", flat=True)
    organisations = {f"/{prefix}/{slug}/" for prefix in ("medlemmer", "en/members") for slug in slugs}
    assert {address for file in files for address in listed(client, file)} == {*ADDRESSES, *organisations}
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
        settings.BASE_DIR, source, ignore=shutil.ignore_patterns(".venv", "var", ".git", "node_modules", ".*_cache")
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


def test_run_on_postgresql_leaves_out_what_there_is():
    assert [path for path in SAME_ON_EVERY_DATABASE if not (TESTS / path).exists()] == []


def test_templates_have_short_lines():
    lines = [(path, line) for path in TEMPLATES for line in path.read_text().splitlines()]
    assert [(path.name, line) for path, line in lines if len(line) > 120] == []


def test_templates_load_no_tags_of_an_app_above_theirs():
    """By the order of the contract in pyproject.toml; members' pages stand above the spaces, as their views do."""
    order = ["core", "norway", "mail", "accounts", "spaces", "members", "joining"]
    libraries = {"core": 0, "mail": 2, "spaces": 4, "spreadsheet": 4, "requested": 6}
    for path in TEMPLATES:
        folders = path.relative_to(settings.BASE_DIR / "templates").parts[:-1]
        app = next((order.index(name) for name in reversed(folders) if name in order), len(order) if folders else 0)
        app = order.index("joining") if "joinrequest" in folders else app
        loaded = {name for tag in re.findall(r"{% load ([^%]+) %}", path.read_text()) for name in tag.split()}
        assert [name for name in loaded if libraries.get(name, 0) > app] == [], path


def imported(path):
    """Yield the full name of everything that a module imports from elsewhere, or takes from what it imported."""
    aliases, tree = {}, ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom) and not getattr(node, "level", 0):
            prefix = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            aliases |= {alias.asname or alias.name: prefix + alias.name for alias in node.names}
    yield from aliases.values()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in aliases:
            yield f"{aliases[node.value.id]}.{node.attr}"


def is_private(name):
    parts = set(name.split(".")) - {"_meta", "_save"}  # which Django documents
    return "internal" in parts or any(re.match("_(?!_)", part) for part in parts)


@pytest.mark.parametrize("name", ["allauth.account.internal.stagekit", "post_office.mail._send_bulk", "a._b.c"])
def test_private_name_is_known_as_such(name):
    assert is_private(name)


def test_nothing_private_of_a_library_is_used():
    """It may change with any version, and nobody would say so."""
    known = OURS | sys.stdlib_module_names
    found = {(str(path), name) for path in SOURCES for name in imported(path) if name.split(".")[0] not in known}
    assert len(found) > 500
    assert [(path, name) for path, name in sorted(found) if is_private(name)] == []
