"""Text, Markdown or pasted HTML → the lines of the page, with their marks read and taken off.

A ``Line`` is one line or paragraph as a reader sees it. Marks are what gives it its place (a heading's "##",
a bullet, a rank, emphasis around the whole line); they are taken off ``text`` and kept as fields. Nothing else
about the characters is changed.

No-break spaces stay where they are inside a line. At its edges and beside its marks they go like any space.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from newsroom.importing.vocabulary import fold


@dataclass(frozen=True, slots=True)
class Line:
    """One line as a reader sees it."""

    number: int
    """Where it begins in the source, from 1."""
    sources: tuple[int, ...]
    """Every line of the source that it was made of."""
    printed: str
    """As printed, without a heading's marks: with its bullet and its number."""
    text: str
    """Without any marks."""
    key: str
    """``fold(text)``"""
    level: int = 0
    """1 to 6 for a marked heading, else 0."""
    is_bullet: bool = False
    rank: int | None = None
    figures: str = ""
    """What its rank is written in: "1", "一" or "①"."""
    is_table_head: bool = False
    """Whether a Markdown table's rule stands under it."""
    links: tuple[str, ...] = ()
    """The addresses of its links, of which only the words are kept."""
    alt: str | None = None
    """For a picture: its alternative text."""
    gap: bool = False
    """Whether an empty line, or the edge of a block, stands before it."""
    is_forced: bool = False
    """Whether a <br> put it on a line of its own, so that it is no wrapped end of the line above."""
    hidden: bool = False
    """Part of the page and not of the article, by its markup: a menu, a button, a script."""


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of a text, its source, and the source lines that hold nothing but markup."""

    lines: tuple[Line, ...]
    rows: Sequence[str]
    is_html: bool = False
    markup_only: frozenset[int] = frozenset()


_HEADING = re.compile(r"#{2,6}[ \t\u00a0]*(?=[^#\s])|#[ \t\u00a0]+(?=\S)")
_QUOTE = re.compile(r"(?:>\s?)*>\s+(?=\S)")
_BULLET = re.compile(
    r"[-*+–—―‐‑−·●▪◦‣■►➤✓✔\uf0b7]\s+(?=\S)|[•●▪◦‣\uf0b7]\s*(?=\S)|o\t\s*(?=\S)"  # "o" and a tab: Word
)
_HAN_FIGURES = "一二三四五六七八九十"
_HAN_RANK = "二?十[一二三四五六七八九]?|[一二三四五六七八九]"
# "1." "1)" "1、" "1．" "(1)" "1: " "**1.**" and Markdown's "1\\."; never "3.5 million". Figures of any script.
# "#1", "No. 1" and "№ 1"; "一、", "（一）" and "第一："; "①" to "⑳" and "❶" to "❿".
_MARK = (
    r"(?P<opening>[*_]{0,3})(?:"
    r"[(（]?(?P<digits>\d{1,3})\\?(?:[.．][)）]|[.．](?!\d)|[)）、]|:(?=\s|$|[*_])|：(?!\d))"
    r"|(?:[#＃]|№\s?|N[or]\.\s?)(?P<counted>\d{1,3})(?:[.:：)、](?!\d)|\s?[—–-](?=\s)|(?=[\s*_]|$))"
    rf"|第?(?P<han>{_HAN_RANK})[、．]|第(?P<nth>{_HAN_RANK})[:：]|[(（](?P<bracketed>{_HAN_RANK})[)）]、?"
    r"|(?P<circled>[\u2460-\u2473\u2776-\u277f])[、.．]?"
    r")(?P<closing>[*_]{0,3})"
)
_RANK = re.compile(_MARK + r"\s*(?=\S)(?P<rest>.*)", re.DOTALL)
_LONE_RANK = re.compile(_MARK)
_TABLE_RULE = re.compile(r"[|+:\-–— \t]{3,200}")
_MARKDOWN_IMAGE = re.compile(r"\[?!\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])(?:\]\([^)]*\))?")
_RULE = re.compile(r"(?:[-–—=_*~#·•.]\s?){3,}")
_EMPHASIS = ("***", "___", "**", "__", "*", "_")
_FRONT_MATTER = re.compile(r"(?P<name>[A-Za-z][\w-]{0,30})\s*:\s*(?P<value>.{0,500})")
_LONGEST_FRONT_MATTER = 60


def read_plain(rows: Sequence[str]) -> Page:
    """The lines of plain text or Markdown."""
    lines = list(_front_matter(rows))
    gap = True
    for number, row in enumerate(rows[len(lines) :], start=len(lines) + 1):
        printed = row.strip()
        if not printed.strip("> \t"):
            gap = True
            if printed:  # an empty line of a quotation
                lines.append(_hidden(number, printed))
            continue
        if lines and not gap and (marked := _marked_below(printed, lines[-1])):
            lines[-1] = replace(marked, sources=(*marked.sources, number))
            continue
        lines.append(read_line(printed, (number,), gap=gap))
        gap = False
    return Page(tuple(join_lone_ranks([line for line in lines if line.sources])), rows)


def _hidden(number: int, printed: str) -> Line:
    return Line(number, (number,), printed, printed, "", hidden=True)


def _marked_below(printed: str, above: Line) -> Line | None:
    """The line above as this one marks it, if this one only marks: a heading, or the head of a table."""
    if level := _underline(printed, above):
        return replace(above, level=level)
    if is_table_rule(printed) and "|" in above.printed and not above.hidden:
        return replace(above, is_table_head=True)
    return None


def is_table_rule(printed: str) -> bool:
    """``|---|:--:|``"""
    return len(printed) <= 200 and "|" in printed and "-" in printed and _TABLE_RULE.fullmatch(printed) is not None


def _front_matter(rows: Sequence[str]) -> Iterator[Line]:
    """YAML between "---" and "---" at the very start: its title and date; its other lines are of the page.

    One ``Line`` for each row, so that their number tells where the text begins; one without sources for an
    empty row.
    """
    if rows[0].strip() != "---":
        return
    ends = (number for number, row in enumerate(rows[1:_LONGEST_FRONT_MATTER], start=2) if row.strip() == "---")
    fields = [_FRONT_MATTER.fullmatch(row.strip()) for row in rows[1 : next(ends, 1) - 1]]
    if not any(field and field["name"].casefold() == "title" for field in fields):
        return
    for number, field in enumerate([None, *fields, None], start=1):
        printed = rows[number - 1].strip()
        value = field["value"].strip().strip("\"'").strip() if field else ""
        name = field["name"].casefold() if field else ""
        if not printed:
            yield replace(_hidden(number, printed), sources=())
        elif value and name == "title":
            yield replace(_line_of_words(value, number), level=1)
        elif value and name == "date":
            yield _line_of_words(re.sub(r"\A(\d{4}-\d{2}-\d{2})[T\s].*", r"\1", value), number)
        else:
            yield _hidden(number, printed)


def _line_of_words(value: str, number: int) -> Line:
    """A line in which no marks are looked for."""
    return Line(number, (number,), value, value, fold(value), gap=True)


def _underline(printed: str, above: Line) -> int:
    """The level that a row of = or - gives to the line above it, 0 if it gives none."""
    if len(printed) < 3 or above.level or len(above.printed) > 200 or above.is_bullet or is_rule(above.printed):
        return 0
    if above.hidden:
        return 0
    signs = set(printed)
    if signs == {"="}:
        return 1
    return 2 if signs == {"-"} and not above.printed.endswith((".", "。")) else 0


def is_rule(printed: str) -> bool:
    """Whether the line only draws: "* * *", "-----"."""
    return len(printed) <= 200 and _RULE.fullmatch(printed) is not None


def read_line(printed: str, sources: tuple[int, ...], *, gap: bool, level: int = 0) -> Line:
    """One line with its marks read. ``level`` is what HTML says about it."""
    if image := _MARKDOWN_IMAGE.fullmatch(printed):
        alt = image[1].strip()
        return Line(sources[0], sources, printed, "", "", alt=alt, gap=gap)
    if quote := _QUOTE.match(printed):
        printed = printed[quote.end() :]
    if not level and (heading := _HEADING.match(printed)):
        level = len(heading[0].strip())
        printed = _without_closing_marks(printed[heading.end() :])
    text = without_emphasis(printed)
    bullet = None if is_rule(printed) else _BULLET.match(text)
    if bullet:
        text = text[bullet.end() :]
    rank = None if bullet else _RANK.match(text)
    if rank:
        text = _behind(rank)
    text = without_emphasis(text.strip())
    value, figures = _value(rank) if rank else (None, "")
    return Line(
        number=sources[0],
        sources=sources,
        printed=printed,
        text=text,
        key=fold(text),
        level=level,
        is_bullet=bullet is not None,
        rank=value,
        figures=figures,
        links=tuple(addresses(printed)),
        gap=gap,
    )


def _behind(rank: re.Match[str]) -> str:
    """What stands behind a rank; an emphasis that began before the rank begins behind it."""
    return rank["rest"] if rank["closing"] else rank["opening"] + rank["rest"]


def _value(rank: re.Match[str]) -> tuple[int, str]:
    """The number, and what it is written in."""
    if digits := rank["digits"] or rank["counted"]:
        return int(digits), "1"
    if circled := rank["circled"]:
        return int(unicodedata.numeric(circled)), "①"
    tens, ten, ones = (rank["han"] or rank["nth"] or rank["bracketed"]).rpartition("十")
    ten_times = 10 * (_HAN_FIGURES.index(tens) + 1 if tens else 1) if ten else 0
    return ten_times + (_HAN_FIGURES.index(ones) + 1 if ones else 0), "一"


def _without_closing_marks(heading: str) -> str:
    """``Heading ##`` → ``Heading``, but "C#" stays."""
    bare = heading.rstrip("#")
    return bare.rstrip() if bare != heading and bare[-1:].isspace() else heading


