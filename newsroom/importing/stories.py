"""The lines of a section → its ranked stories. The hard part: which numbered lines are headlines at all."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from newsroom.importing.markup import Line, plain_words

LONGEST_HEADLINE = 300
_SENTENCE_ENDS = (*".!?:;。！？：；…", '."', ".'", ".”", ".’", "!”", "?”", ".)", "。”", "）", "。）")


@dataclass(slots=True)
class Draft:
    """A story being read; ``is_numbered`` is False where its rank is only its place."""

    heading: Line
    rank: int
    is_numbered: bool
    body: list[Line] = field(default_factory=list)


def read_stories(lines: Sequence[Line]) -> tuple[list[Draft], list[Line]]:
    """The stories of one section in printed order, and the lines before the first of them."""
    lines = list(_parted(_of_one_script(lines)))
    rules = _Rules(lines)
    drafts: list[Draft] = []
    before: list[Line] = []
    for index, line in enumerate(lines):
        last = drafts[-1] if drafts else None
        if rules.is_ranked_headline(index, last):
            drafts.append(Draft(line, line.rank or 0, is_numbered=True))
        elif rules.is_unranked_headline(index, last):
            drafts.append(Draft(line, last.rank + 1 if last else 1, is_numbered=False))
        elif last:
            last.body.append(line)
        else:
            before.append(line)
    return drafts, before


def ends_like_sentence(text: str) -> bool:
    return text.rstrip("\"'”’)）]*_").endswith((".", "。", ";", "；", ":", "：", ",", "，")) or len(text) > 200


def _of_one_script(lines: Sequence[Line]) -> Iterator[Line]:
    """Ranks are written as the first one is; "一、" and "①" below "1." count points inside a story."""
    figures = next((line.figures for line in lines if line.rank), "")
    for line in lines:
        yield line if line.rank is None or line.figures == figures else replace(line, rank=None, text=line.printed)


# "1. **Headline.** Text", "1. **A headline here** — text": never only "1. **Huawei** leads".
_BOLD_START = re.compile(
    r"(?P<mark>\*\*|__)(?P<headline>[^*_]{2,300})(?P=mark)(?P<sign>[.。:：]?\s?(?:[—–-]{1,2}\s)?)(?P<text>.+)"
)
_WRAPPED_FROM = 40


def _parted(lines: Iterator[Line]) -> Iterator[Line]:
    """Headlines apart from the text on their own line, and together with their end on the next line."""
    waiting: list[Line] = []
    for line in lines:
        waiting.append(line)
        if len(waiting) == 3:
            yield from _part_first(waiting)
    while waiting:
        yield from _part_first(waiting)


def _part_first(waiting: list[Line]) -> Iterator[Line]:
    """Take the first of three lines, and with it the second if that is the end of its headline."""
    line = waiting.pop(0)
    if line.rank is None:
        yield line
        return
    if waiting and _wraps(line, waiting[0]) and (len(waiting) < 2 or waiting[1].gap):
        end = waiting.pop(0)
        yield replace(line, text=f"{line.text} {end.text}", printed=f"{line.printed} {end.printed}")
        return
    yield from _split_at_bold(line)


def _wraps(headline: Line, end: Line) -> bool:
    """A mail program broke the line: a long one without a full stop, and the next goes on in lower case."""
    is_open = len(headline.printed) >= _WRAPPED_FROM and not headline.text.endswith(_SENTENCE_ENDS)
    is_end = not (end.gap or end.is_forced or end.level or end.rank or end.is_bullet or end.alt is not None)
    return is_open and is_end and end.text[:1].islower() and not ends_like_sentence(end.text)


def _split_at_bold(line: Line) -> Iterator[Line]:
    match = _BOLD_START.fullmatch(line.text)
    if match is None or not _ends_headline(match["headline"], match["sign"]):
        yield line
        return
    yield replace(line, text=match["headline"].strip().rstrip(".。:："))
    text = match["text"].strip()
    yield replace(line, printed=text, text=text, rank=None, level=0, gap=False, is_forced=True)


def _ends_headline(bold: str, sign: str) -> bool:
    """Whether a bold beginning is a whole headline: it closes like a sentence, or has the length of one."""
    is_long = len(bold.split()) > 2 or (not bold.isascii() and len(bold) > 7)
    return bold.rstrip().endswith((".", "。", "!", "！", "?", "？")) or (
        is_long and bool(sign.strip() or bold.endswith((":", "：")))
    )


class _Rules:
    """What a headline looks like in this section.

    A paragraph can begin with a number too: "10. Downing Street said …", or a list inside a story. So a
    numbered line is a headline if its number is the next one, unless a better line with that number comes
    later; and if its number is not the next one, then only if it looks like a headline and stands like one.
    """

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        ranked = [(index, line) for index, line in enumerate(lines) if line.rank]
        self._dotted = bool(ranked) and ends_like_sentence(ranked[0][1].text)
        self._level = ranked[0][1].level if ranked else None
        self._has_marked = any(line.level for line in lines)
        self._best: dict[int, tuple[int, int]] = {}  # rank: (how good, where)
        for index, line in ranked:
            rank = line.rank or 0
            self._best[rank] = max(self._best.get(rank, (-1, -1)), (self._quality(line), index))
        self._place_of = {line.rank: index for index, line in ranked}  # the last place of each rank
        self._list_ends = 0  # where the list inside a story ends that is being read

    def _quality(self, line: Line) -> int:
        return 2 * (self._dotted or not ends_like_sentence(line.text)) + (line.gap or line.level > 0)

    def is_ranked_headline(self, index: int, last: Draft | None) -> bool:
        line = self._lines[index]
        if not line.rank or index < self._list_ends:
            return False
        if line.rank == 1 and last and last.is_numbered and self._opens_list(index, last):
            return False
        if line.rank == (last.rank + 1 if last else 1):
            quality, where = self._best[line.rank]
            return where <= index or quality <= self._quality(line)
        if not self._dotted and ends_like_sentence(line.text):
            return False
        # In a text with empty lines a headline has one before it; a list inside a story may not.
        return last is None or line.gap or line.level > 0 or not (last.heading.gap or last.heading.level)

    def _opens_list(self, index: int, last: Draft) -> bool:
        """Whether "1." begins a list inside the last story: line under line, and the next story comes later."""
        next_story = self._place_of.get(last.rank + 1, -1)
        if next_story < index + 2:
            return False
        end = index
        while end < next_story and self._lines[end].rank == end - index + 1:
            end += 1
        target = self._lines[next_story]
        counts_on = end == next_story and target.rank == end - index + 1  # as headlines without text would
        if end - index < 2 or (counts_on and not (target.gap or target.level or last.body)):
            return False
        self._list_ends = end
        return True

    def is_unranked_headline(self, index: int, last: Draft | None) -> bool:
        """A headline without a number: marked like the others, or short and apart where none has a number."""
        line = self._lines[index]
        if line.rank or line.is_bullet or line.alt is not None:
            return False
        if self._level is not None:
            return 0 < line.level == self._level
        if self._has_marked:
            return line.level > 0 and (last is None or line.level <= last.heading.level)
        follows_text = last is None or bool(last.body)
        has_body = index + 1 < len(self._lines)
        return line.gap and follows_text and has_body and not ends_like_sentence(line.text)


# Dashes are left: "— Jane Doe" is no item of a list.
_ITEM = re.compile(r"[*_]{0,3}(?:[-*+●▪◦‣■·\uf0b7]\s+|[•●▪◦‣\uf0b7]\s*|o\t\s*)(?=\S)")


def paragraphs(lines: Sequence[Line]) -> tuple[str, ...]:
    """The paragraphs in plain words; only a line that an e-mail wrapped in mid-sentence is put behind its own.

    Numbers inside a story stay, for they are its text, and so do bullets, whatever their sign, as "• ".
    """
    built: list[list[str]] = []
    for line in lines:
        if built and goes_on(built[-1][-1], line):
            built[-1].append(line.printed)
        elif line.is_bullet:
            built.append([_ITEM.sub("• ", line.printed, count=1)])
        else:
            built.append([line.printed])
    return tuple(plain_words(" ".join(pieces)) for pieces in built)


def goes_on(above: str, line: Line) -> bool:
    """Whether ``line`` is the wrapped end of the line above it: in mid-sentence, and no empty line between.

    Then it begins in lower case, or the line above is as long as those that mail programs wrap.
    """
    if line.gap or line.is_forced or line.is_bullet or line.rank or line.level or above.endswith(_SENTENCE_ENDS):
        return False
    first = line.printed[0]
    return first.islower() or (55 <= len(above) <= 100 and first.isascii())
