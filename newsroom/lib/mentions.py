"""Finding names in a text: the longest at each place, as whole words; and what is made of that in rich text."""

import html
import re
import unicodedata
from collections.abc import Container, Hashable, Iterable, Iterator, Mapping
from typing import Generic, NamedTuple, TypeVar

import ahocorasick

Key = TypeVar("Key", bound=Hashable)

# Scripts that put no space between words: a name in them may stand in the middle of a run.
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
# Korean does, but writes what English says with "of" or "to" at the end of the name.
PARTICLE = re.compile(r"(?:에서|에게|으로|까지|부터|[은는이가을를의와과도에로만])(?![\uac00-\ud7af])")
# "Huawei-style", "华为式": the name is part of another word there; in a headline, "Huawei-Backed" too. "Huawei–ZTE" and
# "Apple-Google" are none.
COMPOUND = re.compile(
    r"[-\u2010\u2011](?:[a-z]|(?i:style|like|type|era|based|backed|built|made|led|owned|run|funded|powered|supported|"
    r"sponsored|designed|developed|branded|linked|affiliated|related|inspired|trained|controlled|compatible|free|only)\b)"
    r"|式(?!微)"
)
# "$3M", "1.3M": what would be the name of a company is an amount.
AMOUNT = re.compile(r"(?:[$€£¥￥]|[0-9][.,])[0-9]\Z")
# A tag of cleaned HTML, where a value may hold a >.
TAG = re.compile(r"""<(?P<closing>/?)(?P<name>[a-z][a-z0-9]*)(?:[^>"]|"[^"]*")*>""")
APART = {"a", "h1", "h2", "h3", "h4", "h5", "h6"}  # a name in these is part of a link or a heading, not of what is said
IN_LINE = {"em", "strong"}
GAP = "\ufffc"  # stands for what is left out: it belongs to no word
ENDS = re.compile(r"[.!?…]+[”’\"')\]]*(?=\s)|[。！？]+[”’」』）]*|\n")


class Found(NamedTuple, Generic[Key]):
    """A name at a place of the text: `text[start:end]`."""

    key: Key
    start: int
    end: int


class Names(Generic[Key]):
    """
    Names, each with what it stands for, made ready to be found (Aho & Corasick 1975: in one pass, however many).

    A name is found whatever its case, accents and typography (`lower`), but not where the text has it in small letters
    and the name itself has not: "Nvidia" is NVIDIA, and an apple is not Apple.
    """

    def __init__(self, names: Iterable[tuple[str, Key]]) -> None:
        self.automaton = ahocorasick.Automaton()
        for written, key in names:
            name = unicodedata.normalize("NFC", written)
            if len(name) > 1 and (lowered := lower(name)) not in self.automaton:
                self.automaton.add_word(lowered, (name, key))
        if len(self.automaton):
            self.automaton.make_automaton()

    def find(self, text: str) -> Iterator[Found[Key]]:
        """All names in the text, from its beginning on; where two overlap, the one that begins first, or is longer."""
        if not len(self.automaton):
            return
        candidates = []
        for last, (name, key) in self.automaton.iter(lower(text)):
            start, end = last + 1 - len(name), last + 1
            if is_word(text, start, end) and has_case_of(text[start:end], name):
                candidates.append(Found(key, start, past_marks(text, end)))
        reached = 0
        for found in sorted(candidates, key=lambda found: (found.start, -found.end)):
            if found.start >= reached:
                reached = found.end
                yield found


class Letters(dict[int, str]):
    """
    For `str.translate`: each letter as names are compared, one for one, so that every place stays what it was.

    Small, of normal width, without the accents of the Latin letters; apostrophes, hyphens and spaces are all alike.
    What would become two letters stays as it is.
    """

    def __missing__(self, point: int) -> str:
        letter = chr(point)
        known = unicodedata.normalize("NFKC", letter)
        parts = unicodedata.normalize("NFD", known)
        if parts[0].isascii() and all(map(unicodedata.combining, parts[1:])):
            known = parts[0]
        small = known.lower()
        self[point] = small if len(small) == 1 else letter
        return self[point]


# What typography does to a name, and no spelling: apostrophes, hyphens, and spaces that break no line.
TYPOGRAPHY = str.maketrans({"‘": "'", "’": "'", "ʼ": "'", "‐": "-", "‑": "-", "\u00a0": " ", "\u202f": " "})
LETTERS = Letters(TYPOGRAPHY)
BEYOND_ASCII = re.compile(r"([^\x00-\x7f]+)")


def typed(name: str) -> str:
    """A name as a keyboard has it."""
    return name.translate(TYPOGRAPHY)


def lower(text: str) -> str:
    """The text as names are compared, each letter in its place."""
    if text.isascii():
        return text.lower()
    parts = BEYOND_ASCII.split(text)  # of which most texts have a few signs; the rest is small letters much sooner
    return "".join(part.translate(LETTERS) if place % 2 else part.lower() for place, part in enumerate(parts))


