"""Finding names in a text: the longest at each place, as whole words."""

import re
from collections.abc import Hashable, Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

import ahocorasick

Key = TypeVar("Key", bound=Hashable)

# Scripts that put no space between words: a name in them may stand in the middle of a run.
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
# "Huawei-style", "Tesla-like": the name is part of another word there. "Huawei-made" too; "Huawei–ZTE" is none.
COMPOUND = re.compile(r"-[a-z]")


class Found(NamedTuple, Generic[Key]):
    """A name at a place of the text: `text[start:end]`."""

    key: Key
    start: int
    end: int


class Names(Generic[Key]):
    """
    Names, each with what it stands for, made ready to be found (Aho & Corasick 1975: in one pass, however many).

    A name is found whatever its case, but not where the text has it in small letters and the name itself has not:
    "Nvidia" is NVIDIA, and an apple is not Apple.
    """

    def __init__(self, names: Iterable[tuple[str, Key]]) -> None:
        self.automaton = ahocorasick.Automaton()
        for name, key in names:
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
                candidates.append(Found(key, start, end))
        reached = 0
        for found in sorted(candidates, key=lambda found: (found.start, -found.end)):
            if found.start >= reached:
                reached = found.end
                yield found


def lower(text: str) -> str:
    """In small letters, each in its place: the few letters that would become two stay as they are."""
    lowered = text.lower()
    if len(lowered) == len(text) and "Σ" not in text:  # whose small letter depends on what stands beside it
        return lowered
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)


def is_word(text: str, start: int, end: int) -> bool:
    """Whether nothing goes on before and after, as far as the script shows where words end."""
    before, after = text[start - 1 : start], text[end : end + 1]
    begins = not (before.isalnum() and not UNSPACED.match(before) and not UNSPACED.match(text[start]))
    ends = not (after.isalnum() and not UNSPACED.match(after) and not UNSPACED.match(text[end - 1]))
    return begins and ends and before not in ("_", "@", "#") and not COMPOUND.match(text, end)


def has_case_of(text: str, name: str) -> bool:
    return text == name or not (text[0].islower() and not name[0].islower())
