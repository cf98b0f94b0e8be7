"""What stands before the first section: the picture's words, the title, the dateline and the intro."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from newsroom.importing.dates import Dateline, read_any_dateline
from newsroom.importing.markup import Line
from newsroom.importing.stories import ends_like_sentence
from newsroom.importing.vocabulary import words

_LONGEST_ALT = 250
_MOST_ALT_WORDS = 12
_GREETING = re.compile(
    r"(?:dear|hello|hi|hey|good (?:morning|afternoon|evening|day)|welcome|greetings|happy)\b"
    r"|亲爱的|親愛的|大家好|各位|您好|你好",
    re.IGNORECASE,
)
_SENTENCE_END = (".", "!", "?", "…", "。", "！", "？", ",", "，", ":", "：")
_SMALL_WORDS = words("a an and as at but by for from in into is it its nor of on or over the to under up via vs with")
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
    byline: str = ""
    """Left out from the line of the date: "April 12, 2025 | By Jane Doe"."""


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
    if above is not None and ((found and above is found[0]) or not _can_be_alt(above.text)):
        above = None
    byline = found[1].rest if found and _BYLINE.fullmatch(found[1].rest) else ""
    if found and byline:
        found = found[0], replace(found[1], rest="")
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
        byline=byline,
    )


def _can_be_alt(text: str) -> bool:
    """Whether a line of plain text can be a picture's description: no sentence, no greeting, not long."""
    if len(text) > _LONGEST_ALT or len(text.split()) > _MOST_ALT_WORDS or _GREETING.match(text):
        return False
    return not text.rstrip("\"'”’)）*_").endswith(_SENTENCE_END)


def _find_dateline(texts: Sequence[Line]) -> tuple[Line, Dateline] | None:
    for line in texts:
        if dateline := read_any_dateline(line.text):
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
    if ends_like_sentence(above) and len(above) > _LONGEST_SENTENCE_TITLE:
        return _guess(texts[:dated])
    return dated - 2 if dated > 1 and _is_title_over(texts[dated - 2].text, above) else dated - 1


def _guess(texts: Sequence[Line]) -> int | None:
    """Without a dateline below it: the second line if it and the shorter one above are no sentences."""
    if not texts:
        return None
    if len(texts) < 3 or len(texts[0].text) >= min(len(texts[1].text), 80):
        return 0
    if any(ends_like_sentence(line.text) for line in texts[:2]):
        return 0
    return 0 if _is_title_over(texts[0].text, texts[1].text) else 1


def _is_title_over(first: str, second: str) -> bool:
    """Whether of two lines the first is the title and the second begins the intro.

    A picture's description is an ordinary phrase, so a line that reads like a title is none, unless it is a
    short name, as of a site, over a title with a colon.
    """
    if _GREETING.match(first) or first.endswith((",", "，")):
        return False
    if _GREETING.match(second):
        return True
    is_first_sentence, is_second_sentence = first.endswith(_SENTENCE_END), second.endswith(_SENTENCE_END)
    if is_first_sentence != is_second_sentence:
        return is_second_sentence
    has_colon, second_has_colon = (bool(re.search(r":\s|：", text)) for text in (first, second))
    if has_colon != second_has_colon:
        return has_colon
    if _reads_like_title(first) != _reads_like_title(second):
        return _reads_like_title(first)
    return len(first) > len(second) or _reads_like_title(first)


def _reads_like_title(text: str) -> bool:
    """Most of its longer words begin with a capital."""
    found = [word for word in re.findall(r"[^\W\d_]+", text[:300]) if word.casefold() not in _SMALL_WORDS]
    return len(found) > 1 and sum(word[0].isupper() for word in found) > 0.7 * len(found)


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
    kept = (rest if line is dated else line for line in lines if line is not dated or dateline.rest)
    return tuple(_without_date(line, dateline) for line in kept)


def _without_date(line: Line, dateline: Dateline) -> Line:
    """The date of a file's head is often printed again over the intro."""
    again = read_any_dateline(line.text)
    if again is None or again.day is None or again.day != dateline.day or not again.rest:
        return line
    return replace(line, printed=again.rest, text=again.rest)
