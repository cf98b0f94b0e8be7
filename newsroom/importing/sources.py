"""The line that credits the sources of an issue, and the names in it."""

import re
from collections.abc import Iterable

from newsroom.importing.entries import label

_CREDITS_BY = re.compile(
    r"[*_]{0,3}(?:(?:additional|with|original|further)\s+)?"
    r"(?:report(?:ing|ed|s)?|contribut(?:ions?|ed)|research(?:ed)?|sourced)\s+"
    r"(?:(?:was|were|is|are)\s+)?(?P<contributed>(?:contributed|provided|supplied)\s+)?(?:by|from)\b\s*[:：]?[*_]{0,3}",
    re.IGNORECASE,
)
_CREDITS_COLON = re.compile(
    r"[*_]{0,3}(?:(?:news\s+)?sources?|(?:reporting\s+)?credits?|contributors?|with\s+reporting\s+by|acknowledge?ments?"
    r"|(?:sources?|credits?)\s+(?:and|&)\s+(?:sources?|credits?|thanks|acknowledge?ments?)"
    r"|(?:消息|资料|資料|信息|新闻|新聞)?(?:来源|來源)|供稿)\s*[*_]{0,3}\s*(?:[:：][*_]{0,3}|$)",
    re.IGNORECASE,
)
# "Edited by A. Additional reporting by B": the editors are no source.
_EDITED_BY = re.compile(
    r"[*_]{0,3}(?:edited|editing|compiled|written|translated) by [^.;|]{1,80}[.;|]\s*", re.IGNORECASE
)
_LONGEST_CREDITS = 1_000


def credited(text: str) -> str | None:
    """What stands behind "Reporting contributed by" or "Sources:"; "" if the names follow on other lines.

    None if the line is no credits line. "Reporting by" also opens sentences, so what follows has to look like
    names: short pieces that begin with a capital, a sign of Chinese writing or a figure.
    """
    if len(text) > _LONGEST_CREDITS:
        return None
    if edited := _EDITED_BY.match(text):
        text = text[edited.end() :]
    match = _CREDITS_COLON.match(text) or _CREDITS_BY.match(text)
    if match is None:
        return None
    names = text[match.end() :].strip()
    is_sure = match.re is _CREDITS_COLON or match["contributed"] or match[0].rstrip("*_ ").endswith((":", "："))
    return names if is_sure or look_like_names(names) else None


def look_like_names(text: str) -> bool:
    """Whether ``text`` can be names parted by commas, semicolons or "and"."""
    pieces = [piece.strip(" \u00a0*_") for piece in re.split(r"[,，、;；]|\sand\s", text)]
    return all(_looks_like_name(piece.removeprefix("and ")) for piece in pieces if piece)


def _looks_like_name(piece: str) -> bool:
    """At most eight words, and the first is not in lower case; "iResearch" is a name."""
    words = piece.removeprefix("the ").split()
    return len(words) <= 8 and not (words and words[0].islower())


# "Johnson and Partners" is one source, "Reuters and Bloomberg" are two.
_FIRM_ENDINGS = frozenset(
    ["partners", "sons", "daughters", "associates", "brothers", "company", "co", "colleagues", "family"]
)
# No comma before a legal form parts names: "Time, Inc." is one.
_COMMA = re.compile(r"[,，、](?!\s?(?:inc|llc|ltd|corp|plc|gmbh|co)\b)", re.IGNORECASE)
_SEMICOLON = re.compile(r"[;；]")
_LEADING_AND = re.compile(r"(?:and|&)\s+|(?:以及|和|及)(?=.)", re.IGNORECASE)
_INNER_AND = re.compile(r"\sand\s|以及|和|及", re.IGNORECASE)


def read_names(text: str) -> tuple[str, ...]:
    """The names in ``A, B, and C``, ``A, B and C``, ``A and B`` or ``A; B; C``.

    "&" never parts names, and with a comma before the last "and" no other "and" does.
    """
    if _SEMICOLON.search(text):
        pieces = [_without_and(piece.strip()) for piece in _SEMICOLON.split(text)]
        return _clean(name for piece in pieces for name in (read_names(piece) if _is_series(piece) else [piece]))
    *others, last = (piece.strip() for piece in _COMMA.split(text))
    if others and _LEADING_AND.match(last):
        return _clean([*others, _without_and(last)])
    return _clean([*others, *_split_at_and(last)])


def _is_series(text: str) -> bool:
    """``A, B and C`` between semicolons; "The Times, London" is one name."""
    return bool(_COMMA.search(text) and _INNER_AND.search(text))


def _without_and(text: str) -> str:
    return _LEADING_AND.sub("", text, count=1) if _LEADING_AND.match(text) else text


def _split_at_and(text: str) -> list[str]:
    """``A and B`` → A, B, unless what follows the "and" only belongs to a firm's name."""
    for match in _INNER_AND.finditer(text):
        before, after = text[: match.start()].strip(), text[match.end() :].strip()
        if before and after and after.rstrip(".").casefold() not in _FIRM_ENDINGS:
            return [before, *_split_at_and(after)]
    return [text]


def _clean(names: Iterable[str]) -> tuple[str, ...]:
    """Names without emphasis and full stop at the end, each once, in printed order."""
    found: dict[str, None] = {}
    for printed in names:
        name = label(printed)
        if not name.casefold().endswith((" inc.", " ltd.", " corp.", " co.")):
            name = name.rstrip(".。 ")
        if name:
            found[name] = None
    return tuple(found)
