"""Lines → parts of an issue: which heading each line stands under, and which lines are page furniture."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from newsroom.importing.dates import read_dateline
from newsroom.importing.furniture import closes_page, is_furniture, is_widget
from newsroom.importing.markup import Line, is_rule
from newsroom.importing.sources import credited
from newsroom.importing.vocabulary import Part, Strength, is_invisible, list_part, section_heading


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
        """Headings of sections that are neither China nor International."""
        return [block.heading for block in self.of(Part.UNKNOWN) if block.heading]

    @property
    def names_a_part(self) -> bool:
        """Whether any heading was recognised at all."""
        return any(b.part not in (Part.FRONT, Part.UNKNOWN, Part.TAIL, Part.CREDITS) for b in self.blocks)


def outline(lines: Sequence[Line]) -> Outline:
    """Put each line where it belongs, from the first to the last."""
    lines_seen = [line for line in lines if not is_decoration(line)]
    sorter = _Sorter()
    sorter.furniture.extend(line for line in lines if is_decoration(line))
    for index, line in enumerate(lines_seen):
        sorter.place(line, lines_seen[index + 1] if index + 1 < len(lines_seen) else None)
    return Outline(tuple(sorter.blocks), tuple(sorted(sorter.furniture, key=lambda line: line.number)))


def is_decoration(line: Line) -> bool:
    """Nothing to read: hidden by its markup, invisible, or a drawn rule."""
    return line.hidden or (line.alt is None and (is_invisible(line.printed) or is_rule(line.printed)))


class _Sorter:
    """Where the reading stands: the block that takes the next line."""

    def __init__(self) -> None:
        self.blocks = [Block(Part.FRONT)]
        self.furniture: list[Line] = []
        self._last_section: Part | None = None
        self._has_words = False  # whether the front has more than pictures yet

    @property
    def _block(self) -> Block:
        return self.blocks[-1]

    def place(self, line: Line, following: Line | None) -> None:
        if self._is_furniture(line):
            self.furniture.append(line)
            if closes_page(line.key) and self._block.part not in (Part.FRONT, Part.TAIL):
                self.blocks.append(Block(Part.TAIL))
        elif part := self._heading(line, following):
            self.blocks.append(Block(part, heading=line))
            self._last_section = part if part.is_ranked else self._last_section
        else:
            self._resume_stories(line)
            self._block.lines.append(line)
            self._has_words = self._has_words or line.alt is None

    def _is_furniture(self, line: Line) -> bool:
        if line.rank is not None or line.level == 1 or not is_furniture(line.key):
            return False
        if self._block.part is Part.FRONT and read_dateline(line.text):
            return False
        # "LinkedIn" can be a source or a company: with a bullet, under the heading of a list, it is.
        return not (line.is_bullet and self._block.part.is_list) or is_widget(line.key)

    def _heading(self, line: Line, following: Line | None) -> Part | None:
        if line.is_bullet or line.rank is not None or line.alt is not None:
            return None
        if part := list_part(line.key):
            return part
        if credited(line.text) is not None:
            return Part.CREDITS
        return self._section(line, following)

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
        return not self._has_words or (following is not None and read_dateline(following.text) is not None)

    @staticmethod
    def _opens_marked_stories(line: Line, following: Line | None) -> bool:
        """``## China stories`` over ``### A headline without a number``."""
        return following is not None and following.level > line.level > 0

    def _resume_stories(self, line: Line) -> None:
        """A credits line in the middle of a section: the next ranked story goes on with that section."""
        block = self._block
        is_inline = block.part is Part.CREDITS and block.heading is not None and credited(block.heading.text)
        if is_inline and line.rank is not None and self._last_section:
            self.blocks.append(Block(self._last_section))
