"""The network's own words: what a coordinator writes in the admin, and who sees which of it when."""

import html

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from core.markdown import render_prose, split_sections, with_contact
from pages.models import Page
from tests.core.test_markdown import Tags
from tests.factories import PageFactory
from tests.html_forms import fields_of
from tests.payloads import PAYLOADS

pytestmark = pytest.mark.django_db

LIST = "/admin/pages/page/"
NEW = {
    "title_nb": "Årsmøtet 2027",
    "text_nb": "Vi møtes på **Hamar**.\n\n## Påmelding\n\nSkriv til {kontakt}.",
    "position": 5,
}


def body(client, address) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return html.unescape(response.content.decode())


def saved(client, address, form="page_form", **values):
    """Save the form at the address with these values in it; returns where it led."""
    fields = fields_of(client.get(address), form)
    response = client.post(address, fields | values)
    assert response.status_code == 302, response.context["errors"]
    return response


def test_page_from_draft_to_published_to_taken_back(coordinator_client, coordinator, settings):
    visitor, address, english = Client(), "/sider/arsmotet-2027/", "/en/pages/arsmotet-2027/"
    settings.CONTACT_EMAIL = "post@example.org"
    shown_to_visitors = [address, english, "/", "/en/", "/sitemap-texts.xml"]

    def seen():
        pages = [visitor.get(each) for each in shown_to_visitors]
        return ["rsm" in page.content.decode() and page.status_code == 200 for page in pages]

    saved(coordinator_client, f"{LIST}add/", **NEW, placement="menu")
    page = Page.objects.get(is_fixed=False)
    assert (page.state, seen()) == (Page.State.DRAFT, [False] * 5)
    preview = body(coordinator_client, f"{LIST}{page.pk}/preview/")
    assert "ikke publisert" in preview
    assert '<a href="mailto:post@example.org">post@example.org</a>' in preview
    saved(coordinator_client, f"{LIST}{page.pk}/change/", _publish="yes")
    assert seen() == [True] * 5
    landing = body(visitor, "/")
    assert landing.index("Årsmøtet 2027") < landing.index("Om nettverket")  # by the order that the form gave
    assert '<div class="prose" lang="nb">' in body(visitor, english)
    english_texts = {"title_en": "Annual meeting", "text_en": "We *meet*."}
    saved(coordinator_client, f"{LIST}{page.pk}/change/", **english_texts, slug="motet", _publish="yes")
    assert visitor.get(address)["Location"] == "/sider/motet/"
    english = "/en/pages/motet/"
    assert {"<h1>Annual meeting</h1>", "<p>We <em>meet</em>.</p>"} <= set(
        map(str.strip, body(visitor, english).split("\n"))
    )
    kept = visitor.get(english)
    saved(coordinator_client, f"{LIST}{page.pk}/change/", _take_back="yes")
    for gone in (address, "/sider/motet/", english):
        assert visitor.get(gone, headers={"if-none-match": kept["ETag"]}).status_code == 404, gone
    assert seen() == [False] * 5
    history = body(coordinator_client, f"{LIST}{page.pk}/history/")
    assert "kladd</del> <ins>publisert" in history
    assert {row.history_user for row in page.history.all()} == {coordinator}


