"""HTML pasted from a web page → the lines a reader sees, each knowing the source lines it came from.

Why not ``html.parser``: before its fix for CVE-2025-6069 sixty kilobytes of "<a <a <a" keep it busy for half a
minute, and ``<![`` makes it raise. What an importer needs of HTML is little (tags, attributes, character
references), so this scanner reads just that, in one pass in which no character is looked at from two starts.

* Blocks, ``<br>`` and list items end a line; ``<ul>`` and ``<ol>`` print "• " and "1. " as a browser copies them.
* Outside paragraphs a line end of the source counts, as in WordPress's classic editor.
* Scripts, styles, menus and buttons are kept as hidden lines, so that they are listed as left out.
* A "<" that begins no tag known to HTML is text.
"""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from newsroom.importing.markup import Line, Page, join_lone_ranks, read_line
from newsroom.importing.vocabulary import words

MAX_MARKS = 60_000
"""More tags and character references than this are refused: a page has some thousand."""

_SIGNS_OF_HTML = re.compile(
    r"</(?:p|div|h[1-6]|li|ul|ol|section|article|figure|body|html|table|blockquote|strong|em|b|i|a|span)\s{0,9}>"
    r"|<(?:br|p|h[1-6]|li|div|img|ol|ul)\b[^<>]{0,1000}>",
    re.IGNORECASE,
)
_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[a-z][a-z0-9]*+)(?P<attributes>(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+)>", re.IGNORECASE
)
_CARELESS_TAG = re.compile(r"<(?P<close>/?)(?P<name>[a-z][a-z0-9]*+)\b(?P<attributes>[^<>]*)>", re.IGNORECASE)
_DECLARATION = re.compile(r"<[!?][^<>]*>")
_ATTRIBUTE = re.compile(
    r"(?:^|[\s\"'])(alt|class|href|start|value)\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE
)

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
# Elements whose text runs on over the line ends of the source.
_FLOWING = words("p li td th dt dd figcaption caption summary") | _HEADINGS.keys()
_BLOCKS = _FLOWING | words(
    """
    address article aside blockquote body center details dialog div dl fieldset figure footer form head header hr
    html legend main menu nav ol pre section table tbody tfoot thead tr ul
    """
)
_INLINE = words(
    """
    a abbr acronym area audio b base bdi bdo big br canvas cite code col colgroup data datalist del dfn em embed
    font i img input ins kbd link map mark meta meter object output param picture progress q rp rt ruby s samp
    small source span strike strong sub sup time track tt u var video wbr path g circle rect use
    """
)
# Their content is no text at all …
_RAW = words("script style noscript template svg iframe title textarea select")
# … and theirs belongs to the page, not to the article.
_OF_THE_PAGE = words("nav button label")
_KNOWN = _BLOCKS | _INLINE | _RAW | _OF_THE_PAGE


def looks_like_html(text: str) -> bool:
    """Whether ``text`` has HTML tags: two of them, or a picture."""
    signs = _SIGNS_OF_HTML.finditer(text)
    first = next(signs, None)
    return first is not None and (first[0][:4].casefold() == "<img" or next(signs, None) is not None)


def count_marks(text: str) -> int:
    """Roughly the work that ``read_html`` would have with ``text``."""
    return text.count("<") + text.count("&")


def read_html(text: str) -> Page:
    """The lines of a page; line ends must be ``\\n`` already."""
    builder = _Builder()
    for token in _tokens(text):
        builder.take(token)
    lines = builder.finish()
    seen = {number for line in lines for number in line.sources}
    rows = text.split("\n")
    markup_only = frozenset(number for number, row in enumerate(rows, start=1) if row.strip()) - seen
    return Page(tuple(join_lone_ranks(lines)), rows, is_html=True, markup_only=markup_only)


class _Token(NamedTuple):
    """Text (without a name), a tag (without text), or a script, style or comment: with both."""

    line: int
    text: str = ""
    name: str = ""
    closes: bool = False
    attributes: str = ""


def _tokens(text: str) -> Iterator[_Token]:
    """Split into tags, scripts and the like, and text. Declarations are markup and give nothing."""
    position, line = 0, 1
    # What is never closed hides nothing, and is not searched for again.
    unclosed = {name for name in _OF_THE_PAGE if f"</{name}" not in text.casefold()}
    while position < len(text):
        token, end = _token_at(text, position, line, unclosed)
        if token:
            yield token
        line += text.count("\n", position, end)
        position = end


def _token_at(text: str, position: int, line: int, unclosed: set[str]) -> tuple[_Token | None, int]:
    if text[position] != "<":
        end = text.find("<", position)
        end = len(text) if end < 0 else end
        return _Token(line, text[position:end]), end
    if text.startswith("<!--", position) and "-->" not in unclosed:
        end = text.find("-->", position + 4) + 3
        if end > 2:
            return _comment_token(text[position:end], line), end
        unclosed.add("-->")
    if declaration := _DECLARATION.match(text, position):
        return None, declaration.end()
    tag = _TAG.match(text, position) or _CARELESS_TAG.match(text, position)
    if tag is None or tag["name"].casefold() not in _KNOWN:
        return _Token(line, "<"), position + 1
    return _tag_token(text, tag, line, unclosed)


def _comment_token(text: str, line: int) -> _Token | None:
    """A comment is listed as left out, except the block marks that WordPress puts around every paragraph."""
    is_block_mark = text[4:].lstrip().startswith(("wp:", "/wp:"))
    return None if is_block_mark else _Token(line, text, "!--")


