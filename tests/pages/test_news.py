"""News from the coordinator who writes them to the landing page, the list and the feed; taken back they are nowhere."""

import html
from itertools import product
from xml.etree import ElementTree

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from pages.models import News
from tests.factories import NewsFactory
from tests.payloads import PAYLOADS

from .test_pages import saved

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
LIST = "/admin/pages/news/"
PUBLIC = ["/", "/en/", "/nyheter/", "/en/news/", "/nyheter/atom.xml", "/en/news/atom.xml", "/sitemap-texts.xml"]


def entries(client, address="/nyheter/atom.xml"):
    return ElementTree.fromstring(client.get(address).content).findall(f"{ATOM}entry")


def test_news_from_draft_to_published_to_taken_back(coordinator_client):
    visitor, item = Client(), NewsFactory(state="draft", slug="ny-avtale", date=None)
    own = ["/nyheter/ny-avtale/", "/en/news/ny-avtale/"]

    def seen():
        pages = {address: visitor.get(address) for address in [*PUBLIC, *own]}
        return {address for address, page in pages.items() if page.status_code == 200 and b"ny-avtale" in page.content}

    assert seen() == set()
    saved(coordinator_client, f"{LIST}{item.pk}/change/", "news_form", _publish="yes")
    assert seen() == {*PUBLIC, *own}
    item.refresh_from_db()
    assert item.date
    kept = {address: visitor.get(address) for address in [*PUBLIC, *own]}
    saved(coordinator_client, f"{LIST}{item.pk}/change/", "news_form", _take_back="yes")
    assert seen() == set()
    for address, page in kept.items():
        headers = {"if-none-match": page["ETag"], "if-modified-since": "Fri, 31 Dec 2100 00:00:00 GMT"}
        assert visitor.get(address, headers=headers).status_code == (404 if address in own else 200), address
    with pytest.raises(IntegrityError), transaction.atomic():
        News.objects.update(state="published", date=None)
    News.objects.publish(by=None)
    assert seen() == {*PUBLIC, *own}
    coordinator_client.post(f"{LIST}{item.pk}/delete/", {"post": "yes"})
    assert seen() == set()


def test_landing_page_has_the_three_newest_and_says_nothing_without(client, django_assert_num_queries):
    assert "news-heading" not in client.get("/").content.decode()
    for day in (3, 1, 5, 2, 4):
        NewsFactory(title_nb=f"Nytt den {day}.", date=f"2026-03-0{day}")
    page = client.get("/").content.decode()
    found = [page.find(f"Nytt den {day}.") for day in (5, 4, 3)]
    assert found == sorted(found)
    assert min(found) > 0
    assert "Nytt den 2." not in page
    assert "news-heading" not in client.get("/?q=oslo").content.decode()
    with django_assert_num_queries(1):  # the version of the data
        client.get("/")


def test_feed_names_addresses_under_site_url_in_the_language_of_the_feed(client, settings):
    settings.ALLOWED_HOSTS, settings.SITE_URL = ["*"], "https://coworking.example.org"
    picture = "![Vi møtes](/media/pages/a-640x480.webp)"
    NewsFactory(slug="b", title_nb="Bare norsk", text_nb=f"[Bli med](/bli-med/)\n\n{picture}")
    NewsFactory(slug="a", title_nb="Begge", title_en="Both", text_en="In English", date="2026-04-02")
    feed = client.get("/en/news/atom.xml", headers={"host": "evil.example"})
    assert feed["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert "evil.example" not in feed.content.decode()
    both, norwegian = ElementTree.fromstring(feed.content).findall(f"{ATOM}entry")
    assert (both.find(f"{ATOM}title").text, norwegian.find(f"{ATOM}title").text) == ("Both", "Bare norsk")
    assert both.find(f"{ATOM}link").get("href") == "https://coworking.example.org/en/news/a/"
    content = norwegian.find(f"{ATOM}summary").text
    assert content.startswith('<div lang="nb">')
    assert 'href="https://coworking.example.org/bli-med/"' in content
    assert 'src="https://coworking.example.org/media/pages/a-640x480.webp"' in content
    listed = client.get("/en/news/", headers={"host": "127.0.0.1"}).content.decode()
    assert '<li class="news" lang="nb">' in listed
    assert '<img src="/media/pages/a-640x480.webp" alt="Vi møtes"' in listed


def test_feed_stands_whatever_was_pasted_and_no_year_is_a_slip(coordinator_client, client):
    item = NewsFactory(title_nb="En\x0bto\ufffe", text_nb='Tre\x0c <a="/x">')
    assert [entry.findtext(f"{ATOM}title") for entry in entries(client)] == ["Ento"]
    with pytest.raises(AssertionError, match="Er årstallet"):
        saved(coordinator_client, f"{LIST}{item.pk}/change/", "news_form", date="0026-03-02")


def test_hostile_news_stay_text(client):
    item = NewsFactory()
    for payload in PAYLOADS:
        News.objects.filter(pk=item.pk).update(title_nb=payload, text_nb=f"{payload}\n\n![{payload}](/media/{payload})")
        for address in ("/", "/nyheter/", item.get_absolute_url()):
            page = client.get(address).content.decode()
            assert html.escape(payload) in page.replace("&#39;", "&#x27;"), (address, payload)
            for mark, attribute in product("\"' ", ("onerror=", "onload=", "onfocus=")):
                assert f"<img{mark}{attribute}" not in page
        (entry,) = entries(client)
        assert entry.find(f"{ATOM}title").text.split() == payload.split()
        assert "<script" not in entry.find(f"{ATOM}summary").text
