"""Text, Markdown or pasted HTML → the lines of the page, with their marks read and taken off.

A ``Line`` is one line or paragraph as a reader sees it. Marks are what gives it its place (a heading's "##",
a bullet, a rank, emphasis around the whole line); they are taken off ``text`` and kept as fields. Nothing else
about the characters is changed.

No-break spaces stay where they are inside a line. At its edges and beside its marks they go like any space.
"""

import re
from collections.abc import Sequence
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
_BULLET = re.compile(r"[-*+–—―‐‑−·●▪◦‣■►➤✓✔\uf0b7]\s+(?=\S)|[•●▪◦‣\uf0b7]\s*(?=\S)")
# "1." "1)" "1、" "1．" "(1)" "**1.**" and Markdown's "1\."; never "3.5 million". Figures of any script.
_RANK = re.compile(
    r"[*_]{0,3}[(（]?(\d{1,3})\\?(?:[.．][)）]|[.．](?!\d)|[)）、])[*_]{0,3}\s*(?=\S)(?P<rest>.*)", re.DOTALL
)
_LONE_RANK = re.compile(r"[*_]{0,3}[(（]?\d{1,3}\\?[.．)）、][*_]{0,3}")
_MARKDOWN_IMAGE = re.compile(r"\[?!\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])(?:\]\([^)]*\))?")
_RULE = re.compile(r"(?:[-–—=_*~#·•.]\s?){3,}")
_EMPHASIS = ("***", "___", "**", "__", "*", "_")


def read_plain(rows: Sequence[str]) -> Page:
    """The lines of plain text or Markdown."""
    lines: list[Line] = []
    gap = True
    for number, row in enumerate(rows, start=1):
        printed = row.strip()
        if not printed:
            gap = True
            continue
        if lines and not gap and (level := _underline(printed, lines[-1])):
            lines[-1] = replace(lines[-1], level=level, sources=(*lines[-1].sources, number))
            continue
        lines.append(read_line(printed, (number,), gap=gap))
        gap = False
    return Page(tuple(join_lone_ranks(lines)), rows)


def _underline(printed: str, above: Line) -> int:
    """The level that a row of = or - gives to the line above it, 0 if it gives none."""
    if len(printed) < 3 or above.level or len(above.printed) > 200 or above.is_bullet or is_rule(above.printed):
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
    if not level and (heading := _HEADING.match(printed)):
        level = len(heading[0].strip())
        printed = _without_closing_marks(printed[heading.end() :])
    text = without_emphasis(printed)
    bullet = None if is_rule(printed) else _BULLET.match(text)
    if bullet:
        text = text[bullet.end() :]
    rank = None if bullet else _RANK.match(text)
    if rank:
        text = rank["rest"]
    text = without_emphasis(text.strip())
    return Line(
        number=sources[0],
        sources=sources,
        printed=printed,
        text=text,
        key=fold(text),
        level=level,
        is_bullet=bullet is not None,
        rank=int(rank[1]) if rank else None,
        gap=gap,
    )


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
        if above and line.rank is None and not line.alt and _LONE_RANK.fullmatch(above.printed):
            both = f"{above.printed} {line.printed}"
            merged = read_line(both, (*above.sources, *line.sources), gap=above.gap, level=line.level)
            joined[-1] = merged
        else:
            joined.append(line)
    return joined
