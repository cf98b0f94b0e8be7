"""
What differs between two texts, word by word; Chinese, Japanese and Korean by the character.

HTML is taken apart into blocks (paragraphs, headings, items of lists) of tokens, each of which knows how it is set
(bold, in a link). Blocks are laid beside each other first, then the words of those that belong together are compared:
difflib takes quadratic time, so no more is given to it than has to be. What is shown is built anew from the tokens, so
it is balanced whatever changed, and holds nothing but what `richtext.clean` leaves, and <ins> and <del>.
"""

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import cached_property
from html.parser import HTMLParser
from typing import Any, NamedTuple

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from newsroom.lib import richtext

CJK = r"\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af\U00020000-\U0003ffff"
# What belongs to the character before it: accents, vowel signs, joined emoji.
MARKS = "".join(chr(point) for point in range(0x300, 0x11000) if unicodedata.category(chr(point)).startswith("M"))
JOINED = rf"[{re.escape(MARKS)}\u200d\ufe0f\U0001f3fb-\U0001f3ff]*"
LETTER = rf"(?:(?![{CJK}])[^\W_]{JOINED})"
TOKEN = re.compile(rf"{LETTER}+(?:[’'\-.,]{LETTER}+)*|\s+|.{JOINED}", re.DOTALL)
SENTENCE_END = frozenset(".!?。！？;；")
INLINE = frozenset({"a", "em", "strong"})
VOID = frozenset({"br", "hr", "img"})
ALIKE = 0.4  # how much two blocks must share to be one that was changed
MOST_PAIRS = 2_500  # of blocks that are weighed against each other; beyond, they are taken in their order
MOST_STEPS = 400_000  # of comparing the words of two blocks; beyond, their sentences are compared


class Token(NamedTuple):
    """A word, a character, white space, or (with a `tag`) something that stands in the text as one."""

    text: str
    marks: tuple[str, ...] = ()  # the tags it stands in, outermost first: 'a href="…"', "strong"
    tag: str = ""


class Block(NamedTuple):
    """A paragraph, or whatever else begins on a line of its own. `path`: the tags it stands in, outermost first."""

    path: tuple[str, ...]
    tokens: tuple[Token, ...]

    @property
    def words(self) -> str:
        return "".join(token.text for token in self.tokens)


class Piece(NamedTuple):
    """A run of tokens: "same" in both, "gone" or "new"."""

    kind: str
    tokens: tuple[Token, ...]


class Row(NamedTuple):
    """A block of the one text beside a block of the other; None where it has none."""

    old: Block | None
    new: Block | None
    pieces: tuple[Piece, ...]

    @property
    def is_same(self) -> bool:
        return all(piece.kind == "same" for piece in self.pieces) and None not in (self.old, self.new)

    @property
    def inline(self) -> SafeString:
        """Both in one block: what is gone before what is new."""
        block = self.new or self.old
        return shown(block.path if block else (), self.pieces)

    @property
    def before(self) -> SafeString:
        return self.side(self.old, "new")

    @property
    def after(self) -> SafeString:
        return self.side(self.new, "gone")

    def side(self, block: Block | None, without: str) -> SafeString:
        pieces = [piece for piece in self.pieces if piece.kind != without]
        return shown(block.path, pieces) if block else mark_safe("")


class Run(NamedTuple):
    """Rows one after another that all changed, or all did not; those that did not can be folded."""

    is_same: bool
    rows: list[Row]

    @property
    def is_folded(self) -> bool:
        return self.is_same and len(self.rows) > 1


