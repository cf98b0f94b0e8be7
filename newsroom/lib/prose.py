"""Plain text of strangers as HTML: paragraphs, line ends and links, and nothing else."""

import re
from collections.abc import Iterator

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# Up to the first space, quotation mark, angle bracket, character that nobody sees or that turns the direction of
# writing, or Chinese punctuation, which follows an address without a space.
URL = re.compile(
    'https?://(?:\\w|\\[[0-9a-f:.]+\\])[^\\s<>"“”‘’«»\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff'
    "\u3000-\u303f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]*",
    re.IGNORECASE,
)
ENDS_SENTENCE = set(".,;:!?'…")
BRACKETS = {")": "(", "]": "[", "}": "{"}
OPENING = {opening: closing for closing, opening in BRACKETS.items()}
LINE_END = SafeString("<br>\n")


def prose(text: str) -> SafeString:
    """
    The text as paragraphs (an empty line between them) with its line ends, http and https addresses as links.

    Every piece is escaped as it is put together, and nothing is done to the result afterwards. Takes time linear in
    the text, whatever it is.
    """
    return format_html_join(
        "\n", '<p dir="auto">{}</p>', ((format_html_join(LINE_END, "{}", lines),) for lines in paragraphs(text))
    )


def paragraphs(text: str) -> Iterator[list[tuple[SafeString]]]:
    """The lines of each paragraph, as HTML."""
    lines: list[tuple[SafeString]] = []
    for line in text.split("\n"):
        if line.strip():
            lines.append((linked(line),))
        elif lines:
            yield lines
            lines = []
    if lines:
        yield lines


def linked(line: str) -> SafeString:
    """One line as HTML, its addresses as links that give nobody a rank for having been named here."""
    return format_html_join("", "{}", ((piece,) for piece in pieces(line)))


def pieces(line: str) -> Iterator[str]:
    read = 0
    for found in URL.finditer(line):
        url = without_ending(found[0])
        yield line[read : found.start()]
        yield format_html('<a href="{0}" rel="nofollow ugc noopener">{0}</a>', url)
        read = found.start() + len(url)
    yield line[read:]


def without_ending(url: str) -> str:
    """An address less the punctuation of the sentence that it stands in, and less brackets that it doesn't open."""
    excess = {closing: url.count(closing) - url.count(opening) for closing, opening in BRACKETS.items()}
    end = len(url)
    while url[end - 1] in ENDS_SENTENCE or url[end - 1] in OPENING or excess.get(url[end - 1], 0) > 0:
        end -= 1
        if url[end] in excess:
            excess[url[end]] -= 1
        elif url[end] in OPENING:
            excess[OPENING[url[end]]] += 1
    return url[:end]
