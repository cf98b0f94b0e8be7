"""
The handbook's chapters: Markdown files that read well on their own, drawn as HTML for the desk.

Of Markdown it uses headings, lists, tables, emphasis, links, pictures with a line of emphasis as their caption. HTML in
a file is shown as text, and what comes out is cleaned once more.
"""

import re
from collections.abc import Mapping
from functools import cache
from html import escape
from typing import NamedTuple

import nh3
from django.conf import settings
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.token import Token

FOLDER = settings.BASE_DIR / "docs" / "handbook"
# In the order in which they are read.
CHAPTERS = (
    *("README", "writing", "publishing", "together", "registries", "comments", "mail", "account"),
    *("administrators", "trouble"),
)
TAGS = {
    *("h1", "h2", "h3", "p", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "strong", "em", "code"),
    *("kbd", "a", "img", "blockquote", "pre", "hr", "br", "figure", "figcaption"),
}
ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}, "h2": {"id"}, "h3": {"id"}}
CAPTIONED = re.compile(r"<p>(<img [^>]*>)\s*<em>(.*?)</em></p>", re.DOTALL)
OF_THE_DESK = re.compile(r"<code>(/admin/[\w/-]*)</code>")
CHAPTER_LINK = re.compile(r"([\w-]+)\.md(#[\w-]+)?")


class Heading(NamedTuple):
    text: str
    anchor: str


class Chapter(NamedTuple):
    """`name` is the file's without its ending; `markdown` its text."""

    name: str
    title: str
    headings: list[Heading]
    markdown: str


def parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


@cache
def chapters() -> Mapping[str, Chapter]:
    """All chapters by their names, in order. They come with the program, so they are read once."""
    return {name: chapter(name, (FOLDER / f"{name}.md").read_text(encoding="utf-8")) for name in CHAPTERS}


def chapter(name: str, markdown: str) -> Chapter:
    tokens = parser().parse(markdown)
    found = [(token.tag, tokens[place + 1].content) for place, token in enumerate(tokens) if is_heading(token)]
    title = next((text for tag, text in found if tag == "h1"), name)
    return Chapter(name, title, [Heading(text, slugify(text)) for tag, text in found if tag == "h2"], markdown)


def is_heading(token: Token) -> bool:
    return token.type == "heading_open"


@cache
def pictures() -> frozenset[str]:
    """The names of the handbook's pictures."""
    return frozenset(file.name for file in FOLDER.glob("*.png"))


def draw(markdown: str, *, pages: Mapping[str, str], folder: str) -> str:
    """
    A chapter as clean HTML.

    `pages` are the addresses of the chapters by name, `folder` the address below which the pictures are. Headings get
    the anchors that GitHub gives them, so a link to one works in both places.
    """
    reader = parser()
    tokens = reader.parse(markdown)
    for place, token in enumerate(tokens):
        if is_heading(token) and token.tag != "h1":
            token.attrSet("id", slugify(tokens[place + 1].content))
        for part in token.children or []:
            if part.type == "link_open":
                part.attrSet("href", at_the_desk(str(part.attrGet("href")), pages))
            elif part.type == "image":
                part.attrSet("src", f"{folder}{part.attrGet('src')}")
    html = reader.renderer.render(tokens, reader.options, {})
    html = CAPTIONED.sub(r"<figure>\1<figcaption>\2</figcaption></figure>", html)
    html = OF_THE_DESK.sub(r'<a href="\1"><code>\1</code></a>', html)
    clean = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, link_rel=None, url_schemes={"https"})
    return clean.replace("<table>", '<table tabindex="0">')  # on a phone it scrolls, for the keyboard too


def at_the_desk(address: str, pages: Mapping[str, str]) -> str:
    """Where a link of a chapter leads on the desk: to another chapter's page, else where it says."""
    to_chapter = CHAPTER_LINK.fullmatch(address)
    if not to_chapter or to_chapter[1] not in pages:
        return address
    return escape(pages[to_chapter[1]], quote=False) + (to_chapter[2] or "")
