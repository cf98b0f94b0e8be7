"""Lines → parts of an issue: which heading each line stands under, and which lines are page furniture."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from newsroom.importing.dates import read_any_dateline
from newsroom.importing.entries import cells, read_note
from newsroom.importing.furniture import closes_page, is_furniture, is_widget
from newsroom.importing.markup import Line, is_rule, is_table_rule
from newsroom.importing.sources import credited
from newsroom.importing.stories import ends_like_sentence
from newsroom.importing.vocabulary import (
    Part,
    Strength,
    is_invisible,
    list_part,
    named_list_part,
    names_contents,
    section_heading,
)

_LONGEST_UNKNOWN_HEADING = 60
_MOST_WORDS = 8


@dataclass(slots=True)
class Block:
    """The lines under one heading; the front of the issue has none."""

    part: Part
    heading: Line | None = None
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Outline:
    """Every line of a page, once: in a block, as a block's heading, or as furniture."""

    blocks: tuple[Block, ...]
    furniture: tuple[Line, ...]

    def of(self, part: Part) -> list[Block]:
        return [block for block in self.blocks if block.part is part]

    def lines_of(self, part: Part) -> list[Line]:
        return [line for block in self.of(part) for line in block.lines]

    def heading_of(self, part: Part) -> Line | None:
        """The first heading of a part."""
        return next((block.heading for block in self.of(part) if block.heading), None)

    @property
    def unknown_headings(self) -> list[Line]:
        """Headings of sections that are neither China nor International, and of lists that nobody knows."""
        return [block.heading for block in self.of(Part.UNKNOWN) if block.heading]

    @property
    def unknown_sections(self) -> list[Line]:
        """Those of them with a ranked story under them."""
        blocks = (block for block in self.of(Part.UNKNOWN) if block.lines and block.lines[0].rank)
        return [block.heading for block in blocks if block.heading]

    @property
    def names_a_part(self) -> bool:
        """Whether any heading was recognised at all."""
        return any(b.part not in (Part.FRONT, Part.UNKNOWN, Part.TAIL, Part.CREDITS) for b in self.blocks)


def outline(lines: Sequence[Line]) -> Outline:
    """Put each line where it belongs, from the first to the last."""
    lines_seen = [line for line in lines if not is_decoration(line)]
    sorter = _Sorter()
    sorter.furniture.extend(line for line in lines if is_decoration(line))
    following: Line | None = None
    ahead: list[tuple[Line | None, int | None]] = []  # the next line, and the next rank
    rank: int | None = None
    for line in reversed(lines_seen):
        ahead.append((following, rank))
        following, rank = line, line.rank or rank
    for line in lines_seen:
        sorter.place(line, *ahead.pop())
    return Outline(tuple(sorter.blocks), tuple(sorted(sorter.furniture, key=lambda line: line.number)))


def is_decoration(line: Line) -> bool:
    """Nothing to read: hidden by its markup, invisible, or a drawn rule."""
    if line.hidden or line.alt is not None:
        return line.hidden
    return is_invisible(line.printed) or is_rule(line.printed) or is_table_rule(line.printed)


def _is_entry(line: Line | None) -> bool:
    """Whether the line shows by itself that it is one of a list: a bullet, a number, the row of a table."""
    return line is not None and (line.is_bullet or line.rank is not None or len(cells(line.text)) > 1)


def _is_short(line: Line) -> bool:
    """Whether the line has the size and shape of a heading, whatever it says."""
    text = line.text.rstrip(":：")
    if not 2 <= len(text) <= _LONGEST_UNKNOWN_HEADING or len(text.split()) > _MOST_WORDS or text[0].islower():
        return False
    return not (
        text.endswith((*".。,，;；!！?？…",)) or _is_entry(line) or read_note(text).note or read_note(text).country
    )


def _is_loud(line: Line) -> bool:
    """In capitals, and of several words: "ALSO THIS WEEK", not "NVIDIA"."""
    return line.text.isupper() and len(line.text.split()) > 1


