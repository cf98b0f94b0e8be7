"""Telling whether two names may mean the same."""

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher

from newsroom.lib.text import folded

ENDINGS = re.compile(
    r"\b(?:the|inc|incorporated|corp|corporation|co|company|ltd|limited|llc|plc|ag|gmbh|sa|nv|group|holdings?|"
    r"technolog(?:y|ies)|labs?)\b"
)
MARKS = re.compile(r"[^\w\s]|_")


def essence(name: str) -> str:
    """A name without what people leave out: case, accents, marks, "Inc.", "Group". All of it if nothing is left."""
    bare = MARKS.sub("", unicodedata.normalize("NFD", folded(name)))
    return " ".join(ENDINGS.sub(" ", bare).split()) or bare


def closest(name: str, names: Iterable[str], *, likeness: float = 0.85) -> str | None:
    """
    Of `names` the one that most probably means the same as `name`, or None.

    Two names are alike if they are the same at heart, if one begins with all words of the other, or if their
    letters agree for the share `likeness` (Ratcliff/Obershelp, as difflib has it).
    """
    wanted = essence(name)
    best, best_score = None, likeness
    letters = SequenceMatcher(None, "", wanted, autojunk=False)
    for other in names:
        known = essence(other)
        if known == wanted:
            return other
        if known.startswith(f"{wanted} ") or wanted.startswith(f"{known} "):
            score = 0.95
        else:
            letters.set_seq1(known)
            # The cheap upper bounds first: nearly all names of a registry end there.
            hopeful = letters.real_quick_ratio() > best_score and letters.quick_ratio() > best_score
            score = letters.ratio() if hopeful else 0.0
        if score > best_score:
            best, best_score = other, score
    return best
