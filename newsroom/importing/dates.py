"""The date that opens the first paragraph of an issue: its dateline."""

import re
from dataclasses import dataclass
from datetime import date

from newsroom.importing.parsed import Said
from newsroom.importing.parsed import said as _

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}

_LABEL = r"(?:(?:published|posted|updated|issued|dated?)(?:\s+on)?\s*[:：]?\s*)?"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?\s*[,，]?\s+)?"
_YEAR, _DAY, _MONTH = r"(?P<year>\d{4})", r"(?P<day>\d{1,2})", r"(?P<month>\d{1,2})"
_NAME = r"(?P<name>[a-z]{3,9})\.?"
_ANY_NAME = r"[a-z]{3,9}\.?"
_NTH = r"(?:st|nd|rd|th)?"
_TO = r"\s?(?:[—–―-]|to|through|until|至|到)\s?"
_HAN_DAY = rf"\d{{1,2}}\s*[日号]?{_TO}"
# A span of days counts as its last one.
_FROM_DAY = rf"(?:\d{{1,2}}{_NTH}{_TO})?"
_SHAPES = (
    rf"{_NAME}\s*{_FROM_DAY}{_DAY}{_NTH}\s*[,，]?\s*{_YEAR}",  # April 12, 2025 · Apr. 6–12th 2025
    rf"{_ANY_NAME}\s*{_FROM_DAY}{_NAME}\s*{_DAY}{_NTH}\s*[,，]?\s*{_YEAR}",  # April 28 – May 4, 2025
    rf"{_FROM_DAY}{_DAY}{_NTH}\s+(?:of\s+)?{_NAME}\s*[,，]?\s*{_YEAR}",  # 12 April 2025 · 6–12 April 2025
    rf"\d{{1,2}}{_NTH}\s+{_ANY_NAME}{_TO}{_DAY}{_NTH}\s+{_NAME}\s*[,，]?\s*{_YEAR}",  # 28 April – 4 May 2025
    rf"{_YEAR}(?P<mark>[-/.])\s?{_MONTH}(?P=mark)\s?{_DAY}",  # 2025-04-12
    rf"{_DAY}\.\s?{_MONTH}\.\s?{_YEAR}",  # 12.04.2025
    rf"{_YEAR}\s*年\s*(?:\d{{1,2}}\s*月\s*{_HAN_DAY})?{_MONTH}\s*月\s*(?:{_HAN_DAY})?{_DAY}\s*[日号]",  # 2025年4月12日
)
_SLASHED = r"(?P<first>\d{1,2})/(?P<second>\d{1,2})/(?P<year>\d{4})"
# They look like a date and name no day.
_VAGUE = (
    r"(?:spring|summer|autumn|fall|winter|Q[1-4]|week\s+\d{1,2})\s*,?\s+\d{4}"
    rf"|{_NAME}\s*,?\s+\d{{4}}|\d{{4}}\s*年\s*\d{{1,2}}\s*月"
)
_EMPHASIS = r"[*_]{0,3}"
# HONG KONG, · (Hong Kong) · Brussels, Belgium, — never "In", "On Friday,", which open sentences.
_WORD = r"(?:[A-Z\u00c0-\u00de][^\W\d_]*+[.'’-]?)+"
_PLACE = (
    rf"(?-i:(?!(?:In|On|By|At|The|From|Until|Since|Before|After)\b)(?:{_WORD}(?: {_WORD}){{0,3}}[,，]\s{{1,3}}){{1,2}}"
    r"|[(（][^()（）]{1,40}[)）]\s{0,3})?"
)
# A dash or a colon must follow, or nothing: "April 12, 2025 was a quiet day" is no dateline.
_AFTER = rf"{_EMPHASIS}\s*(?:[—–―─⸺]{{1,2}}|[:：|]|-{{1,3}}|$){_EMPHASIS}"


def _dateline(shape: str) -> re.Pattern[str]:
    return re.compile(rf"{_EMPHASIS}{_PLACE}{_LABEL}{_WEEKDAY}(?P<date>{shape}){_AFTER}", re.IGNORECASE)


_DATELINES = tuple(_dateline(shape) for shape in _SHAPES)
_SLASHED_DATELINE, _VAGUE_DATELINE = _dateline(_SLASHED), _dateline(_VAGUE)
_LONGEST_DATELINE = 200


@dataclass(frozen=True, slots=True)
class Dateline:
    """A dateline: the date as ``printed``, the day it names, and the ``rest`` of the paragraph after it.

    ``day`` is None where the calendar has no such day, February 30, 2025, and where ``doubt`` says why the
    words name none: April 2025.
    """

    printed: str
    day: date | None
    rest: str
    doubt: Said | str = ""


def read_dateline(text: str) -> Dateline | None:
    """The dateline that opens ``text``, or None if it opens with something else."""
    for pattern in _DATELINES:
        match = pattern.match(text, 0, _LONGEST_DATELINE) if len(text) > _LONGEST_DATELINE else pattern.match(text)
        if match and (month := _month(match)) is not None:
            return Dateline(match["date"], _day(match["year"], month, match["day"]), text[match.end() :].strip())
    return None


def read_any_dateline(text: str) -> Dateline | None:
    """The same, or what only looks like one: "April 2025 —", "10/03/2025 —"."""
    return read_dateline(text) or _read_slashed(text) or _read_vague(text)


def _read_slashed(text: str) -> Dateline | None:
    """25/03/2025 and 03/25/2025 name a day; 10/03/2025 names two."""
    match = _SLASHED_DATELINE.match(text)
    if match is None:
        return None
    first, second = match["first"], match["second"]
    days = {_day(match["year"], int(month), day) for month, day in ((first, second), (second, first))} - {None}
    rest = text[match.end() :].strip()
    if len(days) < 2:
        return Dateline(match["date"], days.pop() if days else None, rest)
    names = " or ".join(f"{day:%B} {day.day}" for day in sorted(day for day in days if day))
    return Dateline(match["date"], None, rest, _("can be %(days)s", days=names))


def _read_vague(text: str) -> Dateline | None:
    match = _VAGUE_DATELINE.match(text)
    if match is None or ((name := match["name"]) and name.casefold() not in _MONTHS):
        return None
    return Dateline(match["date"], None, text[match.end() :].strip(), _("names no day"))


def _month(match: re.Match[str]) -> int | None:
    parts = match.groupdict()
    return int(parts["month"]) if "month" in parts else _MONTHS.get(parts["name"].casefold())


def _day(year: str, month: int, day: str) -> date | None:
    try:
        return date(int(year), month, int(day))
    except ValueError:
        return None
