"""The lines of a section → its ranked stories. The hard part: which numbered lines are headlines at all."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from newsroom.importing.markup import Line

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

    def _quality(self, line: Line) -> int:
        return 2 * (self._dotted or not ends_like_sentence(line.text)) + (line.gap or line.level > 0)

    def is_ranked_headline(self, index: int, last: Draft | None) -> bool:
        line = self._lines[index]
        if not line.rank:
            return False
        if line.rank == (last.rank + 1 if last else 1):
            quality, where = self._best[line.rank]
            return where <= index or quality <= self._quality(line)
        if not self._dotted and ends_like_sentence(line.text):
            return False
        # In a text with empty lines a headline has one before it; a list inside a story may not.
        return last is None or line.gap or line.level > 0 or not (last.heading.gap or last.heading.level)

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


def paragraphs(lines: Sequence[Line]) -> tuple[str, ...]:
    """The paragraphs as printed; only a line that an e-mail wrapped in mid-sentence is put back behind its own.

    Bullets and numbers inside a story stay, for they are its text.
    """
    built: list[list[str]] = []
    for line in lines:
        if built and goes_on(built[-1][-1], line):
            built[-1].append(line.printed)
        else:
            built.append([line.printed])
    return tuple(" ".join(pieces) for pieces in built)


def goes_on(above: str, line: Line) -> bool:
    """Whether ``line`` is the wrapped end of the line above it: in mid-sentence, and no empty line between.

    Then it begins in lower case, or the line above is as long as those that mail programs wrap.
    """
    if line.gap or line.is_forced or line.is_bullet or line.rank or line.level or above.endswith(_SENTENCE_ENDS):
        return False
    first = line.printed[0]
    return first.islower() or (55 <= len(above) <= 100 and first.isascii())
