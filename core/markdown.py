"""Light Markdown, as people type it: bold, italics, lists with points and links. All else stays as it was typed.

The network's own texts are `prose`: they have headings and pictures of this site too, and link to its pages.
"""

import re
from functools import lru_cache, partial
from typing import NamedTuple

import nh3
from django.conf import settings
from django.utils.html import urlize
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

LIGHT = ["emphasis", "escape", "link", "list", "newline"]
MARKDOWN = MarkdownIt("zero", {"breaks": True}).enable(LIGHT)
PROSE = MarkdownIt("zero", {"breaks": True}).enable([*LIGHT, "heading", "image"])
# A backslash is one, and a line that begins with "17. mai" a date: of neither are lists or escapes made.
LITERAL = re.compile(r"(\\)|^([ \t*+-]*\d+)(?=[.)])", re.MULTILINE)
TAGS = {"a", "br", "em", "li", "p", "strong", "ul"}
ATTRIBUTES = {"a": {"href"}}
SCHEMES = {"http", "https", "mailto"}
ELSEWHERE = re.compile("https?://|mailto:", re.IGNORECASE)  # not to a page of ours, which may do something
PLAIN = re.compile('href="http://(?=[^"]*">(?!http:))', re.IGNORECASE)  # an address that was typed without http:
HERE = re.compile(r"/(?![/\\])")
HEADING = re.compile(r"^#{1,6} +(.*)$", re.MULTILINE)
BLANK_LINE = re.compile(r"\n\s*\n")
CONTACT = "{kontakt}"
PICTURE = re.compile(r"!\[([^]\[\n]*)\]\(([^)\s]+)\)")
SIZE = re.compile(r"-(\d+)x(\d+)\.\w+$")  # of a picture, in its name: the page leaves room for it
MARKDOWN.validateLink = lambda url: bool(ELSEWHERE.match(url))
PROSE.validateLink = lambda url: bool(ELSEWHERE.match(url) or HERE.match(url))
clean_light = partial(nh3.clean, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="nofollow ugc")
clean_prose = partial(
    nh3.clean,
    tags=TAGS | {"h2", "h3", "img"},
    attributes=ATTRIBUTES | {"img": {"alt", "height", "loading", "src", "width"}},
    url_schemes=SCHEMES,
    link_rel=None,
)


class Rendered(NamedTuple):
    html: SafeString
    line: str


@lru_cache(maxsize=500)  # 3 ms for a text of 800 signs, on a page that is made anew each minute
def render(text: str) -> Rendered:
    return render_once(text)


def render_once(text: str) -> Rendered:
    """Return clean HTML, in which bare web and e-mail addresses are links too, and the words alone on one line."""
    return _render(MARKDOWN, clean_light, text)


@lru_cache(maxsize=100)
def render_prose(text: str) -> Rendered:
    return render_prose_once(text)


def render_prose_once(text: str) -> Rendered:
    """Do as `render_once` for a text of the network's own."""
    return _render(PROSE, clean_prose, text)


def split_sections(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the prose before the first heading, and each heading with the prose under it."""
    opening, *rest = HEADING.split(text)
    sections = zip(rest[::2], rest[1::2], strict=True)
    return opening.strip(), [(heading.rstrip(" #"), body.strip()) for heading, body in sections]


def first_picture(text: str) -> tuple[str, str] | None:
    """Return address and description of the first picture of this site in the prose."""
    found = PICTURE.search(text)
    return (found[2], found[1]) if found and found[2].startswith(settings.MEDIA_URL) else None


def with_contact(text: str, email: str) -> str:
    """Put the address where the text says {kontakt}, or leave those paragraphs out if there is none."""
    if email:
        return text.replace(CONTACT, email)
    return "\n\n".join(paragraph for paragraph in BLANK_LINE.split(text) if CONTACT not in paragraph)


def _render(parser, clean, text):
    blocks = parser.parse(LITERAL.sub(r"\1\2\\", text))
    words = " ".join(_words(block.children) for block in blocks if block.children)
    for block in blocks:
        if block.type in ("heading_open", "heading_close"):
            block.tag = "h2" if block.tag in ("h1", "h2") else "h3"
        _set_pictures(block.children or [])
        _link_addresses(block.children or [])
    html = parser.renderer.render(blocks, parser.options, {})
    return Rendered(mark_safe(clean(html)), " ".join(words.split()))  # noqa: S308


def _words(inline) -> str:
    return "".join(" " if token.type.endswith("break") else token.content for token in inline)


def _set_pictures(inline):
    for token in inline:
        if token.type == "image" and not str(token.attrs["src"]).startswith(settings.MEDIA_URL):
            token.type, token.children = "text", []  # the content security policy would refuse it: its words remain
        elif token.type == "image":
            size = SIZE.search(token.attrs["src"])
            token.attrs["loading"] = "lazy"
            token.attrs |= {"width": size[1], "height": size[2]} if size else {}


def _link_addresses(inline):
    is_in_link = False
    for token in inline:
        if token.type in ("link_open", "link_close"):
            is_in_link = token.type == "link_open"
        elif token.type == "text" and not is_in_link:
            token.type, token.content = (
                "html_inline",
                PLAIN.sub('href="https://', urlize(token.content, autoescape=True)),
            )
