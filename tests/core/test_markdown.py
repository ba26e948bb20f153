from html.parser import HTMLParser

import pytest

from core.markdown import render
from tests.payloads import PAYLOADS

REL = 'rel="nofollow ugc"'
SITE = f'<a href="https://example.org/a_b_c?d=1&amp;e=2" {REL}>https://example.org/a_b_c?d=1&amp;e=2</a>'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Et **hus** og *folk*", "<p>Et <strong>hus</strong> og <em>folk</em></p>"),
        ("En\nto\n\ntre", "<p>En<br>\nto</p>\n<p>tre</p>"),
        ("Vi har\n- kaffe\n- te", "<p>Vi har</p>\n<ul>\n<li>kaffe</li>\n<li>te</li>\n</ul>"),
        ("17. mai er stengt\n- 1) ring", "<p>17. mai er stengt</p>\n<ul>\n<li>1) ring</li>\n</ul>"),
        (r"C:\hus \[x]", r"<p>C:\hus \[x]</p>"),
        ("[Les mer](https://example.org)", f'<p><a href="https://example.org" {REL}>Les mer</a></p>'),
        ("Se https://example.org/a_b_c?d=1&e=2.", f"<p>Se {SITE}.</p>"),
        ("(post@example.org)", f'<p>(<a href="mailto:post@example.org" {REL}>post@example.org</a>)</p>'),
        ("[https://a.no](https://b.no)", f'<p><a href="https://b.no" {REL}>https://a.no</a></p>'),
        ("# 2 * 3 * 4 > 5 & `x`\n    ---", "<p># 2 * 3 * 4 &gt; 5 &amp; `x`<br>\n---</p>"),
        ("![bilde](https://example.org/x.png)", f'<p>!<a href="https://example.org/x.png" {REL}>bilde</a></p>'),
        ("Se www.example.org", f'<p>Se <a href="https://www.example.org" {REL}>www.example.org</a></p>'),
        ("http://example.org", f'<p><a href="http://example.org" {REL}>http://example.org</a></p>'),
        ("[a](//a.no) [b](/admin/) [c](b)", "<p>[a](//a.no) [b](/admin/) [c](b)</p>"),
        ("[les](javascript:alert(1))", "<p>[les](javascript:alert(1))</p>"),
        ("", ""),
    ],
)
def test_markdown_that_people_type(text, html):
    assert render(text).html.strip() == html


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def test_markdown_makes_nothing_but_text_and_links_of_what_is_hostile():
    shapes = ["{}", "**{}**", "- {}", "[{}](https://a.no)", "[x]({})", "[x](<{}>)", "https://a.no/{}", 'www.a.no"{}']
    for text in [shape.format(payload) for payload in PAYLOADS for shape in shapes]:
        found = Tags(render(text).html)
        for tag, attributes in found.tags:
            assert tag in {"p", "strong", "em", "ul", "li", "a", "br"}, text
            assert set(attributes) <= ({"href", "rel"} if tag == "a" else set()), text
            assert not attributes.get("href", "").lower().strip().startswith("javascript"), text


def test_hostile_text_is_still_read_as_it_was_typed():
    for payload in PAYLOADS:
        assert Tags(render(payload).html).text.strip() == payload.strip()


def test_line_of_markdown_is_its_words():
    text = "Et **hus** i\n[sentrum](https://example.org).\n\nVi har:\n\n- kaffe & te\n- *ro*\n\n17. mai: stengt"
    assert render(text).line == "Et hus i sentrum. Vi har: kaffe & te ro 17. mai: stengt"
