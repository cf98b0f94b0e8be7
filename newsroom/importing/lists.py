"""The lines under Key Takeaways, Company Watchlist, Policy Tracker and Sources → their entries."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from newsroom.importing.entries import cells, is_table_head, plain_spaces, read_note, read_policy
from newsroom.importing.markup import Line, plain_words
from newsroom.importing.outline import Block
from newsroom.importing.parsed import Note, Policy, Takeaway
from newsroom.importing.sources import credited, look_like_names, read_names
from newsroom.importing.stories import ends_like_sentence, goes_on

_LONGEST_NAMES = 500
_MOST_NAMES = 1_000


class Entry(NamedTuple):
    text: str
    line: int


def _split_entries(lines: Sequence[Line], *, fits: Callable[[Line], bool]) -> tuple[list[Entry], list[Line]]:
    """The entries, and the lines that are none.

    Where the list has bullets or numbers, each of them is an entry, and the wrapped end of one goes on with it.
    Any other line has to fit: it is then an entry without a bullet.
    """
    is_marked = any(_is_marked(line) for line in lines)
    texts: list[tuple[list[str], int]] = []
    left: list[Line] = []
    for line in lines:
        if line.is_table_head or is_table_head(line.text):
            continue
        if _is_marked(line) or (fits(line) and not line.level):
            texts.append(([line.text], line.number))
        elif is_marked and texts and goes_on(texts[-1][0][-1], line):
            texts[-1][0].append(line.printed)
        else:
            left.append(line)
    return [Entry(plain_words(" ".join(pieces)), number) for pieces, number in texts], left


def _is_marked(line: Line) -> bool:
    return line.is_bullet or line.rank is not None


def _is_row(line: Line) -> bool:
    """The row of a table."""
    return len(cells(line.text)) > 1


def read_takeaways(lines: Sequence[Line]) -> tuple[tuple[Takeaway, ...], list[Line]]:
    is_marked = any(_is_marked(line) for line in lines)
    entries, left = _split_entries(lines, fits=lambda line: not is_marked)
    return tuple(Takeaway(entry.text, entry.line) for entry in entries), left


def read_watchlist(lines: Sequence[Line]) -> tuple[tuple[Note, ...], list[Line]]:
    is_marked = any(_is_marked(line) for line in lines)

    def fits(line: Line) -> bool:
        fields = read_note(line.text)
        return (
            _is_row(line)
            or bool(fields.country and fields.note and line.gap)
            or (not is_marked and bool(fields.note or not ends_like_sentence(line.text)))
        )

    entries, left = _split_entries(lines, fits=fits)
    return tuple(Note(*read_note(entry.text), line=entry.line) for entry in entries), left


def read_policies(lines: Sequence[Line]) -> tuple[tuple[Policy, ...], list[Line]]:
    is_marked = any(_is_marked(line) for line in lines)

    def fits(line: Line) -> bool:
        is_plain = not ends_like_sentence(line.text) or read_policy(line.text).detail is not None
        return _is_row(line) or (is_plain and not is_marked)

    entries, left = _split_entries(lines, fits=fits)
    return tuple(Policy(*read_policy(entry.text), line=entry.line) for entry in entries), left


def read_credits(blocks: Sequence[Block]) -> tuple[tuple[str, ...], list[Line]]:
    """The credited sources, each once: of one line of names, or one for each bullet."""
    names: list[str] = []
    left: list[Line] = []
    for block in blocks:
        inline = credited(block.heading.text) if block.heading else None
        found, rest = _names_of(inline or "", block.lines)
        names.extend(found)
        left.extend(rest)
    return tuple(dict.fromkeys(names)), left


def _names_of(inline: str, lines: Sequence[Line]) -> tuple[list[str], list[Line]]:
    rest = list(lines)
    while inline and rest and _wraps(inline, rest[0]):
        inline = f"{inline} {rest.pop(0).printed}"
    if inline:
        return list(read_names(plain_words(inline))), rest
    names: list[str] = []
    left: list[Line] = []
    for line in rest:
        found = _names_in(line) if len(names) < _MOST_NAMES else ()
        names.extend(found)
        if not found:
            left.append(line)
    return names, left


def _wraps(inline: str, line: Line) -> bool:
    """Whether the names go on in the next line."""
    return (
        len(inline) + len(line.text) < _LONGEST_NAMES
        and not (line.gap or _is_marked(line))
        and (look_like_names(line.printed))
    )


def _names_in(line: Line) -> tuple[str, ...]:
    if len(line.text) > _LONGEST_NAMES or line.level:
        return ()
    if _is_marked(line):
        return (plain_spaces(plain_words(line.text)).rstrip(";；,，"),)
    names = plain_words(line.text)
    return read_names(names) if look_like_names(names) else ()
