"""Charts: from numbers to what an SVG template draws. No chart needs colour to be read, and each has its table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

PITCH = 12  # from one column to the next
WIDTH = 9  # of a column
SIDE = 66  # the most that a column rises, or hangs
STORY = 12  # the most that one story is high
MIDDLE = 10  # between the two sides
LEFT = 16  # for the numbers of the scale
EDGE = 2
LETTER = 9  # how high a number of the scale is
MANY = 26  # columns, for which there is always room: half a year of weeks


class Column(NamedTuple):
    """One issue: how many stories of each section, and whether it is marked (on the watchlist)."""

    issue: Any
    china: int
    international: int
    is_marked: bool = False


class Block(NamedTuple):
    """One story of one section ("china", "international") in the drawing."""

    section: str
    x: str
    y: str
    height: str


class Label(NamedTuple):
    text: int
    y: str


@dataclass(frozen=True)
class Mirror:
    """Columns on both sides of a line. All lengths are in the units of the drawing, ready to be written."""

    columns: Sequence[Column]
    blocks: list[Block]
    dots: list[str]  # x of the marks, which stand on the middle line
    labels: list[Label]
    width: str
    height: str
    lines: list[str]  # y of the two lines between which the marks stand
    middle: str
    left: int = LEFT
    block: int = WIDTH

    @property
    def china(self) -> int:
        return sum(column.china for column in self.columns)

    @property
    def international(self) -> int:
        return sum(column.international for column in self.columns)

    @property
    def marked(self) -> int:
        return sum(column.is_marked for column in self.columns)

    @property
    def is_empty(self) -> bool:
        return not (self.china or self.international or self.marked)

    @property
    def room(self) -> str:
        """A width in which few columns are not drawn larger than many."""
        return written(LEFT + max(len(self.columns), MANY) * PITCH)

    @property
    def has_few(self) -> bool:
        """Whether the two ends are too near each other for a date below each."""
        return len(self.columns) * 2 < MANY


def mirror(columns: Sequence[Column]) -> Mirror:
    """
    Columns of blocks, a block for each story: China rises above the line, International hangs below it.

    Both sides have one scale, so that they can be compared, and each is as high as its fullest column.
    """
    above = max((column.china for column in columns), default=0)
    below = max((column.international for column in columns), default=0)
    unit = min(STORY, SIDE / max(above, below, 1))
    gap = min(1.0, unit / 4)
    top = EDGE + max(above * unit, LETTER if above else 0)
    bottom = top + MIDDLE
    blocks: list[Block] = []
    dots = []
    for number, column in enumerate(columns):
        x = LEFT + number * PITCH + (PITCH - WIDTH) / 2
        high = written(unit - gap)
        blocks += [Block("china", written(x), written(top - n * unit), high) for n in range(1, column.china + 1)]
        blocks += [
            Block("international", written(x), written(bottom + n * unit + gap), high)
            for n in range(column.international)
        ]
        if column.is_marked:
            dots.append(written(x + WIDTH / 2))
    ends = bottom + max(below * unit, LETTER if below else 0)
    labels = [Label(above, written(top - above * unit + LETTER))] if above else []
    labels += [Label(below, written(ends))] if below else []
    return Mirror(
        columns,
        blocks,
        dots,
        labels,
        width=written(LEFT + len(columns) * PITCH),
        height=written(ends + EDGE),
        lines=[written(top), written(bottom)],
        middle=written((top + bottom) / 2),
    )


class Bar(NamedTuple):
    """One issue as a bar that stands on a line: its number, and x, y and height as they are written."""

    issue: Any
    number: int
    x: str
    y: str
    height: str


def bars(numbers: Sequence[tuple[Any, int]]) -> list[Bar]:
    """Bars side by side, to one scale: the longest is SIDE high."""
    most = max((number for _, number in numbers), default=0) or 1
    found = []
    for place, (issue, number) in enumerate(numbers):
        height = SIDE * number / most
        x = LEFT + place * PITCH + (PITCH - WIDTH) / 2
        found.append(Bar(issue, number, written(x), written(EDGE + SIDE - height), written(height)))
    return found


def written(length: float) -> str:
    """A length as SVG has it, whatever the language of the page."""
    return f"{length:.2f}".rstrip("0").rstrip(".")


def lengths(shares: Sequence[tuple[float, float]]) -> list[tuple[str, str]]:
    """Bars for shares of two sides, drawn to one scale: the longest of all is 100."""
    longest = max((share for both in shares for share in both), default=0) or 1
    return [(written(100 * one / longest), written(100 * other / longest)) for one, other in shares]
