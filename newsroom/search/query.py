"""
What a reader typed, as what is to be found. Whatever it is, it can be read; what means nothing is passed over.

All words must be there; "words in quotes" in this order; a word with a minus before it must not be there.
"""

import re
from typing import NamedTuple

from newsroom.lib.terms import chunks, clusters, common_pairs, pairs, prepared, read_word, stem

LONGEST = 200  # characters; the rest is not looked for
MOST = 12  # words and phrases

QUOTES = re.compile("[“”„‟″＂«»「」『』]")
PIECE = re.compile(r'(?P<minus>(?<!\S)[-－−])?(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]+))')
LETTERS_AND_NUMBER = re.compile(r"(?P<letters>[a-z]+)(?P<number>[0-9.]+)|(?P<digits>[0-9.]+)(?P<unit>[a-z]+)")


class Phrase(NamedTuple):
    """Terms in a row; if it `is_open`, the last may go on."""

    terms: tuple[str, ...]
    is_open: bool = False


Clause = tuple[Phrase, ...]
"""Ways to write one thing, of which one must be there."""


class Query(NamedTuple):
    """`text` is what was read of it, `is_cut` whether there was more, `is_quoted` whether words are to be in a row."""

    text: str
    wanted: tuple[Clause, ...]
    unwanted: tuple[Clause, ...]
    is_cut: bool
    is_quoted: bool

    @property
    def implied(self) -> tuple[Clause, ...]:
        """What is in every text that has what is wanted, and in few others: it finds those sooner."""
        rows = (clause[0].terms for clause in self.wanted if len(clause) == 1)
        return tuple((Phrase((pair,)),) for row in rows for pair in dict.fromkeys(common_pairs(row)))


def parse(typed: str) -> Query:
    whole = " ".join(prepared(typed[: 10 * LONGEST]).split())
    text = whole[:LONGEST]
    wanted: list[Clause] = []
    unwanted: list[Clause] = []
    is_quoted = False
    for piece in PIECE.finditer(QUOTES.sub('"', text)):
        quoted, bare = piece["quoted"], piece["bare"]
        if piece["minus"]:
            unwanted += in_a_row(quoted or bare or "")
        elif quoted is not None:
            wanted += in_a_row(quoted)
            is_quoted = True
        else:
            wanted += one_by_one(bare)
    wanted, unwanted = list(dict.fromkeys(wanted)), list(dict.fromkeys(unwanted))
    is_cut = len(whole) > LONGEST or len(wanted) + len(unwanted) > MOST
    return Query(text, tuple(wanted[:MOST]), tuple(unwanted[: max(0, MOST - len(wanted))]), is_cut, is_quoted)


def one_by_one(text: str) -> list[Clause]:
    """A clause for each word of a text, which is found wherever it stands."""
    found = []
    for is_run, chunk, _ in chunks(text):
        clause = of_run(chunk) if is_run else of_word(chunk)
        if clause:
            found.append(clause)
    return found


def in_a_row(text: str) -> list[Clause]:
    """The words of a text as one clause, which is found where they follow each other; none if it has no word."""
    found = list(chunks(text))
    if len(found) == 1:
        return one_by_one(text)
    terms: list[str] = []
    is_open = False
    for number, (is_run, chunk, _) in enumerate(found, start=1):
        if not is_run:
            terms += read_word(chunk).terms
            continue
        characters = clusters(chunk)
        terms += [pair for pair, _, _ in pairs(characters)]
        # Where something else follows, the run ends in the text too, and its last character stands alone there.
        if number < len(found) or len(characters) == 1:
            terms += [character for character, _, _ in characters[-1:]]
            is_open = number == len(found)
    return [(Phrase(tuple(terms), is_open),)] if terms else []


def of_run(run: str) -> Clause:
    characters = clusters(run)
    if len(characters) == 1:
        return (Phrase((characters[0][0],), is_open=True),)
    return (Phrase(tuple(pair for pair, _, _ in pairs(characters))),) if characters else ()


def of_word(chunk: str) -> Clause:
    word = read_word(chunk)
    parts = word.terms
    if not parts:
        return ()
    if word.others and word.others[-1][-1] in "+#":  # C++ is no C
        return (Phrase((word.others[-1],)),)
    ways = [Phrase(parts), *(Phrase((other,)) for other in word.others)]
    for joined in (*word.others, *(parts if len(parts) == 1 else ())):
        if split := LETTERS_AND_NUMBER.fullmatch(joined):  # GPT4 is GPT-4 and GPT 4
            pieces = [piece for piece in split.groups() if piece]
            ways.append(Phrase(tuple(stem(piece) for piece in pieces)))
    return tuple(dict.fromkeys(ways))
