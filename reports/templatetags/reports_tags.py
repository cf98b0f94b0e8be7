"""Tags for whatever shows an issue."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.base import Node, NodeList, Parser, Token
from django.utils import translation
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext

from newsroom.lib.scripts import mark_passages
from reports.models import Image

register = template.Library()
KINDS = {"avif": "image/avif", "webp": "image/webp"}
# What a page is to load first, in what `picture` below drew of it.
FIRST_SOURCE = re.compile(r'<source type="image/avif"\s+srcset="(?P<srcset>[^"]+)"\s+sizes="(?P<sizes>[^"]+)">')
INDENTED = re.compile(r"\s*\n\s*")
# Just inside and outside of these, white space is nothing to anybody.
BLOCKS = (
    "article|aside|body|details|div|dl|dt|dd|fieldset|figure|figcaption|footer|form|h[1-5]|head|header|html|legend|li|link"
    "|main|meta|nav|ol|p|picture|section|source|summary|title|ul"
)
AT_BLOCKS = re.compile(rf"(</?(?:{BLOCKS})\b[^<>]*>)\n|\n(?=</?(?:{BLOCKS})\b)")
TAGS = re.compile(r"<[a-z](?:[^<>\"]|\"[^\"]*\")*>")
IN_TAGS = re.compile(r"(\"[^\"]*\")|\s+(>)|\s+")
AS_IT_STANDS = re.compile(r"(<(textarea|pre|script)\b.*?</\2>)", re.DOTALL)


@register.inclusion_tag("reports/_picture.html")
def picture(image: Image, *, sizes: str, eager: bool = False) -> dict[str, Any]:
    """
    A picture in the best kind that the browser knows and the width that its place needs.

    `sizes` is the HTML attribute; `eager` is for the one picture of the first screen.
    """

    def srcset(kind: str) -> str:
        return ", ".join(f"{url} {width}w" for url, width in image.sources(kind))

    jpeg = image.sources("jpeg")
    return {
        "image": image,
        "sources": [{"type": mime, "srcset": srcset(kind)} for kind, mime in KINDS.items()],
        "fallback": {"src": jpeg[min(1, len(jpeg) - 1)][0] if jpeg else "", "srcset": srcset("jpeg")},
        "sizes": sizes,
        "eager": eager,
    }


@register.simple_tag
def preload_picture(article: str) -> SafeString:
    """For the head of a page: has the browser fetch the article's first picture before it has read so far."""
    found = FIRST_SOURCE.search(article) if 'fetchpriority="high"' in article else None  # the others are lazy
    if not found:
        return mark_safe("")
    return mark_safe(  # noqa: S308 - as it stands in what we drew
        f'<link rel="preload" as="image" type="image/avif" imagesrcset="{found["srcset"]}"'
        f' imagesizes="{found["sizes"]}" fetchpriority="high">'
    )


@register.simple_tag
def words_lang() -> SafeString:
    """The `lang` of the editors' own words, where what stands around them is in another language."""
    if translation.get_language() == settings.LANGUAGE_CODE:
        return mark_safe("")
    return format_html('lang="{}"', settings.LANGUAGE_CODE)


@register.filter
def passages(text: str) -> SafeString:
    """The editors' words, plain or HTML that is safe, with passages in another script marked as what they are."""
    return passages_in(text, settings.LANGUAGE_CODE)


@lru_cache(maxsize=512, typed=True)  # a page is drawn in each language; what is safe is told by its type
def passages_in(text: str, language: str) -> SafeString:
    return mark_safe(mark_passages(conditional_escape(text), language))  # noqa: S308 - escaped


@register.simple_tag
def names(credited: Iterable[Mapping[str, str]]) -> SafeString:
    """Whose reporting it was, as a list within a sentence: "A", "A and B", "A, B, and C"."""
    lang = words_lang()
    each = [
        format_html('<a href="{}" {}>{}</a>' if credit["url"] else "<b {1}>{2}</b>", credit["url"], lang, name)
        for credit, name in ((credit, passages(credit["name"])) for credit in credited)
    ]
    if len(each) < 2:
        return mark_safe("".join(each))  # noqa: S308 - escaped above, as below
    comma = pgettext("between the names in a list", ", ")
    last = pgettext("before the last of two names", " and ")
    if len(each) > 2:
        last = pgettext("before the last of several names", ", and ")
    return mark_safe(comma.join(each[:-1]) + last + each[-1])  # noqa: S308


@register.simple_tag
def tag_list(tags: Iterable[Mapping[str, str]], lang: str) -> SafeString:
    """
    A list of links to the pages of tags, each with its `name` and `url`; nothing if there is none.

    `lang` is what `words_lang` says, which a page asks once.
    """
    each = mark_safe("".join(tag_link(tag["url"], tag["name"], lang) for tag in tags))  # noqa: S308 - escaped below
    return format_html('<ul class="tags" aria-label="{}">{}</ul>', gettext("Tags"), each) if each else each


@lru_cache(maxsize=512, typed=True)  # an issue’s stories bear the same few; typed as above
def tag_link(url: str, name: str, lang: str) -> SafeString:
    return format_html('<li><a href="{}" {}>{}</a></li>', url, lang, passages(name))


class Lean(Node):
    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: template.Context) -> SafeString:
        return lean(self.nodelist.render(context))


@register.tag(name="lean")
def lean_tag(parser: Parser, token: Token) -> Lean:
    """
    {% lean %}…{% endlean %}: without the indentation of templates, which is a tenth of a page.

    A line's end stays within running text, so that words do not run together; a tag is one line, with its values as
    they are. What stands in a field of a form stays as it was written.
    """
    nodelist = parser.parse(("endlean",))
    parser.delete_first_token()
    return Lean(nodelist)


def one_line(tag: re.Match[str]) -> str:
    return IN_TAGS.sub(lambda found: found[1] or found[2] or " ", tag[0])


def closed_up(html: str) -> str:
    return AT_BLOCKS.sub(r"\1", TAGS.sub(one_line, INDENTED.sub("\n", html)))


def lean(html: str) -> SafeString:
    pieces = AS_IT_STANDS.split(html)
    # By threes: what may be shortened, what stands as it is, and the name of its element.
    kept = [piece if place % 3 else closed_up(piece) for place, piece in enumerate(pieces) if place % 3 != 2]
    return mark_safe("".join(kept))  # noqa: S308 - the page itself