def without_emphasis(text: str) -> str:
    """``**text**`` → ``text``, where the emphasis is around the whole of it."""
    for mark in _EMPHASIS:
        inner = text[len(mark) : -len(mark)]
        if text.startswith(mark) and text.endswith(mark) and inner.strip() and mark not in inner:
            return inner.strip() if not inner[0].isspace() else text
    return text


def join_lone_ranks(lines: Sequence[Line]) -> list[Line]:
    """Put a number that stands alone on its line, as Word copies lists, before the line it counts."""
    joined: list[Line] = []
    for line in lines:
        above = joined[-1] if joined else None
        if (
            above
            and line.rank is None
            and not (line.alt or line.hidden or above.hidden)
            and _LONE_RANK.fullmatch(above.printed)
        ):
            both = f"{above.printed} {line.printed}"
            merged = read_line(both, (*above.sources, *line.sources), gap=above.gap, level=line.level)
            joined[-1] = merged
        else:
            joined.append(line)
    return joined


# --- Marks inside a line -----------------------------------------------------------------------------------

_LINK = re.compile(
    r"!?\[(?P<words>[^\[\]]{0,500}+)\]"
    r"\(\s?<?(?P<address>[^\s()<>]{1,2000}+(?:\([^\s()<>]{0,500}+\)[^\s()<>]{0,500}+){0,3}+)>?"
    r"(?:\s{1,3}[\"'“][^\"'“”()]{0,300}[\"'”])?\s?\)"
)
_BARE_ADDRESS = re.compile(r"<((?:https?://|mailto:)[^\s<>]{1,2000})>")
_ADDRESS = re.compile(r"https?:|mailto:|www\.|/|#|\.{1,2}/|[\w-]{1,60}\.[a-z]{2,10}(?:[/?#]|$)", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?=[*_`\[\]#~>])")
# A letter or a figure of a script that parts its words; Chinese sets marks right beside its letters.
_LETTER = r"[^\W_\u2e80-\u9fff]"


def _pair(mark: str) -> re.Pattern[str]:
    """The same mark before and behind some words, and on their side of it no space. Linear: no words twice."""
    sign, opening = re.escape(mark[0]), re.escape(mark)
    return re.compile(
        rf"{opening}(?<!{_LETTER}{opening})(?<![\\{sign}]{opening})(?![{sign}\s)\]}}）】》」”’.,;:!?。，；：！？、])"
        rf"([^{sign}]++){opening}(?<![\s(\[{{（【《「“‘\\]{opening})(?!{sign})(?!{_LETTER})"
    )


# From the inside out; "*" comes twice, for it stands inside "**" and around it.
_PAIRS = tuple((mark[0], _pair(mark)) for mark in ("`", "``", "~~", "*", "**", "***", "*", "_", "__", "___", "_"))


def addresses(text: str) -> Iterator[str]:
    """The addresses of Markdown links, but for those that are printed in words too."""
    if "](" in text:
        for link in _LINK.finditer(text):
            if _ADDRESS.match(link["address"]) and link["address"] not in link["words"]:
                yield link["address"]


def plain_words(text: str) -> str:
    """``text`` without Markdown's marks inside it: ``*V4* by [Reuters](https://…)`` → ``V4 by Reuters``.

    Marks come in pairs around words. A star or an underscore inside a word, or without its other half, is
    the text's own: ``snake_case``, ``5*3``, ``price*``.
    """
    if "](" in text:
        text = _LINK.sub(lambda link: link["words"] if _ADDRESS.match(link["address"]) else link[0], text)
    if "<" in text:
        text = _BARE_ADDRESS.sub(r"\1", text)
    for sign, pair in _PAIRS:
        if sign in text:
            text = pair.sub(r"\1", text)
    return _ESCAPE.sub("", text) if "\\" in text else text