class _Sorter:
    """Where the reading stands: the block that takes the next line."""

    def __init__(self) -> None:
        self.blocks = [Block(Part.FRONT)]
        self.furniture: list[Line] = []
        self._last_section: Part | None = None
        self._has_words = False  # whether the front has more than pictures yet
        self._in_contents = False  # under "In this issue"
        self._story: Line | None = None  # the last ranked headline of this section
        self._next_rank: int | None = None  # of the next ranked line, wherever it stands

    @property
    def _block(self) -> Block:
        return self.blocks[-1]

    def place(self, line: Line, following: Line | None, next_rank: int | None) -> None:
        self._next_rank = next_rank
        if self._is_furniture(line) or self._is_contents(line, following):
            self.furniture.append(line)
            if closes_page(line.key) and self._block.part not in (Part.FRONT, Part.TAIL):
                self._open(Part.TAIL)
        elif part := self._heading(line, following):
            self._open(part, line)
            self._last_section = part if part.is_ranked else self._last_section
        else:
            self._resume_stories(line)
            self._block.lines.append(line)
            self._has_words = self._has_words or line.alt is None
            if self._block.part.is_ranked and self._counts_on(line):
                self._story = line

    def _open(self, part: Part, heading: Line | None = None) -> None:
        self.blocks.append(Block(part, heading=heading))
        self._story = None

    def _counts_on(self, line: Line) -> bool:
        """Whether a rank can be that of the next story here, and not of a list inside the last one."""
        last = self._story
        return line.rank is not None and (
            last is None or (line.figures == last.figures and line.rank > (last.rank or 0))
        )

    def _is_contents(self, line: Line, following: Line | None) -> bool:
        """ "In this issue" in the front, with the entries under it: they only repeat the headlines."""
        if self._block.part is not Part.FRONT:
            return False
        if self._in_contents:
            self._in_contents = _is_entry(line) or not (line.gap or line.level or not line.printed[0].islower())
        else:
            self._in_contents = names_contents(line.key) and following is not None and _is_entry(following)
        return self._in_contents

    def _is_furniture(self, line: Line) -> bool:
        if line.rank is not None or line.level == 1 or not is_furniture(line.key):
            return False
        if self._block.part is Part.FRONT and read_any_dateline(line.text):
            return False
        # "LinkedIn" can be a source or a company: with a bullet, under the heading of a list, it is.
        return not (line.is_bullet and self._block.part.is_list) or is_widget(line.key)

    def _heading(self, line: Line, following: Line | None) -> Part | None:
        if line.is_bullet or line.alt is not None or (line.rank is not None and line.figures != "一"):
            return None
        if part := list_part(line.key):
            return part
        if line.rank is not None and self._block.part.is_ranked and not self._may_count_parts():
            return None
        if credited(line.text) is not None:
            return Part.CREDITS
        return self._named_list(line, following) or self._section(line, following) or self._unknown(line, following)

    def _may_count_parts(self) -> bool:
        """Whether "二、" can count the parts of the issue here: not where it counts the stories of a section."""
        return bool(self._block.lines) and self._story is not None and self._story.figures != "一"

    def _named_list(self, line: Line, following: Line | None) -> Part | None:
        """ "Companies" or "Bottom line", where it stands over a list or apart from a story that is over."""
        part = named_list_part(line.key)
        if part is None or not _is_short(line):
            return None
        opens_list = _is_entry(following)
        if not (line.gap or line.level or (opens_list and (_is_loud(line) or line.text.endswith((":", "："))))):
            return None
        if self._block.part is Part.FRONT:
            return part if self._has_words and opens_list else None
        if self._block.part.is_ranked and not self._is_after_stories(line):
            return None
        agrees = (
            opens_list
            or following is None
            or part is Part.TAKEAWAYS
            or not ends_like_sentence(following.text)
            or bool(read_note(following.text).note)
        )
        return part if agrees else None

    def _unknown(self, line: Line, following: Line | None) -> Part | None:
        """A heading that nobody knows: what stands under it belongs neither to the list nor the story above."""
        block = self._block
        if not (line.gap or line.level) or line.rank is not None or not _is_short(line):
            return None
        if block.part.is_ranked:
            return Part.UNKNOWN if self._is_after_stories(line) and self._ends_stories(line, following) else None
        return Part.UNKNOWN if block.part.is_list and self._ends_list(line, following) else None

    def _is_after_stories(self, line: Line) -> bool:
        """Whether the last story can be over: it has a text, and the next number is not the next story's."""
        story, lines = self._story, self._block.lines
        if story is None or lines[-1] is story or (line.level and line.level == story.level):
            return False
        return self._next_rank != (story.rank or 0) + 1

    def _ends_stories(self, line: Line, following: Line | None) -> bool:
        heading, story = self._block.heading, self._story
        if following is None or following.rank is not None:
            return False
        if line.level:
            return heading is not None and line.level <= heading.level
        is_loud = _is_loud(line) and story is not None and not story.text.isupper()
        return is_loud or (following.is_bullet and not line.text.endswith((":", "：")))

    def _ends_list(self, line: Line, following: Line | None) -> bool:
        """Not if it only names a group of the list's entries: then one such name stands above the first."""
        heading, lines = self._block.heading, self._block.lines
        if line.level:
            return heading is None or not line.level > heading.level > 0
        is_begun = bool(lines) or (heading is not None and bool(credited(heading.text)))
        if not is_begun or (len(lines) > 1 and not _is_entry(lines[0]) and _is_entry(lines[1])):
            return False
        return _is_entry(following) or (_is_loud(line) and _is_entry(lines[0] if lines else None))

    def _section(self, line: Line, following: Line | None) -> Part | None:
        """China or International, if the words are those of a heading and what follows agrees."""
        heading = section_heading(line.key, line.text)
        if heading is None:
            return None
        opens_stories = following is not None and following.rank is not None
        restarts = opens_stories and following is not None and following.rank == 1
        if heading.part is Part.UNKNOWN:
            return Part.UNKNOWN if restarts and self._block.part is not Part.FRONT else None
        if self._is_still_title(following):
            return heading.part if opens_stories else None
        agrees = {
            Strength.TOP_N: True,
            Strength.BARE: line.gap or line.level > 0 or restarts,
            Strength.NAMED: opens_stories or self._opens_marked_stories(line, following),
            Strength.WEAK: restarts and (line.gap or line.level > 0),
        }
        return heading.part if agrees[heading.strength] else None

    def _is_still_title(self, following: Line | None) -> bool:
        """In the front, "Global Robotics News" can be the title: before anything else, or over a dateline."""
        if self._block.part is not Part.FRONT:
            return False
        return not self._has_words or (following is not None and read_any_dateline(following.text) is not None)

    @staticmethod
    def _opens_marked_stories(line: Line, following: Line | None) -> bool:
        """``## China stories`` over ``### A headline without a number``."""
        return following is not None and following.level > line.level > 0

    def _resume_stories(self, line: Line) -> None:
        """A credits line in the middle of a section: the next ranked story goes on with that section."""
        block = self._block
        is_inline = block.part is Part.CREDITS and block.heading is not None and credited(block.heading.text)
        if is_inline and line.rank is not None and self._last_section:
            self._open(self._last_section)
