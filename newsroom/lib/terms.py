"""
Words as a search compares them: the same for whoever wrote a text and whoever looks for something in it.

A text is read as a row of terms. What is folded away is what people leave out or write otherwise: case, accents of
Latin, Greek and Cyrillic, full and half width, endings of English words. Scripts that put no spaces between words
(Chinese, Japanese, Thai …, and Korean, whose words grow) are read as pairs of neighbours and the last character alone:
whoever looks for two characters or more looks for such pairs in a row, whoever looks for one for what begins with it.

What is written with marks within it (O'Brien, AT&T, GPT-4, U.S., C++) is a row of its parts, and besides one term
without the marks, as many type it. Numbers keep their point (3.5) and lose the commas between thousands.

Two of the commonest words in a row are one more term (of_the), as nearly every text has both and few phrases of them
do: whoever looks for such a phrase would otherwise have nearly all texts read.

A term holds letters, digits and accents, points and the signs + and #; no white space, no quote and no capital. Only
the term of a pair holds a _.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from threading import Lock
from typing import NamedTuple

import snowballstemmer

from newsroom.lib.text import LONG_RUN, SORTED, UNSEEN, printable


def ranges(points: list[int]) -> str:
    """Code points as the inside of a character class."""
    runs: list[list[int]] = []
    for point in points:
        if runs and runs[-1][1] == point - 1:
            runs[-1][1] = point
        else:
            runs.append([point, point])
    return "".join(f"{chr(first)}-{chr(last)}" if first < last else chr(first) for first, last in runs)


# Only up to U+FFFF: Python's classes are quick there, and ten times slower beyond.
MARK = ranges([point for point in range(0x300, 0xFFFF) if unicodedata.category(chr(point))[0] == "M"])
HIDDEN = "\xad\u2800\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
# Han with its radicals and signs, kana, bopomofo, Hangul, Thai, Lao, Burmese, Khmer; of full and of half width.
UNSPACED = (
    "\u2e80-\u2fd5\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303b\u3041-\u3096\u309d-\u309f\u30a1-\u30fa"
    "\u30fc-\u318e\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d\uffa1-\uffdc"
    "\u1100-\u115e\u1161-\u11ff\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7fb"
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6\u0edc-\u0edf"
    "\u1000-\u102a\u103f\u1050-\u1055\u1780-\u17b3"
)
SOUND = "\uff9e\uff9f"  # the marks of half-width kana, which Unicode calls letters
LONGEST = 64  # characters; what is longer is read as several words, by whoever writes and whoever seeks

ONE_UNSPACED = re.compile(f"[{UNSPACED}]")
LETTER = ranges([point for point in range(0x10000) if (c := chr(point)).isalnum() and not ONE_UNSPACED.match(c)])
JOINT = r"(?:['’ʼ‘＇&＆.．‐‑·-]|(?<=\d),(?=\d{3}(?!\d)))"
PART = f"[{LETTER}][{LETTER}{MARK}{HIDDEN}]{{0,{LONGEST}}}+"
WORD = rf"{PART}(?:{JOINT}{PART}){{0,7}}(?:[+#]{{1,3}}(?![^\W_]))?"
RUN = f"[{UNSPACED}][{UNSPACED}{SOUND}{MARK}{HIDDEN}]*+"
RARE = f"[\U00010000-\U0003ffff]{{1,{LONGEST}}}"  # letters that few scripts need, and emoji, of which nothing is kept
CHUNK = re.compile(rf"{WORD}|(?P<run>{RUN})|{RARE}")
CLUSTER = re.compile(rf"[{UNSPACED}{SOUND}][{SOUND}{MARK}{HIDDEN}]*")
BARE_RUN = re.compile("[\u3041-\u3096\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]+")  # each its own cluster
PIECE = re.compile(r"(?:[^'’ʼ‘＇&＆.．‐‑·+#-]|(?<=\d)[.．](?=\d))+")
POSSESSIVE = re.compile(r"['’ʼ‘＇][sS]$")
SIGNS = re.compile(r"[+#]+$")
TERM = re.compile(rf"(?:[^\W_]|[{MARK}]|(?<=\d)\.(?=\d))+")
SORTED_MARK = re.compile(f"[{''.join(mark for mark in SORTED if mark <= chr(0xFFFF))}\U00010000-\U0003ffff]")
ACCENT = re.compile("[\u0300-\u036f]+")
ENGLISH = re.compile("[a-z]{3,}")
THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
# Letters that are written otherwise where the keyboard has none of them, and that no decomposition gives away.
LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})

# What most English texts have most of, as stems: articles, pronouns, and what joins other words.
SMALL_WORDS = (
    "a about after all also an and are as at be been but by can could for from had has have he her his how i if in "
    "into is it more new no not of on one or our out over said she so than that the their them there they this to "
    "under up was we were what when which who will with would you"
)
COMMONEST = frozenset(SMALL_WORDS.split())

stemmer = snowballstemmer.stemmer("english")
stemming = Lock()  # it keeps what it works on in itself


Place = tuple[str, int, int]
"""A term, and where in the text it stands: from the second up to the third."""


class Word(NamedTuple):
    """What one word of a text is: the terms of its parts in a row, their places in the word, and its other forms."""

    terms: tuple[str, ...]
    parts: tuple[Place, ...]
    others: tuple[str, ...]


class Reading(NamedTuple):
    """
    A text: its terms in a row, and the other forms of its words.

    A phrase is terms that follow each other in the row.
    """

    row: list[Place]
    others: list[Place]


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """An English word without its ending: companies and company are one. Anything else as it is."""
    if not ENGLISH.fullmatch(word):
        return word
    with stemming:
        return str(stemmer.stemWord(word))


def fold(text: str) -> str:
    """A piece of text without case, accents and width. Not to be used on scripts without spaces."""
    text = unicodedata.normalize("NFKC", UNSEEN.sub("", text)).casefold().translate(LETTERS)
    return unicodedata.normalize("NFKC", ACCENT.sub("", unicodedata.normalize("NFD", text)))


@lru_cache(maxsize=100_000)
def read_word(word: str) -> Word:
    signs = SIGNS.search(word)
    body = POSSESSIVE.sub("", word[: signs.start()] if signs else word)
    parts: list[Place] = []
    if body.isascii() and body.isalnum():  # nearly all words of nearly all texts
        parts.append((body.lower(), 0, len(body)))
    else:
        # The comma of thousands becomes a sign that nothing else is, to keep the places.
        for piece in PIECE.finditer(body):
            folded = fold(THOUSANDS.sub("", piece[0]))
            parts += [(term, *piece.span()) for term in TERM.findall(folded)]
    others = []
    if 1 < len(parts) <= 4:
        others.append(stem("".join(part for part, _, _ in parts)))
    if signs and parts:
        others.append(parts[-1][0] + signs[0])
    stemmed = tuple((stem(part), start, end) for part, start, end in parts)
    return Word(tuple(part for part, _, _ in stemmed), stemmed, tuple(others))


def clusters(run: str) -> list[Place]:
    """The characters of a run without spaces, each with the marks that it bears."""
    if BARE_RUN.fullmatch(run):
        return [(character, place, place + 1) for place, character in enumerate(run)]
    found = []
    for cluster in CLUSTER.finditer(run):
        text = "".join(TERM.findall(unicodedata.normalize("NFKC", UNSEEN.sub("", cluster[0])).casefold()))
        if text:
            found.append((text, *cluster.span()))
    return found


def prepared(text: str) -> str:
    """The text as it is read: printable, composed (NFC). What `start` and `end` of a term count in."""
    text = printable(text)
    if SORTED_MARK.search(text):  # looked for first, as most texts have none
        text = LONG_RUN.sub(r"\1", text)
    return unicodedata.normalize("NFC", text)


def chunks(text: str) -> Iterator[tuple[bool, str, int]]:
    """The words of a prepared text and its runs without spaces (True), and where each begins."""
    for chunk in CHUNK.finditer(text):
        yield chunk["run"] is not None, chunk[0], chunk.start()


def pairs(characters: list[Place]) -> list[Place]:
    """Neighbours, two by two."""
    return [(one + other, start, end) for (one, start, _), (other, _, end) in pairwise(characters)]


def common_pairs(row: Iterable[str]) -> Iterator[str]:
    """The terms of neighbours in a row that are both of the commonest."""
    for one, other in pairwise(row):
        if one in COMMONEST and other in COMMONEST:
            yield f"{one}_{other}"


def read(text: str) -> Reading:
    """A prepared text as its terms."""
    row: list[Place] = []
    others: list[Place] = []
    for found in CHUNK.finditer(text):
        chunk, at = found[0], found.start()
        if found["run"] is not None:
            characters = clusters(chunk)
            row += [(term, at + start, at + end) for term, start, end in pairs(characters) + characters[-1:]]
            continue
        word = read_word(chunk)
        for term, start, end in word.parts:
            row.append((term, at + start, at + end))
        others += [(other, at, at + len(chunk)) for other in word.others]
    return Reading(row, others)


def list_terms(text: str) -> tuple[list[str], list[str]]:
    """As `read`, without places: what is in the row, and what other forms there are. For writing an index quickly."""
    row: list[str] = []
    others: list[str] = []
    for piece in prepared(text).split():  # no chunk goes beyond white space
        terms, forms = known_terms(piece) if len(piece) <= LONGEST else terms_of(piece)
        row += terms
        if forms:
            others += forms
    return row, others


def terms_of(piece: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    row: list[str] = []
    others: list[str] = []
    for found in CHUNK.finditer(piece):
        if found["run"] is None:
            word = read_word(found[0])
            row += word.terms
            others += word.others
        else:
            characters = clusters(found[0])
            row += [pair[0] for pair in pairs(characters)]
            row += [character[0] for character in characters[-1:]]
    return tuple(row), tuple(others)


known_terms = lru_cache(maxsize=100_000)(terms_of)  # most texts are made of the same words