def past_marks(text: str, end: int) -> int:
    """Where the accents end that are written as characters of their own after a letter."""
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return end


def is_word(text: str, start: int, end: int) -> bool:
    """Whether nothing goes on before and after, as far as the script shows where words end."""
    before, after = text[start - 1 : start], text[end : end + 1]
    begins = not (before.isalnum() and not UNSPACED.match(before) and not UNSPACED.match(text[start]))
    ends = not (after.isalnum() and not UNSPACED.match(after) and not UNSPACED.match(text[end - 1]))
    ends = ends or PARTICLE.match(text, end) is not None
    if before in ("_", "@", "#") or COMPOUND.match(text, end):
        return False
    return begins and ends and not AMOUNT.search(text, max(0, start - 2), start + 1)


def has_case_of(text: str, name: str) -> bool:
    """Whether a text has a name as it is written, or at least does not begin small what the name does not."""
    first = next((place for place, letter in enumerate(name) if letter.isalpha()), 0)
    return text == name or not (text[first].islower() and not name[first].islower())


class Piece(NamedTuple):
    """A run of words in cleaned HTML, `markup[start:end]`, of which the first stands at `at` in the text."""

    start: int
    end: int
    at: int
    words: str


def read(markup: str) -> tuple[str, list[Piece]]:
    """
    The text of cleaned HTML (newsroom.lib.richtext) in which names count, and the pieces of markup that it is made of.

    What stands in a link or a heading is left out; blocks are on lines of their own.
    """
    text: list[str] = []
    pieces: list[Piece] = []
    length = reached = apart = 0
    for tag in (*TAG.finditer(markup), None):
        end = tag.start() if tag else len(markup)
        if end > reached:
            words = GAP if apart else html.unescape(markup[reached:end]).replace("\n", " ")
            if not apart:
                pieces.append(Piece(reached, end, length, words))
            text.append(words)
            length += len(words)
        if tag is None:
            break
        reached = tag.end()
        if tag["name"] in APART:
            apart = max(0, apart - 1) if tag["closing"] else apart + 1
        elif tag["name"] not in IN_LINE:
            text.append("\n")
            length += 1
    return "".join(text), pieces


def find_first(markup: str, names: Names[Key], keys: Container[Key]) -> list[Found[Key]]:
    """
    The first place in cleaned HTML that names each of these keys.

    None within a link or a heading, nor where a name is broken by a tag: then the next place is taken.
    """
    text, pieces = read(markup)
    places: dict[Key, Found[Key]] = {}
    for found in names.find(text):
        if found.key in keys and found.key not in places:
            piece = next((p for p in pieces if p.at <= found.start and found.end <= p.at + len(p.words)), None)
            if piece:
                ends = (place_in(markup, piece, place - piece.at) for place in (found.start, found.end))
                places[found.key] = Found(found.key, *ends)
    return sorted(places.values(), key=lambda found: found.start)


def link(markup: str, places: Iterable[Found[Key]], addresses: Mapping[Key, str]) -> str:
    """HTML in which these places, in their order, are links. Everything else stays as it is, byte for byte."""
    parts, reached = [], 0
    for key, start, end in places:
        parts += [markup[reached:start], f'<a href="{html.escape(addresses[key])}">', markup[start:end], "</a>"]
        reached = end
    return "".join((*parts, markup[reached:]))


def link_first(markup: str, names: Names[Key], addresses: Mapping[Key, str]) -> str:
    """Cleaned HTML in which the first place that names something with an address is a link there (`find_first`)."""
    return link(markup, find_first(markup, names, addresses), addresses)


REFERENCE = re.compile(r"&(?:#[0-9]+|#x[0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);|.", re.DOTALL)


def place_in(markup: str, piece: Piece, offset: int) -> int:
    """Where in the markup the character stands that is `offset` characters into a piece's words."""
    if piece.end - piece.start == len(piece.words):  # no references in it
        return piece.start + offset
    at, passed = piece.start, 0
    while passed < offset:
        character = REFERENCE.match(markup, at, piece.end)
        if character is None:
            break
        passed += len(html.unescape(character[0]))
        at = character.end()
    return at


def sentence(text: str, start: int, end: int, *, most: int = 160) -> tuple[str, str, str]:
    """What stands before, at and after `text[start:end]` in its sentence; at most so many characters on each side."""
    begins = max((found.end() for found in ENDS.finditer(text, 0, start)), default=0)
    ending = ENDS.search(text, end)
    ends = ending.end() if ending else len(text)
    before, after = text[begins:start].replace(GAP, "…").lstrip(), text[end:ends].replace(GAP, "…").rstrip()
    if len(before) > most:  # without the rest of a word that is cut
        before = "…" + re.sub(r"^\w{1,20}\b(?=\s)", "", before[-most:]).lstrip()
    if len(after) > most:
        after = re.sub(r"(?<=\s)\w{1,20}$", "", after[:most]).rstrip() + "…"
    return before, text[start:end], after
