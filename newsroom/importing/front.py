"""What stands before the first section: the picture's words, the title, the dateline and the intro."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from newsroom.importing.dates import Dateline, read_dateline
from newsroom.importing.markup import Line
from newsroom.importing.stories import ends_like_sentence

_LONGEST_ALT = 250
_BYLINE = re.compile(r"[Bb]y [A-Z][^.!?:;]{1,60}|BY [A-Z][^.!?:;]{1,60}|(?:作者|撰文)[:：].{1,30}")
_LONGEST_SENTENCE_TITLE = 120


@dataclass(frozen=True, slots=True)
class Front:
    title: Line | None
    alt: str
    dateline: Dateline | None
    date_line: Line | None
    intro: tuple[Line, ...]
    left: tuple[Line, ...]
    """Lines that are none of these."""


def read_front(lines: Sequence[Line]) -> Front:
    """Find the title first: a marked heading, else the line over the dateline, else the first line.

    The short line over the title is the picture's alternative text, unless a picture brings its own. What is
    before these is left out, and so is a byline; what comes after is the intro.
    """
    texts = [line for line in lines if line.alt is None and not _BYLINE.fullmatch(line.text)]
    pictures = [line for line in lines if line.alt]
    found = _find_dateline(texts)
    place = _title_place(texts, found)
    if place is None:
        return Front(None, "", None, None, (), tuple(lines))
    title = texts[place]
    picture = _hero(pictures, title)
    above = texts[place - 1] if place > 0 and picture is None else None
    if above is not None and (len(above.text) > _LONGEST_ALT or (found and above is found[0])):
        above = None
    intro = _intro(texts, place, found)
    taken = {id(line) for line in (title, picture, above, found and found[0]) if line}
    taken |= {id(line) for line in texts[place + 1 :]}
    return Front(
        title=title,
        alt=(picture.alt if picture else above.text if above else None) or "",
        dateline=found[1] if found else None,
        date_line=found[0] if found else None,
        intro=intro,
        left=tuple(line for line in lines if id(line) not in taken),
    )


def _find_dateline(texts: Sequence[Line]) -> tuple[Line, Dateline] | None:
    for line in texts:
        if dateline := read_dateline(line.text):
            return line, dateline
    return None


def _title_place(texts: Sequence[Line], found: tuple[Line, Dateline] | None) -> int | None:
    marked = [index for index, line in enumerate(texts) if line.level and not (found and line is found[0])]
    if marked:
        return min(marked, key=lambda index: texts[index].level)
    if found is None:
        return _guess(texts)
    dated = next(index for index, line in enumerate(texts) if line is found[0])
    if dated == 0:
        return 1 if len(texts) > 1 and not found[1].rest and not ends_like_sentence(texts[1].text) else None
    above = texts[dated - 1].text
    is_paragraph = ends_like_sentence(above) and len(above) > _LONGEST_SENTENCE_TITLE
    return _guess(texts[:dated]) if is_paragraph else dated - 1


def _guess(texts: Sequence[Line]) -> int | None:
    """Without a dateline below it: the second line if it and the shorter one above are no sentences."""
    if not texts:
        return None
    if len(texts) < 3 or len(texts[0].text) >= min(len(texts[1].text), 80):
        return 0
    return 0 if any(ends_like_sentence(line.text) for line in texts[:2]) else 1


def _hero(pictures: Sequence[Line], title: Line) -> Line | None:
    """The picture nearest to the title; a site's logo is none."""
    heroes = [picture for picture in pictures if picture.alt and "logo" not in picture.alt.casefold()]
    return min(heroes, key=lambda picture: abs(picture.number - title.number), default=None)


def _intro(texts: Sequence[Line], place: int, found: tuple[Line, Dateline] | None) -> tuple[Line, ...]:
    """All after the title, and of the dateline only what follows the date."""
    lines = list(texts[place + 1 :])
    if found is None:
        return tuple(lines)
    dated, dateline = found
    rest = replace(dated, printed=dateline.rest, text=dateline.rest, level=0, is_bullet=False, rank=None)
    if all(line is not dated for line in lines):
        lines.insert(0, dated)
    return tuple(rest if line is dated else line for line in lines if line is not dated or dateline.rest)
