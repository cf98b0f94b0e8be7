"""The date that opens the first paragraph of an issue: its dateline."""

import re
from dataclasses import dataclass
from datetime import date

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
_NTH = r"(?:st|nd|rd|th)?"
_SHAPES = (
    rf"{_NAME}\s*{_DAY}{_NTH}\s*[,，]?\s*{_YEAR}",  # April 12, 2025 · Apr. 12th 2025
    rf"{_DAY}{_NTH}\s+(?:of\s+)?{_NAME}\s*[,，]?\s*{_YEAR}",  # 12 April 2025
    rf"{_YEAR}(?P<mark>[-/.])\s?{_MONTH}(?P=mark)\s?{_DAY}",  # 2025-04-12
    rf"{_YEAR}\s*年\s*{_MONTH}\s*月\s*{_DAY}\s*[日号]",  # 2025年4月12日
)
_EMPHASIS = r"[*_]{0,3}"
# A dash or a colon must follow, or nothing: "April 12, 2025 was a quiet day" is no dateline.
_AFTER = rf"{_EMPHASIS}\s*(?:[—–―:：|]|-{{1,3}}|$){_EMPHASIS}"
_DATELINES = tuple(
    re.compile(rf"{_EMPHASIS}{_LABEL}{_WEEKDAY}(?P<date>{shape}){_AFTER}", re.IGNORECASE) for shape in _SHAPES
)


@dataclass(frozen=True, slots=True)
class Dateline:
    """A dateline: the date as ``printed``, the day it names, and the ``rest`` of the paragraph after it.

    ``day`` is None where the calendar has no such day: February 30, 2025.
    """

    printed: str
    day: date | None
    rest: str


def read_dateline(text: str) -> Dateline | None:
    """The dateline that opens ``text``, or None if it opens with something else."""
    for pattern in _DATELINES:
        match = pattern.match(text)
        if match and (month := _month(match)) is not None:
            return Dateline(match["date"], _day(match["year"], month, match["day"]), text[match.end() :].strip())
    return None


def _month(match: re.Match[str]) -> int | None:
    parts = match.groupdict()
    return int(parts["month"]) if "month" in parts else _MONTHS.get(parts["name"].casefold())


def _day(year: str, month: int, day: str) -> date | None:
    try:
        return date(int(year), month, int(day))
    except ValueError:
        return None