class Text:
    """Two texts beside each other."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = list(rows)

    @property
    def is_same(self) -> bool:
        return all(row.is_same for row in self.rows)

    @cached_property
    def runs(self) -> list[Run]:
        runs: list[Run] = []
        for row in self.rows:
            if not runs or runs[-1].is_same != row.is_same:
                runs.append(Run(row.is_same, []))
            runs[-1].rows.append(row)
        return runs


def compare_lines(old: str, new: str) -> Text:
    """Two plain texts; a line of theirs is a block."""
    return Text(beside(line_blocks(old), line_blocks(new)))


def compare_html(old: str, new: str) -> Text:
    """Two pieces of rich text. They are cleaned first, whoever wrote them."""
    return Text(beside(blocks_of(old), blocks_of(new)))


def tokens_of(text: str, marks: tuple[str, ...] = ()) -> list[Token]:
    """The text in pieces that are never taken apart; together they are the text."""
    return [Token(found[0], marks) for found in TOKEN.finditer(text)]


def line_blocks(text: str) -> list[Block]:
    return [Block((), tuple(tokens_of(line))) for line in text.split("\n")] if text else []


def blocks_of(text: str) -> list[Block]:
    """The blocks of rich text, in their order. Those without a word are left out."""
    reader = Blocks()
    reader.feed(richtext.clean(text))
    reader.close()
    reader.end_block()
    return reader.found


class Blocks(HTMLParser):
    """Gathers blocks from cleaned HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Block] = []
        self.path: list[str] = []
        self.marks: list[str] = []
        self.counts: list[int] = []  # of the items, for each list that is open
        self.parts: list[tuple[str, tuple[str, ...], str]] = []

    def end_block(self) -> None:
        tokens: list[Token] = []
        for text, marks, tag in self.parts:
            tokens += [Token(text, marks, tag)] if tag else tokens_of(text, marks)
        while tokens and not tokens[0].tag and tokens[0].text.isspace():
            tokens.pop(0)
        while tokens and not tokens[-1].tag and tokens[-1].text.isspace():
            tokens.pop()
        if tokens:
            self.found.append(Block(tuple(self.path), tuple(tokens)))
        self.parts = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        written = " ".join([tag, *(f'{name}="{html.escape(value or "")}"' for name, value in attrs)])
        if tag in VOID:
            self.parts.append(("", tuple(self.marks), written))
        elif tag in INLINE:
            self.marks.append(written)
        else:
            self.end_block()
            if tag in {"ul", "ol"}:
                self.counts.append(0)
            if tag == "li" and self.counts:
                self.counts[-1] += 1
                if self.path and self.path[-1].startswith("ol"):
                    self.path[-1] = f'ol start="{self.counts[-1]}"'
            self.path.append(written)

    def handle_endtag(self, tag: str) -> None:
        if tag in INLINE:
            self.close_last(self.marks, tag)
        elif tag not in VOID:
            self.end_block()
            self.close_last(self.path, tag)
            if tag in {"ul", "ol"} and self.counts:
                self.counts.pop()

    def handle_data(self, data: str) -> None:
        if self.parts and not self.parts[-1][2] and self.parts[-1][1] == tuple(self.marks):
            data = self.parts.pop()[0] + data
        self.parts.append((data, tuple(self.marks), ""))

    @staticmethod
    def close_last(tags: list[str], tag: str) -> None:
        for place in range(len(tags) - 1, -1, -1):
            if tags[place].split(" ", 1)[0] == tag:
                del tags[place]
                return


# Laying blocks beside each other


def beside(old: Sequence[Block], new: Sequence[Block]) -> Iterator[Row]:
    """Rows that hold every block of both texts once, in its order."""
    before, after = ([numberless(block) for block in side] for side in (old, new))
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            for one, other in zip(old[i1:i2], new[j1:j2], strict=True):
                yield Row(one, other, (Piece("same", other.tokens),))
        else:
            yield from changed_rows(old[i1:i2], new[j1:j2])


def numberless(block: Block) -> tuple[tuple[str, ...], tuple[Token, ...]]:
    """A block without its number in a list: the third item stays what it was when it becomes the fourth."""
    return tuple("ol" if tag.startswith("ol ") else tag for tag in block.path), block.tokens


def changed_rows(old: Sequence[Block], new: Sequence[Block]) -> Iterator[Row]:
    i = j = 0
    for one, other in [*pairs(old, new), (len(old), len(new))]:
        yield from (Row(block, None, (Piece("gone", block.tokens),)) for block in old[i:one])
        yield from (Row(None, block, (Piece("new", block.tokens),)) for block in new[j:other])
        if one < len(old) and other < len(new):
            pieces = compare_tokens(old[one].tokens, new[other].tokens)
            yield Row(old[one], new[other], tuple(pieces))
        i, j = one + 1, other + 1


