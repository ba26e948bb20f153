"""A change of a published text is a draft until it is published; of two people at one text nobody loses a word."""

import re
from functools import partial
from html import unescape
from itertools import product

import pytest
from django.test import Client
from django.utils import translation

from pages.models import News, Page
from tests.core.test_versions import address_of, open_form
from tests.factories import CoordinatorFactory, NewsFactory, PageFactory
from tests.html_forms import fields_of

from .test_pages import body, saved

pytestmark = pytest.mark.django_db

PUBLIC = ["/", "/en/", "/om/", "/nyheter/", "/en/news/", "/nyheter/atom.xml", "/sitemap-texts.xml", "/bli-med/"]
WORDS = {"title_nb": "Kladdordet", "text_nb": "Kladdord", "title_en": "Kladdord too", "text_en": "Kladdord"}
VERBS = {"publish": "_publish", "take back": "_take_back", "discard": "_discard"}


@pytest.fixture
def ola(client):
    client.force_login(CoordinatorFactory(first_name="Ola", last_name="Prøve"))
    with translation.override("nb"):
        yield client


def heard(visitor, *own):
    pages = {address: visitor.get(address) for address in [*PUBLIC, *own]}
    shown = {address: unescape(page.content.decode()) for address, page in pages.items() if page.status_code == 200}
    return {address for address, text in shown.items() if "kladdord" in text.lower()}


@pytest.mark.parametrize(
    "make",
    [
        partial(PageFactory, placement="menu"),
        NewsFactory,
        lambda: Page.objects.get(slug="about"),
        lambda: Page.objects.get(slug="footer"),
    ],
)
def test_draft_of_a_change_is_seen_by_nobody_until_it_is_published(coordinator_client, coordinator, make):
    visitor, row = Client(), make()
    own, is_fixed = [row.get_absolute_url()], row.is_fixed
    new = own[0] if is_fixed else own[0].replace(row.slug, "kladdord")
    form, page, published = f"{row._meta.model_name}_form", address_of(row), row.text_nb
    before = visitor.get(own[0]).content
    saved(coordinator_client, page, form, **WORDS, **({} if is_fixed else {"slug": "kladdord"}))
    assert heard(visitor, *own, new) == set()
    assert is_fixed or visitor.get(own[0]).content == before
    assert visitor.get(new).status_code == (200 if is_fixed else 404)
    assert "Besøkende ser det som var publisert" in body(coordinator_client, page)
    assert fields_of(coordinator_client.get(page), form)["text_nb"] == ["Kladdord"]
    preview = body(coordinator_client, page.replace("/change/", "/preview/"))
    assert "Forhåndsvisning av kladden" in preview
    assert "Kladdordet" in preview
    history = body(coordinator_client, page.replace("/change/", "/history/"))
    assert "kladd lagret" in history
    assert "Tekst på norsk: Kladdord" in history
    # Discarded and brought back it is still a draft.
    saved(coordinator_client, page, form, _discard="yes")
    assert fields_of(coordinator_client.get(page), form)["text_nb"] == [published]
    entry, newest = row.history.exclude(draft={}).first(), row.history.first()
    address = page.replace("/change/", f"/history/{entry.pk}/bring-back/")
    coordinator_client.post(address, {"field": "draft", "made_from": newest.pk})
    assert heard(visitor, *own, new) == set()
    saved(coordinator_client, page, form, _publish="yes")
    assert {new, "/en/"} & heard(visitor, new)
    row.refresh_from_db()
    assert (row.draft, row.title_nb, row.text_en, row.state) == ({}, "Kladdordet", "Kladdord", "published")
    assert coordinator in {entry.history_user for entry in row.history.all()}


def test_nothing_to_publish_is_no_draft_and_a_bad_one_is_refused(coordinator_client):
    row, other = PageFactory(), PageFactory(slug="opptatt")
    saved(coordinator_client, address_of(row))
    row.refresh_from_db()
    assert (row.draft, row.history.count()) == ({}, 1)
    form = open_form(coordinator_client, row) | {"slug": other.slug, "text_nb": "Kladdord"}
    refused = coordinator_client.post(address_of(row), form)
    assert fields_of(refused, "page_form")["text_nb"] == ["Kladdord"]
    assert 'id="id_slug_error"' in refused.content.decode()
    saved(coordinator_client, address_of(row), date="2026-02-01", text_nb="Kladdord", _take_back="yes")
    row.refresh_from_db()
    assert (row.state, row.text_nb, row.draft) == ("taken_back", "Kladdord", {})


