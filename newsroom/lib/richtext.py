"""Rich text: the little HTML that editors may write, cleaned on every way to the database."""

import html
import re
from collections.abc import Callable
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any

import nh3
from ckeditor.fields import RichTextField as EditorField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from newsroom.lib.links import is_address
from newsroom.lib.text import has_printable_lines, one_line, printable

TAGS = {"p", "h3", "h4", "strong", "em", "ul", "ol", "li", "blockquote", "a", "br", "figure"}
ATTRIBUTES = {"a": {"href", "title"}, "figure": {"data-image"}}
SCHEMES = {"http", "https", "mailto"}
SAME_MEANING = {"b": "strong", "i": "em", "h1": "h3", "h2": "h3", "h5": "h4", "h6": "h4", "div": "p"}
RENAMED = re.compile(rf"<(/?)({'|'.join(SAME_MEANING)})(?=[\s>/])", re.IGNORECASE | re.ASCII)
EMPTY_PARAGRAPH = re.compile(r"<p>(?:\s|&nbsp;|<br>)*</p>")
# A picture of the library, by the number of its row: it stands by itself, between the blocks of a text.
PICTURE = re.compile(r'<figure data-image="([1-9][0-9]{0,8})"></figure>')
TAG_OR_TEXT = re.compile(r"<(?P<closing>/?)(?P<tag>[a-z][a-z0-9]*)[^>]*>|[^<]+", re.ASCII)
HEADING = re.compile(r"(</?h)([34])>")
WORD = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af]|[^\W_]+(?:[’'\-.,][^\W_]+)*")
# What most stories are, and what there is nothing to clean in: paragraphs of words, without tags and references.
BARE_PARAGRAPHS = re.compile(r"<p>[^<>&\s][^<>&\n]*+</p>(?:\n<p>[^<>&\s][^<>&\n]*+</p>)*+")
LONG_REFERENCE = re.compile(r"&(?=#[0-9]{8})")  # no character; Python refuses to read thousands of digits
MOST_CHARACTERS, MOST_TAGS, DEEPEST = 200_000, 4_000, 30
BARE = 16_000  # characters that have no room for so many tags
# Comments, and tags as WHATWG HTML §13.2.5 reads them: a > in a quoted value ends no tag, what is never closed goes on
# to the end. Nothing here goes back, so that reading takes as long as the text is.
MARKUP = re.compile(
    r"""<!--(?:-?>|.*?--!?>|.*\Z)|<(?:[!?]|/[^a-z])[^>]*+>?"""
    r"""|<(?P<closing>/?)(?P<tag>[a-z][^ \t\n/>]*+)"""
    r"""(?:[ \t\n/]*+[^ \t\n/>][^ \t\n/>=]*+"""
    r"""(?:[ \t\n]*+=[ \t\n]*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^ \t\n>"'][^ \t\n>]*+|(?=>)))?+)*+[^>]*+>?""",
    re.IGNORECASE | re.ASCII | re.DOTALL,
)
# Elements that browsers open again in the next block if they were not closed: what makes much out of little.
FORMATTING = {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"}
NEEDS_NO_END = {
    "p",
    "li",
    "br",
    "hr",
    "img",
    "input",
    "wbr",
    "area",
    "base",
    "col",
    "embed",
    "link",
    "meta",
    "param",
    "source",
    "track",
}
# Whoever publishes asks for the same texts several times: so many results are kept, as many as fifty issues have.
KEPT = 1200
# Within these, a tag may be something else than it looks.
UNCERTAIN = {
    "script",
    "style",
    "textarea",
    "title",
    "xmp",
    "iframe",
    "noembed",
    "noframes",
    "noscript",
    "plaintext",
    "template",
    "svg",
    "math",
    "select",
}
INLINE = {*FORMATTING, "span", "sub", "sup", "abbr", "cite", "q", "mark", "del", "ins"}


class TooMuchMarkup(ValueError):
    """HTML that would take long to clean, or become much more than it is; says why in one sentence."""


def refuse_too_much(text: str) -> None:
    """
    Raise TooMuchMarkup for HTML beyond what any story needs, in one reading.

    Repairing HTML as browsers do can square its size: 600 open <em> are opened again in each of 600 paragraphs. So
    what may be opened again is added up. A closing tag counts only right after what it closes.
    """
    if len(text) > MOST_CHARACTERS:
        said = _("This text has %(number)s characters of HTML; %(most)s are the most.")
        raise TooMuchMarkup(said % {"number": f"{len(text):,}", "most": f"{MOST_CHARACTERS:,}"})
    opened: list[tuple[str, int]] = []
    again = total = 0
    certain = True
    for tags, found in enumerate(MARKUP.finditer(text), start=1):
        total += again
        if tags > MOST_TAGS:
            raise TooMuchMarkup(_("This text has more than %(most)s tags.") % {"most": f"{MOST_TAGS:,}"})
        tag = (found["tag"] or "").lower()
        certain = certain and tag not in UNCERTAIN
        if not tag or tag in NEEDS_NO_END:
            continue
        if not found["closing"]:
            opened.append((tag, len(found[0]) if tag in FORMATTING else 0))
            again += opened[-1][1]
        elif certain and opened and opened[-1][0] == tag:
            again -= opened.pop()[1]
        if len(opened) > DEEPEST:
            said = _("More than %(most)d tags are open within each other here; close them.")
            raise TooMuchMarkup(said % {"most": DEEPEST})
        if total > 10_000 + 10 * len(text):
            raise TooMuchMarkup(_("Links or emphasis in this text go on over too many paragraphs; close them."))


def validate_markup(text: str) -> None:
    """Refuse what `clean` would keep the bare words of. For fields of models and forms."""
    try:
        refuse_too_much(clean_once(text))
    except TooMuchMarkup as fault:
        said = _("%(why)s Shorten it, or paste it without its formatting.")
        raise ValidationError(said % {"why": fault}) from fault


def keep_own_or_absolute(tag: str, attribute: str, value: str) -> str | None:
    """Drop links such as //host/page, which name no scheme and so pass the list of schemes, and what is no address."""
    if attribute == "data-image":
        return value if re.fullmatch(r"[1-9][0-9]{0,8}", value, re.ASCII) else None
    if attribute == "href" and (re.match(r"\s*[/\\]\s*[/\\]", value) or not is_address(value)):
        return None
    return value


@lru_cache(maxsize=KEPT)
def clean(text: str) -> str:
    """
    The HTML with nothing in it but TAGS, their ATTRIBUTES, links of SCHEMES and pictures of the library by number.

    Scripts and styles go with their text, other unknown tags leave theirs. Cleaning twice changes nothing, as one
    pass is repeated until it has nothing left to do: `java&#1;script:` shows what it is only once it is written out.
    Of what `refuse_too_much` refuses, the words are kept, as paragraphs.
    """
    if is_bare(text):
        return text
    try:
        cleaned = clean_once(text)
        while cleaned != text:
            cleaned, text = clean_once(cleaned), cleaned
    except TooMuchMarkup:
        return from_paragraphs(paragraphs_of(text))
    return cleaned


def is_bare(text: str) -> bool:
    """Whether cleaning would leave these paragraphs as they are: said at once, where cleaning reads them four times."""
    return len(text) < BARE and BARE_PARAGRAPHS.fullmatch(text) is not None and has_printable_lines(text)


def clean_once(text: str) -> str:
    text = prepared(text)
    refuse_too_much(text)
    cleaned = nh3.clean(
        text,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener",
        attribute_filter=keep_own_or_absolute,
    )
    return EMPTY_PARAGRAPH.sub("", with_pictures_apart(cleaned)).strip()


def with_pictures_apart(cleaned: str) -> str:
    """
    Well-formed HTML with each picture between the outermost blocks and empty; words that were in it stay where it was.

    A figure that names no picture of the library goes, and leaves its words.
    """
    if "<figure" not in cleaned:
        return cleaned
    written: list[str] = []
    waiting: list[str] = []
    depth = 0
    for found in TAG_OR_TEXT.finditer(cleaned):
        tag = found["tag"]
        if tag == "figure":
            picture = f"{found[0]}</figure>"
            if not found["closing"] and PICTURE.fullmatch(picture):
                (waiting if depth else written).append(picture)
            continue
        written.append(found[0])
        if tag and tag != "br":
            depth += -1 if found["closing"] else 1
        if not depth:
            written += waiting
            waiting.clear()
    return "".join([*written, *waiting])


def pictures_in(text: str) -> list[int]:
    """The numbers of the library's pictures that cleaned HTML refers to, in its order."""
    return [int(number) for number in PICTURE.findall(text)]


def replace_pictures(text: str, drawn: Callable[[int], str]) -> str:
    """Cleaned HTML with something else in the place of each picture, by its number."""
    return PICTURE.sub(lambda found: drawn(int(found[1])), text)


def without_pictures(text: str) -> str:
    """Cleaned HTML less its pictures, for what shows none."""
    return PICTURE.sub("", text)


def prepared(text: str) -> str:
    return RENAMED.sub(lambda m: f"<{m[1]}{SAME_MEANING[m[2].lower()]}", printable(text))


def paragraphs_of(text: str) -> list[str]:
    """The words of any HTML, block by block, read without repairing it."""
    blocks: list[list[str]] = [[]]
    unread, hidden = 0, ""
    text = printable(text)
    for found in MARKUP.finditer(text):
        tag = (found["tag"] or "").lower()
        if not hidden:
            blocks[-1].append(text[unread : found.start()])
            hidden = tag if tag in {"script", "style"} and not found["closing"] else ""
            if tag and tag not in INLINE:
                blocks.append([])
        elif tag == hidden and found["closing"]:
            hidden = ""
        unread = found.end()
    blocks[-1].append("" if hidden else text[unread:])
    lines = (one_line(html.unescape(LONG_REFERENCE.sub("&amp;", "".join(block)))) for block in blocks)
    return [line for line in lines if line]


def shift_headings(text: str, by: int) -> str:
    """Cleaned HTML with its headings `by` levels deeper (less than 0: higher), to fit below another heading."""
    return HEADING.sub(lambda m: f"{m[1]}{int(m[2]) + by}>", text)


def from_paragraphs(paragraphs: list[str]) -> str:
    """Plain paragraphs as HTML."""
    return "\n".join(f"<p>{html.escape(paragraph, quote=False)}</p>" for paragraph in paragraphs)


class Words(HTMLParser):
    """Gathers text, block by block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"a", "em", "strong"}:
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self.handle_starttag(tag, [])

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


@lru_cache(maxsize=KEPT)
def plain(text: str) -> str:
    """The words of a piece of HTML on one line."""
    if is_bare(text):
        return one_line(text.replace("<p>", " ").replace("</p>", " "))
    words = Words()
    words.feed(text)
    words.close()
    return one_line("".join(words.parts))


@lru_cache(maxsize=KEPT)
def count_words(text: str) -> int:
    """How many words plain text has; a Chinese, Japanese or Korean character counts as one."""
    return len(WORD.findall(text))


class RichTextField(EditorField):
    """CKEditor's field, cleaned whenever a row is written: by the desk, the importer, an API or a shell."""

    default_validators = (validate_markup,)

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = clean(super().pre_save(model_instance, add) or "")
        setattr(model_instance, self.attname, value)
        return value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """For the ways on which `pre_save` is passed by: `update()`, `bulk_update()`, fixtures."""
        return super().get_db_prep_save(clean(value) if isinstance(value, str) else value, connection)
