"""Pasted text → an issue: ``parse(text)`` and ``decode(data)`` know neither Django nor the database."""

from newsroom.importing.decoding import MAX_BYTES, UnreadableText, decode
from newsroom.importing.parsed import LeftOut, Level, Note, ParsedIssue, Policy, Problem, Section, Story, Takeaway
from newsroom.importing.parser import MAX_CHARACTERS, MAX_LINES, parse

__all__ = [
    "MAX_BYTES",
    "MAX_CHARACTERS",
    "MAX_LINES",
    "LeftOut",
    "Level",
    "Note",
    "ParsedIssue",
    "Policy",
    "Problem",
    "Section",
    "Story",
    "Takeaway",
    "UnreadableText",
    "decode",
    "parse",
]