def pairs(old: Sequence[Block], new: Sequence[Block]) -> list[tuple[int, int]]:
    """Which blocks are one that was changed, so that as much as can be is shared and none crosses another."""
    if len(old) * len(new) > MOST_PAIRS:
        return [(n, n) for n in range(min(len(old), len(new))) if likeness(old[n], new[n]) >= ALIKE]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    likes = [[likeness(one, other) for other in new] for one in old]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            paired = best[i + 1][j + 1] + likes[i][j] if likes[i][j] >= ALIKE else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], paired)
    found, i, j = [], 0, 0
    while i < len(old) and j < len(new):
        if likes[i][j] >= ALIKE and best[i][j] == best[i + 1][j + 1] + likes[i][j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


def likeness(one: Block, other: Block) -> float:
    """How many of their words two blocks share, from 0 to 1; nothing if they are set otherwise."""
    if numberless(one)[0] != numberless(other)[0]:
        return 0.0
    counts = [Counter(t.text for t in block.tokens if not t.text.isspace()) for block in (one, other)]
    total = sum(map(Counter.total, counts))
    return 2 * (counts[0] & counts[1]).total() / total if total else 1.0


# Comparing words


def compare_tokens(old: Sequence[Token], new: Sequence[Token]) -> list[Piece]:
    """Pieces whose tokens, but for the new ones, are the old text, and, but for those gone, the new one."""
    start, end = common_ends(old, new)
    middle = compare_middle(old[start : len(old) - end], new[start : len(new) - end])
    last = (Piece("same", tuple(new[len(new) - end :])),) if end else ()
    return joined([Piece("same", tuple(new[:start])), *middle, *last])


def common_ends(old: Sequence[Any], new: Sequence[Any]) -> tuple[int, int]:
    """How many items two sequences share at the beginning, and how many of the rest at the end."""
    most = min(len(old), len(new))
    start = next((n for n in range(most) if old[n] != new[n]), most)
    most -= start
    return start, next((n for n in range(most) if old[-1 - n] != new[-1 - n]), most)


def compare_middle(old: Sequence[Token], new: Sequence[Token]) -> Iterator[Piece]:
    if len(old) * len(new) <= MOST_STEPS:
        yield from matched([(token,) for token in old], [(token,) for token in new])
        return
    yield from matched(sentences(old), sentences(new))


def sentences(tokens: Sequence[Token]) -> list[tuple[Token, ...]]:
    found: list[list[Token]] = [[]]
    for token in tokens:
        found[-1].append(token)
        if token.text in SENTENCE_END:
            found.append([])
    return [tuple(sentence) for sentence in found if sentence]


def matched(old: list[tuple[Token, ...]], new: list[tuple[Token, ...]]) -> Iterator[Piece]:
    numbers: dict[tuple[Token, ...], int] = {}  # which are compared faster than what they stand for
    before, after = ([numbers.setdefault(group, len(numbers)) for group in side] for side in (old, new))
    spaces = {number for group, number in numbers.items() if all(map(is_blank, group))}
    # What matches by its spaces alone is no match; and they are what would make difflib slow.
    for kind, i1, i2, j1, j2 in SequenceMatcher(spaces.__contains__, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("same", flat(new[j1:j2]))
        else:
            yield Piece("gone", flat(old[i1:i2]))
            yield Piece("new", flat(new[j1:j2]))


def flat(groups: Iterable[tuple[Token, ...]]) -> tuple[Token, ...]:
    return tuple(token for group in groups for token in group)


def joined(pieces: Iterable[Piece]) -> list[Piece]:
    """The same with each change in one: what is gone, then what is new, spaces between two changes in both."""
    found: list[Piece] = []
    gone: list[Token] = []
    new: list[Token] = []
    space: tuple[Token, ...] = ()

    def flush() -> None:
        for kind, tokens in (("gone", gone), ("new", new)):
            if tokens:
                found.append(Piece(kind, tuple(tokens)))
            tokens.clear()

    for piece in pieces:
        if not piece.tokens:
            continue
        if piece.kind == "same" and (gone or new) and all(is_blank(token) for token in piece.tokens):
            space += piece.tokens
            continue
        if piece.kind == "same":
            flush()
            found.append(Piece("same", space + piece.tokens))
        else:
            gone += space
            new += space
            (gone if piece.kind == "gone" else new).extend(piece.tokens)
        space = ()
    flush()
    return [*found, Piece("same", space)] if space else found


def is_blank(token: Token) -> bool:
    return not token.tag and token.text.isspace()


# Showing


def shown(path: Sequence[str], pieces: Iterable[Piece]) -> SafeString:
    """One block as HTML, its changes in <ins> and <del>, each with a word for those who don't see the lines."""
    opened = "".join(f"<{tag}>" for tag in path)
    closed = "".join(f"</{tag.split(' ', 1)[0]}>" for tag in reversed(path))
    return mark_safe(opened + "".join(map(shown_piece, pieces)) + closed)  # noqa: S308 - escaped, token by token


def shown_piece(piece: Piece) -> str:
    inner = "".join(shown_tokens(marks, tokens, piece.kind) for marks, tokens in by_marks(piece.tokens))
    if piece.kind == "same":
        return inner
    tag, word = ("del", _("gone")) if piece.kind == "gone" else ("ins", _("new"))
    aside = '<span class="redline__aside">'
    return f"<{tag}>{aside}[{html.escape(word)}: </span>{inner}{aside}]</span></{tag}>"


def by_marks(tokens: Iterable[Token]) -> Iterator[tuple[tuple[str, ...], list[Token]]]:
    run: list[Token] = []
    for token in tokens:
        if run and run[-1].marks != token.marks:
            yield run[0].marks, run
            run = []
        run.append(token)
    if run:
        yield run[0].marks, run


def shown_tokens(marks: tuple[str, ...], tokens: list[Token], kind: str) -> str:
    inner = "".join(f"<{token.tag}>" if token.tag else html.escape(token.text, quote=False) for token in tokens)
    for tag in reversed(marks):
        inner = f"<{tag}>{inner}</{tag.split(' ', 1)[0]}>"
    links = [found[1] for tag in marks if (found := re.search(r'\bhref="([^"]*)"', tag))]
    if kind != "same" and links:  # perhaps nothing but the address changed
        inner += f' <span class="redline__address">({links[-1]})</span>'
    return inner