def row_in(state):
    if state == "drafted":
        return PageFactory(draft={"title_nb": "Kladd"}, date="2026-03-02")
    return PageFactory(state=state, date=None if state == "draft" else "2026-03-02")


MEANWHILE = {
    "draft": ["publish", "save"],
    "published": ["take back", "save", "publish"],
    "drafted": ["publish", "take back", "discard", "save"],
    "taken_back": ["publish", "save"],
}


def test_of_two_people_nobody_loses_a_word_whatever_the_other_did(ola, admin_client):
    """Where the status changed meanwhile, the form comes back; else both are kept, and it is said whose was first."""
    pairs = [(state, other) for state, others in MEANWHILE.items() for other in others]
    cases = product(pairs, ["", "_publish", "_take_back"])
    for (state, other), verb in [*cases, *((("drafted", other), "_discard") for other in MEANWHILE["drafted"])]:
        case, row = (state, other, verb), row_in(state)
        form = open_form(admin_client, row) | {"text_nb": ["Karis ord"]} | ({verb: "yes"} if verb else {})
        theirs = open_form(ola, row) | {"title_en": ["Ola’s"], "text_en": ["Ola’s"]}
        pressed = {VERBS[other]: "yes"} if other in VERBS else {}
        assert ola.post(address_of(row), theirs | pressed).status_code == 302, case
        between = Page.objects.get(pk=row.pk)
        answer = admin_client.post(address_of(row), form)
        if between.state != row.state:
            page = unescape(answer.content.decode())
            assert re.search("Ola Prøve endret dette .* mens du hadde det åpent", page), case
            assert "Se over, og trykk en gang til" in page, case
            again = fields_of(answer, "page_form")
            assert again["text_nb"] == ["Karis ord"], case
            assert version(row) == version(between), case
            answer = admin_client.post(address_of(row), again | ({verb: "yes"} if verb else {}))
        assert answer.status_code == 302, case
        stored = Page.objects.get(pk=row.pk)
        told = " ".join(map(str, admin_client.get(answer["Location"]).context["messages"]))
        assert between.state != row.state or "Ola Prøve endret dette" in told, case
        if verb == "_discard" and between.is_public:
            assert (stored.draft, stored.text_nb) == ({}, between.text_nb), case
            continue
        assert "Karis ord" in (stored.text_nb, stored.draft.get("text_nb")), case
        assert other == "discard" or "Ola’s" in (stored.text_en, stored.draft.get("text_en")), case
        # Nothing is public that nobody published.
        is_published = verb == "_publish" or not between.is_public
        assert (stored.text_nb == "Karis ord") == (is_published or verb == "_take_back"), case
        expected = {"_publish": "published", "_take_back": "taken_back"}.get(verb, between.state)
        assert stored.state == (between.state if verb == "_take_back" and not between.is_public else expected), case


def version(row):
    return Page.objects.filter(pk=row.pk).values().get()


def test_news_that_were_published_meanwhile_come_back_as_they_were_typed(ola, admin_client):
    item = NewsFactory(state="draft", date=None)
    form = open_form(admin_client, item) | {"text_nb": ["Karis ord"]}
    ola.post(address_of(item), open_form(ola, item) | {"_publish": "yes"})
    answer = admin_client.post(address_of(item), form)
    assert ": publisert." in unescape(answer.content.decode())
    assert admin_client.post(address_of(item), fields_of(answer, "news_form")).status_code == 302
    item = News.objects.get()
    assert ("Karis ord" in item.text_nb, item.draft["text_nb"]) == (False, "Karis ord")


def test_list_publishes_and_takes_back_with_what_is_drafted(ola):
    """Also where another text has the drafted address by now."""
    NewsFactory(slug="tatt")
    for verb, state in (("publish", "published"), ("take_back", "taken_back")):
        for slug, address in (("nytt", "nytt"), ("tatt", "gammelt")):
            item = NewsFactory(slug="gammelt", draft={"title_nb": "Nytt", "slug": slug})
            answer = ola.post("/admin/pages/news/", {"action": verb, "_selected_action": item.pk, "confirmed": "yes"})
            assert answer.status_code == 302
            item.refresh_from_db()
            assert (item.title_nb, item.slug, item.state, item.draft) == ("Nytt", address, state, {}), verb
            assert item.history.count() == 2
            item.delete()