def _tag_token(text: str, tag: re.Match[str], line: int, unclosed: set[str]) -> tuple[_Token, int]:
    name, closes = tag["name"].casefold(), bool(tag["close"])
    if name in _RAW and not closes and not tag["attributes"].endswith("/") and name not in unclosed:
        closing = re.compile(rf"</{name}\b[^<>]{{0,99}}>", re.IGNORECASE).search(text, tag.end())
        if closing:
            return _Token(line, text[tag.start() : closing.end()], name), closing.end()
        unclosed.add(name)
    return _Token(line, "", name, closes, tag["attributes"]), tag.end()


def _attributes(source: str) -> dict[str, str]:
    return {
        match[1].casefold(): html.unescape(match[2] or match[3] or match[4] or "")
        for match in _ATTRIBUTE.finditer(source[:20_000])
    }


class _Builder:
    """Collects text until a block ends, then makes a line of it."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._pieces: list[str] = []
        self._sources: dict[int, None] = {}  # an ordered set
        self._links: list[str] = []
        self._lists: list[int | None] = []  # per open list the next number, None for bullets
        self._marker = ""
        self._level = 0
        self._flowing = False
        self._gap = True
        self._broken = False  # whether the last thing was a line break: two of them make a gap
        self._forced = False  # whether a <br> ended the line before
        self._hidden_by = ""  # the element that hides: "nav"; the first one that closes it ends it

    def take(self, token: _Token) -> None:
        if not token.name:
            self._take_text(token)
        elif token.text:
            self._take_raw(token)
        elif token.name == "br":
            self._break()
            self._forced = True
        elif token.name == "a":
            self._take_link(token)
        elif token.name == "img":
            self._take_image(token)
        elif token.name in _OF_THE_PAGE:
            self._take_page_part(token)
        elif token.name in _BLOCKS:
            self._take_block(token)

    def finish(self) -> list[Line]:
        self._flush()
        return self._lines

    def _take_text(self, token: _Token) -> None:
        for offset, row in enumerate(token.text.split("\n")):
            if offset and not self._flowing:
                self._break()
            elif offset:
                self._pieces.append(" ")
            self._add(row, token.line + offset)

    def _add(self, row: str, number: int) -> None:
        text = html.unescape(row.replace("\t", " ").replace("\f", " "))
        if text:
            self._pieces.append(text)
        if text.strip():
            self._sources[number] = None
            self._broken = False

    def _take_raw(self, token: _Token) -> None:
        """A script, a style: one hidden line for each line of its source."""
        for offset, row in enumerate(token.text.split("\n")):
            if row.strip():
                number = token.line + offset
                self._lines.append(Line(number, (number,), row.strip(), row.strip(), "", hidden=True))

    def _take_link(self, token: _Token) -> None:
        address = _attributes(token.attributes).get("href", "").strip()
        if address and not token.closes and not address.startswith(("#", "javascript:")):
            self._links.append(address)

    def _take_image(self, token: _Token) -> None:
        attributes = _attributes(token.attributes)
        alt = " ".join(attributes.get("alt", "").split())
        if not alt:
            return
        if "smiley" in attributes.get("class", "") or "emoji" in attributes.get("class", ""):
            self._add(alt, token.line)  # WordPress prints its emoji as pictures
            return
        self._flush()
        line = Line(token.line, (token.line,), alt, "", "", alt=alt, gap=self._gap, hidden=bool(self._hidden_by))
        self._lines.append(line)

    def _take_page_part(self, token: _Token) -> None:
        self._flush()
        if not token.closes:
            self._hidden_by = self._hidden_by or token.name
        elif token.name == self._hidden_by:
            self._hidden_by = ""

    def _take_block(self, token: _Token) -> None:
        self._flush()
        self._gap = self._gap or token.name != "li"
        self._flowing = not token.closes and token.name in _FLOWING
        self._level = 0 if token.closes else _HEADINGS.get(token.name, 0)
        if token.name in ("ul", "ol"):
            self._take_list(token)
        elif token.name == "li":
            self._marker = "" if token.closes else self._next_marker(token)

    def _take_list(self, token: _Token) -> None:
        if not token.closes:
            start = _attributes(token.attributes).get("start", "1")
            first = int(start) if start.isdecimal() and len(start) <= 3 else 1
            self._lists.append(first if token.name == "ol" else None)
        elif self._lists:
            self._lists.pop()

    def _next_marker(self, token: _Token) -> str:
        number = self._lists[-1] if self._lists else None
        if number is None:
            return "• "
        value = _attributes(token.attributes).get("value", "")
        number = int(value) if value.isdecimal() and len(value) <= 3 else number
        self._lists[-1] = number + 1
        return f"{number}. "

    def _break(self) -> None:
        self._flush()
        self._gap = self._gap or self._broken
        self._broken = True

    def _flush(self) -> None:
        printed = re.sub(" {2,}", " ", "".join(self._pieces)).strip()
        if printed:
            self._emit(printed, tuple(self._sources))
        self._pieces.clear()
        self._sources.clear()
        self._links.clear()

    def _emit(self, printed: str, sources: Sequence[int]) -> None:
        line = read_line(self._marker + printed, tuple(sources), gap=self._gap, level=self._level)
        if self._forced:
            line = replace(line, is_forced=True)
        if links := [address for address in self._links if address not in printed]:
            line = replace(line, links=(*line.links, *links))
        if self._hidden_by:
            line = Line(line.number, line.sources, printed, printed, "", hidden=True)
        self._lines.append(line)
        self._marker, self._gap, self._forced = "", False, False
