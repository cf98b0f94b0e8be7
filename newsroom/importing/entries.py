"""One printed entry → its fields: a watchlist note, a line of the policy tracker.

All patterns are linear: no run of characters is tried from more than one start.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from newsroom.importing.vocabulary import words

# A bracket with a colon or a dash behind it, of either width: (China): · （中国）： · (China) —
_COUNTRY = re.compile(r"[(（]([^()（）]{0,80})[)）][*_]{0,3}\s?(?:[:：]|[—–―─⸺]{1,2}|-+(?=\s))")
_COUNTRY_ONLY = re.compile(r"[(（]([^()（）]{1,80})[)）]")
# A colon needs a space behind it (the full-width one brings its own), a dash one on both sides:
# "Rolls-Royce", "14:30" and "2025–2030" stay whole. The double dash of Chinese needs none.
_SEPARATOR = re.compile(r"[:：][*_]{1,3}\s|:\s|：|\s[—–―─⸺-]{1,3}\s|\s?(?:[—―─]{2}|⸺)\s?")
_NO_BREAK = str.maketrans(dict.fromkeys("\u00a0\u202f\u2007", " "))
_LONGEST_BRACKET = 2_000
_LONGEST_ROW = 1_000


def cells(text: str) -> list[str]:
    """The cells of a table's row, of Markdown's bars or a word processor's tabs; [] for any other line.

    A line that names its company before a colon is none, whatever bars stand in its note.
    """
    if len(text) > _LONGEST_ROW:
        return []
    sign = "|" if "|" in text else "\t"
    first, found, _ = text.strip().removeprefix("|").partition(sign)
    if not found or (not text.startswith("|") and _SEPARATOR.search(f"{first} ")):
        return []
    parts = [part.strip() for part in text.strip().strip("|\t").split(sign)]
    return [part for part in parts if part] if parts[0] else []


class NoteFields(NamedTuple):
    company: str
    country: str
    note: str


class PolicyFields(NamedTuple):
    name: str
    detail: str | None


def plain_spaces(text: str) -> str:
    """``text`` with ordinary spaces for no-break ones: for names and headlines, which are compared."""
    return text.translate(_NO_BREAK)


def label(text: str) -> str:
    """A name without Markdown's emphasis around it."""
    bare = plain_spaces(text.replace("**", "").replace("__", "")).strip().strip("*_").strip()
    return bare or text.strip()


def _without_emphasis_left(text: str) -> str:
    """What follows a separator: "**Huawei:** note" leaves a closing mark in front of the note."""
    return re.sub(r"\A\s*(?:\*{1,3}|_{1,3})(?=\s)", "", text).strip()


def read_note(text: str) -> NoteFields:
    """``Name (Country): note``, ``Name: note`` or only ``Name``; what is not printed is ""."""
    if len(row := cells(text)) > 1:
        return _read_row(row)
    bracket = _COUNTRY.search(text)
    separator = _SEPARATOR.search(text)
    if bracket and not (separator and separator.start() < bracket.start()) and text[: bracket.start()].strip():
        note = _without_emphasis_left(text[bracket.end() :])
        return NoteFields(label(text[: bracket.start()]), label(bracket[1]), note)
    if separator and text[: separator.start()].strip():
        note = _without_emphasis_left(text[separator.end() :])
        return NoteFields(label(text[: separator.start()]), "", note)
    bare = _COUNTRY_ONLY.search(text)
    if bare and text[: bare.start()].strip():  # "Name (Country)", or a note without any sign before it
        return NoteFields(label(text[: bare.start()]), label(bare[1]), text[bare.end() :].strip("*_,;，；、 \u00a0"))
    return NoteFields(label(text), "", "")


def _read_row(row: Sequence[str]) -> NoteFields:
    """``ABB | Switzerland | Spin-off`` or ``ABB (Switzerland) | Spin-off``"""
    if len(row) > 2:
        return NoteFields(label(row[0]), label(row[1]), "; ".join(row[2:]))
    company, country, _ = read_note(row[0])
    return NoteFields(company, country, row[1])


_TABLE_WORDS = words(
    """
    company companies name firm country region note notes news comment why what update updates policy policies
    regulation rule detail details status 公司 企业 国家 地区 备注 动态 说明 政策 法规 状态 详情
    """
)


def is_table_head(text: str) -> bool:
    """Whether the row only says what the columns of a table hold."""
    row = cells(text)
    return len(row) > 1 and all(label(cell).casefold() in _TABLE_WORDS for cell in row)


def read_policy(text: str) -> PolicyFields:
    """``Name (detail)``, ``Name: detail``, ``Name — detail`` or only ``Name``.

    A bracket that closes the line is the detail, without the bracket; otherwise what follows the first colon
    or dash is. A bracket inside the name, "Digital Markets Act (DMA)", is a detail too: printed text cannot
    tell them apart, the desk can.
    """
    if len(row := cells(text)) > 1:
        return PolicyFields(label(row[0]), plain_spaces("; ".join(row[1:])))
    entry = text.rstrip(" \u00a0.;,*_")
    opening = _matching_bracket(entry)
    if opening > 0 and entry[:opening].strip():
        return PolicyFields(label(entry[:opening]), plain_spaces(entry[opening + 1 : -1]).strip() or None)
    separator = _SEPARATOR.search(text)
    if separator and text[: separator.start()].strip():
        detail = plain_spaces(_without_emphasis_left(text[separator.end() :]))
        return PolicyFields(label(text[: separator.start()]), detail or None)
    return PolicyFields(label(text), None)


def _matching_bracket(text: str) -> int:
    """Where the bracket opens that closes at the end of ``text``; -1 if none does."""
    if not text.endswith((")", "）")):
        return -1
    depth = 0
    for index in range(len(text) - 1, max(-1, len(text) - _LONGEST_BRACKET), -1):
        if text[index] in ")）":
            depth += 1
        elif text[index] in "(（":
            depth -= 1
            if depth == 0:
                return index
    return -1