def test_verbs_change_what_they_are_for_and_count_it():
    """Also where somebody else was faster; a fixed page is never taken back, nor deleted by a bulk action."""
    draft, fixed = PageFactory(state="draft"), Page.objects.get(slug="about")
    both = Page.objects.filter(pk__in=[draft.pk, fixed.pk])
    assert [both.publish(by=None), both.publish(by=None)] == [1, 0]
    assert Page.objects.get(pk=draft.pk).date
    assert [both.take_back(by=None), both.take_back(by=None)] == [1, 0]
    assert [*Page.objects.public().filter(pk__in=both.values("pk"))] == [fixed]
    for wrong in ({"state": "gone"}, {"title_en": "Only a title"}, {"placement": "top"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Page.objects.filter(pk=draft.pk).update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Page.objects.filter(pk=fixed.pk).update(state="draft")


def test_fixed_texts_are_edited_and_stay(coordinator_client):
    visitor = Client()
    for slug, address in {"about": "/om/", "elements": "/", "privacy": "/personvern/", "join": "/bli-med/"}.items():
        page = Page.objects.get(slug=slug)
        change = f"{LIST}{page.pk}/change/"
        form = coordinator_client.get(change).content.decode()
        assert not [name for name in ("slug", "_take_back") if f'name="{name}"' in form]
        assert coordinator_client.post(f"{LIST}{page.pk}/delete/", {"post": "yes"}).status_code == 403
        assert f"Ord om {slug}" not in body(visitor, address)
        saved(coordinator_client, change, text_nb=f"{page.text_nb}\n\n## Nytt\n\nOrd om {slug}.", _publish="yes")
        assert f"Ord om {slug}" in body(visitor, address)
        assert f"Ord om {slug}" not in body(visitor, "/en/about/")
    coordinator_client.post(LIST, {"action": "delete_selected", "_selected_action": [page.pk], "post": "yes"})
    assert Page.objects.fixed().filter(slug=slug).exists()


def test_half_an_english_version_is_refused_and_nothing_typed_is_lost(coordinator_client):
    data = NEW | {"title_en": "Annual meeting", "slug": ""}
    answer = coordinator_client.post(f"{LIST}add/", data).content.decode()
    assert "Skriv både tittel og tekst på engelsk" in answer
    assert 'value="Annual meeting"' in answer
    assert not Page.objects.filter(is_fixed=False).exists()


def test_prose_has_headings_pictures_and_links_of_ours():
    text = "# En\n### To\n[her](/om/) [der](//evil.example)\n\n![Et hus](/media/pages/a-640x480.webp)\n![ute](https://a.no/x.png)"
    tags = Tags(render_prose(text).html).tags
    picture = {
        "src": "/media/pages/a-640x480.webp",
        "alt": "Et hus",
        "width": "640",
        "height": "480",
        "loading": "lazy",
    }
    assert [tag for tag in tags if tag[0] != "p"] == [
        ("h2", {}),
        ("h3", {}),
        ("a", {"href": "/om/"}),
        ("img", picture),
        ("br", {}),
    ]
    assert split_sections("Først\n\n## En\nto\n## Tre ##\n") == ("Først", [("En", "to"), ("Tre", "")])
    assert with_contact("En\n\nSkriv til {kontakt}.\n\nTo", "") == "En\n\nTo"


def test_hostile_prose_makes_nothing_but_prose(client, coordinator_client):
    shapes = [
        "{}",
        "# {}",
        "![{}](/media/x.png)",
        "![x]({})",
        "![x](/{})",
        "[x]({})",
        "[x](/{})",
        '![x](/media/a.png "{}")',
    ]
    page = PageFactory()
    for payload in PAYLOADS:
        text = "\n\n".join(shape.format(payload) for shape in shapes)
        for tag, attributes in Tags(render_prose(text).html).tags:
            assert tag in {"p", "strong", "em", "ul", "li", "a", "br", "h2", "h3", "img"}, text
            assert set(attributes) <= {"href", "src", "alt", "width", "height", "loading", "title"}, text
            assert not {attributes.get(name, "/")[:11].lower() for name in ("href", "src")} & {"javascript:"}, text
        Page.objects.filter(pk=page.pk).update(title_nb=payload, text_nb=text, placement="menu")
        for address in ("/", page.get_absolute_url(), f"{LIST}{page.pk}/change/", LIST):
            found = Tags(coordinator_client.get(address).content.decode()).tags
            assert not [name for _tag, attributes in found for name in attributes if name.startswith("on")], address
            assert all(
                "src" in attributes or "json" in attributes.get("type", "")
                for tag, attributes in found
                if tag == "script"
            )
    assert coordinator_client.post("/admin/prose/", {"text": "# Hei"}).content == b"<h2>Hei</h2>\n"
